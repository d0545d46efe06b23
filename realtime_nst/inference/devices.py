"""The devices a model can run on: what they are called and how people get them."""

import ctypes
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from realtime_nst.errors import DeviceError
from realtime_nst.extras import install_command
from realtime_nst.models.precisions import BF16, FP16, FP32, INT8

_GPU_CURE = (
    f"pip uninstall -y onnxruntime onnxruntime-gpu && {install_command('gpu')}"
    "  # NVIDIA driver R580 or newer; older: [gpu-cuda12]"
)
PCI = Path("/sys/bus/pci/devices")
NVIDIA, DISPLAY = "0x10de", "0x03"
"""A maker, and a class of devices, on the PCI bus."""
_NO_DRIVER = "no NVIDIA driver found"


@dataclass(frozen=True, slots=True)
class Device:
    """One choice of ``--device``."""

    label: str
    """For people."""
    provider: str
    """What the engine calls it."""
    package: str
    """The distribution that brings it."""
    hint: str
    """What to type when it does not run."""
    precisions: tuple[str, ...] = (FP32,)
    """What ``auto`` tries, the likely fastest first; fp32 is always among them."""

    @property
    def nvidia(self) -> bool:
        """Whether it needs NVIDIA's driver and libraries."""
        return self.package == "onnxruntime-gpu"


_CPU_CURE = install_command("cpu")

DEVICES = {
    "cpu": Device("ONNX Runtime", "CPUExecutionProvider", "onnxruntime", _CPU_CURE, (INT8, FP32)),
    "openvino": Device(
        "OpenVINO", "CPU", "openvino", install_command("openvino"), (INT8, BF16, FP32)
    ),
    "cuda": Device("CUDA", "CUDAExecutionProvider", "onnxruntime-gpu", _GPU_CURE, (FP16, FP32)),
    # The provider links against TensorRT 10, while a plain `pip install tensorrt` gives 11.
    "tensorrt": Device(
        "TensorRT",
        "TensorrtExecutionProvider",
        "onnxruntime-gpu",
        f'pip install "tensorrt-cu13>=10,<11" && {_GPU_CURE}',
        (FP16, FP32),
    ),
    "directml": Device(
        "DirectML",
        "DmlExecutionProvider",
        "onnxruntime-directml",
        "pip uninstall -y onnxruntime && pip install onnxruntime-directml  # Windows only",
        (FP16, FP32),
    ),
    "coreml": Device(
        "CoreML", "CoreMLExecutionProvider", "onnxruntime", f"{_CPU_CURE}  # macOS only"
    ),
    "webgpu": Device(
        "WebGPU",
        "WebGpuExecutionProvider",
        "onnxruntime-ep-webgpu",
        f"{_CPU_CURE} onnxruntime-ep-webgpu  # on Linux also the system's libvulkan1",
        (FP16, FP32),
    ),
}
"""Everything ``--device`` takes besides ``auto``."""

PREFERRED_DEVICE = "cuda"
"""Taken by ``auto`` without a look at the others. TensorRT has to be asked for: it builds an engine
for minutes."""
AUTO_DEVICES = ("cpu", "openvino", "directml", "coreml", "webgpu")
"""Of these ``auto`` takes the one that paints a frame fastest."""


def device_named(name: str) -> Device:
    """A device by its name on the command line.

    Raises:
        DeviceError: there is none of that name.
    """
    try:
        return DEVICES[name]
    except KeyError:
        hint = f"one of: auto, {', '.join(DEVICES)}"
        raise DeviceError(f"there is no device {name!r}", hint) from None


def refused(device: Device, reason: str) -> DeviceError:
    """What to say of a device that does not run."""
    return DeviceError(f"{device.label} does not run: {reason}", device.hint)


def why_missing(device: Device, available: list[str]) -> str | None:
    """Why the device cannot run, given the providers ONNX Runtime was built with; or None."""
    if device.provider in available:
        return _NO_DRIVER if device.nvidia and not nvidia_driver() else None
    if device.nvidia:
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


def nvidia_card(pci: Path = PCI) -> bool:
    """Whether the PCI bus has a display device by NVIDIA; only Linux tells."""
    for device in pci.glob("*"):
        maker, kind = (device / "vendor", device / "class")
        if maker.is_file() and kind.is_file():
            ours = maker.read_text().strip() == NVIDIA
            if ours and kind.read_text().startswith(DISPLAY):
                return True
    return False


def nvidia_driver() -> bool:
    """Whether the system has CUDA's driver library; it comes with the driver, not with pip."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
