"""What is installed, and whether it loads."""

import platform
import shutil
import sys
from collections.abc import Iterator
from functools import partial

from realtime_nst import __version__
from realtime_nst.doctor.finding import Finding, Level
from realtime_nst.doctor.isolation import run_isolated
from realtime_nst.doctor.probes import load_library
from realtime_nst.extras import install_command
from realtime_nst.inference.devices import installed, nvidia_driver

LIBRARIES = {"numpy": "numpy", "PyAV": "av", "OpenCV": "cv2", "ONNX Runtime": "onnxruntime"}
"""What painting is done with, and the name it is imported by."""
RUNTIME = "onnxruntime"
RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino")
OPENCVS = (
    *("opencv-python", "opencv-python-headless"),
    *("opencv-contrib-python", "opencv-contrib-python-headless"),
)


def python() -> Iterator[Finding]:
    """Report the interpreter and the system."""
    system = " ".join((platform.system(), platform.release(), platform.machine()))
    about = f"{platform.python_version()} on {system}, realtime-nst {__version__}"
    if sys.maxsize < 2**32:
        cure = "install a 64-bit Python: https://www.python.org/downloads"
        yield Finding("fail", "Python", f"{about}: 32 bits, for which there are no packages", cure)
    else:
        yield Finding("ok", "Python", about)


def libraries() -> Iterator[Finding]:
    """Check the packages that stylizing needs."""
    for name, module in LIBRARIES.items():
        outcome = run_isolated(partial(load_library, module))
        if outcome.result is None:
            cure = outcome.cure or install_command(extra(), again=True)
            level = without_runtime() if module == RUNTIME else "fail"
            yield Finding(level, name, outcome.trouble, cure)
        else:
            yield Finding("ok", name, outcome.result)


def runtimes() -> Iterator[Finding]:
    """Check for two builds of ONNX Runtime: they share a folder (onnxruntime#26996)."""
    found = [name for name in RUNTIMES if installed(name)]
    if len(found) > 1:
        line = f"{' and '.join(found)} are both installed and overwrite each other"
        cure = f"pip uninstall -y {' '.join(found)} && {install_command(extra())}"
        yield Finding("warn", "ONNX Runtime's wheel", line, cure)
    elif found:
        yield Finding("ok", "ONNX Runtime's wheel", found[0])
    else:
        cure = install_command(extra())
        yield Finding(without_runtime(), "ONNX Runtime's wheel", "none is installed", cure)


def opencvs() -> Iterator[Finding]:
    """So do those of OpenCV: a headless one takes the windows away (opencv-python#444)."""
    found = [name for name in OPENCVS if installed(name)]
    if len(found) > 1:
        line = f"{' and '.join(found)} are installed and overwrite each other"
        cure = f"pip uninstall -y {' '.join(found)} && pip install opencv-python"
        yield Finding("warn", "OpenCV's wheel", line, cure)
    else:
        yield Finding("ok", "OpenCV's wheel", found[0] if found else "not from a wheel")


def ffmpeg() -> Iterator[Finding]:
    """People look for it first, so that it is said that nothing hangs on it."""
    there = shutil.which("ffmpeg")
    line = "is there" if there else "is not installed"
    yield Finding("ok", "ffmpeg", f"the program {line}; nothing here needs it")


def without_runtime() -> Level:
    """How bad it is if ONNX Runtime does not load: OpenVINO can paint, too."""
    return "warn" if installed("openvino") else "fail"


def extra() -> str:
    """Return the extra that installs ONNX Runtime for this machine."""
    return "gpu" if nvidia_driver() else "cpu"
