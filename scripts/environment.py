"""Create a virtual environment with the right wheels for this machine; standard library only.

``python scripts/environment.py [EXTRA...]`` makes or completes ``.venv`` beside the project.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

# Here, before the first annotation that an older Python cannot read; every script imports this one.
if sys.version_info < (3, 11):  # noqa: UP036 -- the reader may have any Python
    sys.exit(f"Python 3.11 or newer is needed; this is {platform.python_version()}")

import tomllib

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
TORCH_CPU = "https://download.pytorch.org/whl/cpu"
CUDA13_DRIVER = 580
"""The first NVIDIA driver that runs CUDA 13."""


def prepare(*extras: str) -> Path:
    """Return an environment's Python with the project, a runtime for this machine and extras."""
    python = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        say(f"making {FOLDER}")
        venv.create(FOLDER, with_pip=True)
    runtime = pick_runtime(nvidia_driver())
    if runtime == "cpu" and "train" in extras and platform.system() != "Darwin":
        install_cpu_torch(python)
    wanted = ",".join((runtime, *extras))
    say(f"installing realtime-nst[{wanted}]")
    pip(python, "--editable", f"{ROOT}[{wanted}]", check=True)
    if runtime == "cpu" and pip(python, "--editable", f"{ROOT}[openvino]") != 0:
        say("there is no OpenVINO for this machine; ONNX Runtime does without")
    return python


def pick_runtime(driver: int | None) -> str:
    """Return the extra with ONNX Runtime, by the major version of NVIDIA's driver, if any."""
    if driver is None:
        return "cpu"
    return "gpu" if driver >= CUDA13_DRIVER else "gpu-cuda12"


def nvidia_driver() -> int | None:
    """Major version of the NVIDIA driver; None without a GPU."""
    tool = shutil.which("nvidia-smi")
    if tool is None or platform.system() == "Darwin":
        return None
    query = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    major = answer.stdout.strip().split(".")[0]
    return int(major) if answer.returncode == 0 and major.isdigit() else None


def install_cpu_torch(python: Path) -> None:
    """Torch without CUDA is a tenth of the size; if its index cannot be reached, PyPI's will do."""
    known = [str(python), "-c", "import torch, torchvision"]
    if subprocess.run(known, capture_output=True, check=False).returncode == 0:
        return
    say("installing torch for the CPU")
    where = ("--index-url", TORCH_CPU, "--retries", "0", "--timeout", "15")
    if pip(python, "torch>=2.14", "torchvision>=0.29", *where) != 0:
        say("that index cannot be reached: PyPI's build follows, which is larger")


def pip(python: Path, *arguments: str, check: bool = False) -> int:
    """``pip install`` in the environment; its exit code."""
    quiet = ("--quiet", "--disable-pip-version-check")
    command = [str(python), "-m", "pip", "install", *quiet, *arguments]
    return subprocess.run(
        command, check=check, stderr=None if check else subprocess.DEVNULL
    ).returncode


def say(line: str) -> None:
    """One line for the reader."""
    print(line, flush=True)


def known_extras() -> list[str]:
    """Return the extras of the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return sorted(project["optional-dependencies"])


def main() -> None:
    """Make the environment and say how to use it."""
    parser = argparse.ArgumentParser(description="Make or complete .venv beside the project.")
    extras = ", ".join(known_extras())
    parser.add_argument("extras", nargs="*", metavar="EXTRA", help=f"besides a runtime: {extras}")
    given = parser.parse_args()
    unknown = sorted({*given.extras} - {*known_extras()})
    if unknown:
        parser.error(f"there is no extra {', '.join(unknown)}; extras: {extras}")
    python = prepare(*given.extras)
    activate = python.parent / "activate"
    say(f"ready: {python.parent / 'realtime-nst'} --help")
    say(f"or first: {activate if os.name == 'nt' else f'. {activate}'}, then: realtime-nst --help")


if __name__ == "__main__":
    main()
