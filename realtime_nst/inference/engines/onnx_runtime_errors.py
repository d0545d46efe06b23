"""What ONNX Runtime raises, in a user's words."""

import re
from functools import cache

from realtime_nst.errors import DeviceError, ModelError
from realtime_nst.inference.devices import DEVICES, Device, refused
from realtime_nst.machine import installed_versions
from realtime_nst.models.onnx_model import OnnxModel

OUT_OF_MEMORY = re.compile(r"AllocateRaw|[Ff]ailed to allocate|out of memory|bad.alloc")
"""Failed allocations on processors and GPUs."""
NEWER = {
    "IR version": re.compile(r"Unsupported model IR version: (\d+), max supported\D+(\d+)"),
    "opset": re.compile(r"Opset (\d+) is under development.* till opset (\d+)", re.DOTALL),
}
"""Refusals of models made by later releases of ONNX."""
SMALLER = "choose a smaller --size or --render-scale"


class TranslatedErrors:
    """While it is entered, errors of ONNX Runtime come out as ours."""

    def __init__(self, network: OnnxModel, device: Device) -> None:
        self._network, self._device = network, device

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Tell of an error."""
        if isinstance(error, misreadings()):
            message = f"{self._network.path} is not an ONNX model: {first_line(error)}"
            raise ModelError(message, "realtime-nst styles") from error
        if isinstance(error, failures()):
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> ModelError | DeviceError:
        line = first_line(error)
        if newer := newer_than(str(error)):
            message = f"{self._network.path} is too new for {_runtime()}: {newer}"
            return ModelError(message, f"pip install -U {_package()}")
        if OUT_OF_MEMORY.search(line):
            return DeviceError(f"{self._network.path} cannot run: out of memory", SMALLER)
        if self._device is DEVICES["cpu"]:
            return ModelError(f"{self._network.path} cannot run: {line}", "realtime-nst styles")
        return refused(self._device, line)


@cache
def failures() -> tuple[type[Exception], ...]:
    """What it raises where a device fails, or a model on it. Its own errors have no common base."""
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
def misreadings() -> tuple[type[Exception], ...]:
    """What it raises of a file that is no model."""
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    return (raised.InvalidProtobuf, raised.InvalidGraph, raised.NoModel)


def newer_than(text: str) -> str | None:
    """Return what a model has and ONNX Runtime supports, if the former is newer."""
    for name, pattern in NEWER.items():
        if match := pattern.search(text):
            return f"it has {name} {match[1]}, supported are versions up to {match[2]}"
    return None


def _package() -> str:
    """Name of the installed distribution of ONNX Runtime, of which there are several."""
    names = (name for name in installed_versions() if name.startswith("onnxruntime"))
    return next(names, "onnxruntime")


def _runtime() -> str:
    return f"ONNX Runtime {installed_versions().get(_package(), '')}".strip()


def first_line(error: Exception) -> str:
    """Of a message, without the place in ONNX Runtime's own source."""
    return re.sub(r"^\S+\.cc:\d+ .*?\) |\[ONNXRuntimeError\] : ", "", str(error).splitlines()[0])
