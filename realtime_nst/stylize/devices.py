"""The devices a model can run on: what ONNX Runtime calls them and how people get them."""

import ctypes
import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from realtime_nst.machine import usable_cores as usable_cores

_GPU_CURE = (
    'pip uninstall -y onnxruntime onnxruntime-gpu && pip install "realtime-nst[gpu]"'
    "  # NVIDIA driver R580 or newer; older: realtime-nst[gpu-cuda12]"
)
_NO_DRIVER = "no NVIDIA driver found"


@dataclass(frozen=True, slots=True)
class Device:
    """One choice of ``--device``."""

    label: str
    """For people."""
    provider: str
    """ONNX Runtime's name for it."""
    package: str
    """The distribution that brings the provider."""
    cure: str
    """What to type when it does not run."""
    options: dict[str, str] = field(default_factory=dict)
    """Provider options; what is not listed keeps ONNX Runtime's default."""


DEVICES = {
    "cpu": Device("CPU", "CPUExecutionProvider", "onnxruntime", 'pip install "realtime-nst[cpu]"'),
    "cuda": Device(
        "CUDA",
        "CUDAExecutionProvider",
        "onnxruntime-gpu",
        _GPU_CURE,
        # An exhaustive search costs the first frame of a size some time and makes the rest faster.
        {"cudnn_conv_algo_search": "EXHAUSTIVE", "cudnn_conv_use_max_workspace": "1"},
    ),
    # The provider links against TensorRT 10, while a plain `pip install tensorrt` gives 11.
    "tensorrt": Device(
        "TensorRT",
        "TensorrtExecutionProvider",
        "onnxruntime-gpu",
        f'pip install "tensorrt-cu13>=10,<11" && {_GPU_CURE}',
    ),
    "directml": Device(
        "DirectML",
        "DmlExecutionProvider",
        "onnxruntime-directml",
        "pip uninstall -y onnxruntime && pip install onnxruntime-directml  # Windows only",
    ),
    "openvino": Device(
        "OpenVINO",
        "OpenVINOExecutionProvider",
        "onnxruntime-openvino",
        "pip uninstall -y onnxruntime && pip install onnxruntime-openvino",
    ),
    "coreml": Device(
        "CoreML",
        "CoreMLExecutionProvider",
        "onnxruntime",
        'pip install "realtime-nst[cpu]"  # macOS only',
        {"ModelFormat": "MLProgram"},
    ),
}
"""Everything ``--device`` takes besides ``auto``."""

AUTO = ("cuda", "directml", "openvino")
"""Tried by ``auto`` in this order before the CPU. TensorRT is left out since it builds an engine
for minutes, CoreML since it is slower than the CPU on frames of free size (onnxruntime#27696)."""


def why_missing(device: Device, available: list[str]) -> str | None:
    """Why the device cannot run, given the providers ONNX Runtime was built with; or None."""
    needs_driver = device.package == "onnxruntime-gpu"
    if device.provider in available:
        return _NO_DRIVER if needs_driver and not nvidia_driver() else None
    if needs_driver:
        return _why_no_cuda()
    if not installed(device.package):
        return f"{device.package} is not installed"
    return "the installed ONNX Runtime was built without it"


def _why_no_cuda() -> str:
    if installed("onnxruntime") and installed("onnxruntime-gpu"):
        # Both own the package `onnxruntime`; the last one installed wins (onnxruntime#26996).
        return "onnxruntime and onnxruntime-gpu are both installed and overwrite each other"
    if not nvidia_driver():
        return _NO_DRIVER
    if not installed("onnxruntime-gpu"):
        return "there is an NVIDIA driver, but onnxruntime-gpu is not installed"
    return "the installed onnxruntime-gpu was built without it"


def installed(distribution: str) -> bool:
    """Whether a wheel of that name is installed."""
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False


def nvidia_driver() -> bool:
    """Whether the system has CUDA's driver library; it comes with the driver, not with pip."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
