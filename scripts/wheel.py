"""Build the wheels and use them as a stranger would: ``python scripts/wheel.py [EXTRA...]``.

Each extra gets an empty environment and an empty home, outside the checkout: the wheel is
installed, ``doctor`` run and a clip with sound stylized.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from environment import ROOT, say

CLIP = """
import sys, av, numpy as np
with av.open(sys.argv[1], "w") as file:
    video, sound = file.add_stream("libx264", rate=10), file.add_stream("aac", rate=48000)
    video.width, video.height, video.pix_fmt, sound.layout = 320, 240, "yuv420p", "mono"
    for i in range(10):
        image = np.full((240, 320, 3), 25 * i, np.uint8)
        file.mux(video.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        tone = np.sin(np.arange(4800, dtype=np.float32) / 20)[None]
        frame = av.AudioFrame.from_ndarray(tone, "fltp", "mono")
        frame.sample_rate, frame.pts = 48000, 4800 * i
        file.mux(sound.encode(frame))
    file.mux(video.encode()), file.mux(sound.encode())
"""
"""Program that writes a second of video with a tone."""
COUNT = """
import sys, av
with av.open(sys.argv[1]) as file:
    print(sum(1 for _ in file.decode(video=0)), len(file.streams.audio))
"""
"""Program that prints the numbers of frames and of audio tracks."""
UV = (sys.executable, "-m", "uv")
SILENT: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
TRAINING = "realtime-nst-vgg>=1"
"""Requirement of the ``train`` extra in a release."""


def main() -> int:
    """Build and try the wheel; the exit code is the number of extras with which it failed."""
    parser = argparse.ArgumentParser(description="Build the wheels and run them elsewhere.")
    parser.add_argument("extras", nargs="*", default=["cpu", "server"], help="default: cpu server")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build_wheels(folder / "dist")
        failed = [extra for extra in given.extras if not works(wheel, extra, folder / extra)]
    say(f"the wheel failed with {', '.join(failed)}" if failed else "the wheel works")
    return len(failed)


def build_wheels(folder: Path) -> Path:
    """Build both distributions as for a release; return the program's wheel."""
    environment = {**os.environ, "REALTIME_NST_TRAIN_REQUIRES": TRAINING}
    for project in (ROOT, ROOT / "models" / "vgg16"):
        command = [sys.executable, "-m", "build", "--installer", "uv", "--outdir", str(folder)]
        subprocess.run([*command, str(project)], check=True, env=environment, **SILENT)
    wheel = next(folder.glob("realtime_nst-*.whl"))
    check_contents(wheel)
    return wheel


def check_contents(wheel: Path) -> None:
    """Check that the wheel holds every model, and not the weights that only training needs."""
    names = zipfile.ZipFile(wheel).namelist()
    for model in (ROOT / "models").glob("*/model.onnx"):
        assert f"realtime_nst/shipped_models/{model.parent.name}/model.onnx" in names, model
    assert not [name for name in names if "vgg16" in name], "the wheel holds the weights of VGG"
    say(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB")


def works(wheel: Path, extra: str, folder: Path) -> bool:
    """Whether the wheel with an extra stylizes a clip in an empty environment."""
    try:
        use(wheel, extra, folder)
    except (subprocess.CalledProcessError, AssertionError) as error:
        say(f"[{extra}]: {error}")
        return False
    return True


def use(wheel: Path, extra: str, folder: Path) -> None:
    """Install the wheel, examine the installation and stylize a clip.

    Raises:
        subprocess.CalledProcessError: a command failed; its errors were shown.
        AssertionError: the result is not the clip, stylized.
    """
    folder.mkdir()
    say(f"installing {wheel.name}[{extra}] in an empty environment")
    run(folder, *UV, "venv", "--quiet", "--python", sys.executable, "venv")
    binaries = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python, program = str(binaries / "python"), str(binaries / "realtime-nst")
    wanted = f"realtime-nst[{extra}] @ {wheel.as_uri()}"
    run(folder, *UV, "pip", "install", "--quiet", "--python", python, wanted)
    assert json.loads(run(folder, program, "doctor", "--json"))["paints"]
    run(folder, python, "-c", CLIP, "clip.mp4")
    run(folder, program, "video", "clip.mp4", "--style", "great-wave", "--output", "stylized.mp4")
    assert run(folder, python, "-c", COUNT, "stylized.mp4").split() == ["10", "1"]


def run(folder: Path, *command: str) -> str:
    """Run a command in a folder, which is also its home; return its output."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "REALTIME_NST"))}
    home = {"HOME": str(folder), "USERPROFILE": str(folder)}
    cache = os.environ.get("UV_CACHE_DIR") or subprocess.check_output(
        [*UV, "cache", "dir"], text=True
    )
    home["UV_CACHE_DIR"] = cache.strip()
    return subprocess.run(
        command, cwd=folder, env=kept | home, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
