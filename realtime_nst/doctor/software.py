"""Check the installed packages, and whether they load."""

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
"""Packages that stylization needs: module by name."""
RUNTIME = "onnxruntime"
RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino")
OPENCVS = (
    *("opencv-python", "opencv-python-headless"),
    *("opencv-contrib-python", "opencv-contrib-python-headless"),
)


def python() -> Iterator[Finding]:
    """Check the interpreter and the operating system."""
    system = " ".join((platform.system(), platform.release(), platform.machine()))
    about = f"{platform.python_version()} on {system}, realtime-nst {__version__}"
    if sys.maxsize < 2**32:
        hint = "install a 64-bit Python: https://www.python.org/downloads"
        yield Finding("fail", "Python", f"{about}: 32 bits, for which there are no packages", hint)
    else:
        yield Finding("ok", "Python", about)


def libraries() -> Iterator[Finding]:
    """Check that the packages that stylization needs load."""
    for name, module in LIBRARIES.items():
        outcome = run_isolated(partial(load_library, module))
        if outcome.result is None:
            hint = outcome.hint or install_command(extra(), again=True)
            level = level_without_runtime() if module == RUNTIME else "fail"
            yield Finding(level, name, outcome.error, hint)
        else:
            yield Finding("ok", name, outcome.result)


def runtimes() -> Iterator[Finding]:
    """Check that one build of ONNX Runtime is installed; they share files (onnxruntime#26996)."""
    found = [name for name in RUNTIMES if installed(name)]
    if len(found) > 1:
        line = f"{' and '.join(found)} are both installed and overwrite each other"
        hint = f"pip uninstall -y {' '.join(found)} && {install_command(extra())}"
        yield Finding("warn", "ONNX Runtime's wheel", line, hint)
    elif found:
        yield Finding("ok", "ONNX Runtime's wheel", found[0])
    else:
        hint = install_command(extra())
        yield Finding(level_without_runtime(), "ONNX Runtime's wheel", "none is installed", hint)


def opencvs() -> Iterator[Finding]:
    """Check that one build of OpenCV is installed; they share files (opencv-python#444)."""
    found = [name for name in OPENCVS if installed(name)]
    if len(found) > 1:
        line = f"{' and '.join(found)} are installed and overwrite each other"
        keep = "pip install opencv-python  # on servers: opencv-python-headless"
        hint = f"pip uninstall -y {' '.join(found)} && {keep}"
        yield Finding("warn", "OpenCV's wheel", line, hint)
    elif found and found[0].endswith("-headless"):
        line = f"{found[0]}: no windows, all else works"
        hint = f"pip uninstall -y {found[0]} && {install_command('window')}  # to have windows"
        yield Finding("ok", "OpenCV's wheel", line, hint)
    else:
        yield Finding("ok", "OpenCV's wheel", found[0] if found else "not from a wheel")


def ffmpeg() -> Iterator[Finding]:
    """Report that the program ffmpeg is not needed, which users often expect."""
    line = "is installed" if shutil.which("ffmpeg") else "is not installed"
    yield Finding("ok", "ffmpeg", f"the program {line}; it is not needed")


def level_without_runtime() -> Level:
    """Return the level of a missing ONNX Runtime: OpenVINO can replace it."""
    return "warn" if installed("openvino") else "fail"


def extra() -> str:
    """Return the extra with the ONNX Runtime build for this machine."""
    return "gpu" if nvidia_driver() else "cpu"
