"""Devices a model can run on: their names, packages and installation commands."""

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
"""PCI vendor id of NVIDIA and PCI class of display controllers."""
_NO_DRIVER = "no NVIDIA driver found"


@dataclass(frozen=True, slots=True)
class Device:
    """A value of ``--device``."""

    label: str
    """Human-readable name."""
    provider: str
    """Name of the device in the engine's API."""
    package: str
    """Distribution that provides it."""
    hint: str
    """Command to run if the device does not work."""
    precisions: tuple[str, ...] = (FP32,)
    """Precisions that ``auto`` tries, the likely fastest first; fp32 is always included."""

    @property
    def nvidia(self) -> bool:
        """Whether the device needs NVIDIA's driver and libraries."""
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
"""Values of ``--device`` in addition to ``auto``."""

PREFERRED_DEVICE = "cuda"
"""Device that ``auto`` uses, if it runs, without comparing others. TensorRT must be requested:
building its engine takes minutes."""
AUTO_DEVICES = ("cpu", "openvino", "directml", "coreml", "webgpu")
"""Devices among which ``auto`` uses the fastest."""


def find_device(name: str) -> Device:
    """Return the device with a name.

    Raises:
        DeviceError: there is no device with this name.
    """
    try:
        return DEVICES[name]
    except KeyError:
        hint = f"one of: auto, {', '.join(DEVICES)}"
        raise DeviceError(f"there is no device {name!r}", hint) from None


def device_error(device: Device, reason: str) -> DeviceError:
    """Return the error for a device that does not run."""
    return DeviceError(f"{device.label} does not run: {reason}", device.hint)


def why_missing(device: Device, available: list[str]) -> str | None:
    """Return why a device cannot run, given ONNX Runtime's available providers; None if it can."""
    if device.provider in available:
        return _NO_DRIVER if device.nvidia and not nvidia_driver() else None
    if device.nvidia:
        return _why_no_cuda()
    if not installed(device.package):
        return f"{device.package} is not installed"
    return "the installed ONNX Runtime was built without it"


def _why_no_cuda() -> str:
    if installed("onnxruntime") and installed("onnxruntime-gpu"):
        # Both install the package `onnxruntime`; the last one wins (onnxruntime#26996).
        return "onnxruntime and onnxruntime-gpu are both installed and overwrite each other"
    if not nvidia_driver():
        return _NO_DRIVER
    if not installed("onnxruntime-gpu"):
        return "an NVIDIA driver is installed, but onnxruntime-gpu is not installed"
    return "the installed onnxruntime-gpu was built without it"


def installed(distribution: str) -> bool:
    """Return whether a distribution is installed."""
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False


def nvidia_card(pci: Path = PCI) -> bool:
    """Return whether the PCI bus has an NVIDIA display device; only Linux lists them."""
    for device in pci.glob("*"):
        vendor, kind = (device / "vendor", device / "class")
        if vendor.is_file() and kind.is_file():
            is_nvidia = vendor.read_text().strip() == NVIDIA
            if is_nvidia and kind.read_text().startswith(DISPLAY):
                return True
    return False


def nvidia_driver() -> bool:
    """Return whether CUDA's driver library loads; it comes with the driver, not with pip."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
