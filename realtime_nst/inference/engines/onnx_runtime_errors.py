"""Translate exceptions of ONNX Runtime into ours."""

import re
from functools import cache

from realtime_nst.errors import DeviceError, ModelError
from realtime_nst.inference.devices import DEVICES, Device, device_error
from realtime_nst.machine import installed_versions
from realtime_nst.models.onnx_model import OnnxModel

OUT_OF_MEMORY = re.compile(r"AllocateRaw|[Ff]ailed to allocate|out of memory|bad.alloc")
"""Messages of failed allocations on CPUs and GPUs."""
NEWER = {
    "IR version": re.compile(r"Unsupported model IR version: (\d+), max supported\D+(\d+)"),
    "opset": re.compile(r"Opset (\d+) is under development.* till opset (\d+)", re.DOTALL),
}
"""Messages about models made by later releases of ONNX."""
SMALLER_HINT = "choose a smaller --size or --render-scale"


class TranslatedErrors:
    """Context manager that raises exceptions of ONNX Runtime as ours."""

    def __init__(self, network: OnnxModel, device: Device) -> None:
        self._network, self._device = network, device

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise our exception in place of one of ONNX Runtime."""
        if isinstance(error, invalid_model_errors()):
            message = f"{self._network.path} is not an ONNX model: {first_line(error)}"
            raise ModelError(message, "realtime-nst styles") from error
        if isinstance(error, runtime_errors()):
            raise self._translate(error) from error

    def _translate(self, error: Exception) -> ModelError | DeviceError:
        line = first_line(error)
        if newer := newer_than(str(error)):
            message = f"{self._network.path} is too new for {_runtime()}: {newer}"
            return ModelError(message, f"pip install -U {_package()}")
        if OUT_OF_MEMORY.search(line):
            return DeviceError(f"{self._network.path} cannot run: out of memory", SMALLER_HINT)
        if self._device is DEVICES["cpu"]:
            return ModelError(f"{self._network.path} cannot run: {line}", "realtime-nst styles")
        return device_error(self._device, line)


@cache
def runtime_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions raised when a device or a model fails; they have no common base."""
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    return (
        raised.Fail,
        raised.EPFail,
        raised.NotImplemented,
        raised.RuntimeException,
        raised.InvalidArgument,
        RuntimeError,
        ValueError,
    )


@cache
def invalid_model_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions raised for a file that is not a valid model."""
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    return (raised.InvalidProtobuf, raised.InvalidGraph, raised.NoModel)


def newer_than(text: str) -> str | None:
    """Return the version a model needs and the newest supported one; None for other messages."""
    for name, pattern in NEWER.items():
        if match := pattern.search(text):
            return f"it has {name} {match[1]}, supported are versions up to {match[2]}"
    return None


def _package() -> str:
    """Return the name of the installed distribution of ONNX Runtime; there are several."""
    names = (name for name in installed_versions() if name.startswith("onnxruntime"))
    return next(names, "onnxruntime")


def _runtime() -> str:
    return f"ONNX Runtime {installed_versions().get(_package(), '')}".strip()


def first_line(error: Exception) -> str:
    """Return the first line of a message, without the location in ONNX Runtime's source."""
    return re.sub(r"^\S+\.cc:\d+ .*?\) |\[ONNXRuntimeError\] : ", "", str(error).splitlines()[0])
