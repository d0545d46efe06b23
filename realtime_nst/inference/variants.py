"""Variants of a model: files next to ``model.onnx`` with the same output in another precision.

``int8/STYLE.onnx`` holds one style in int8, ``fp16.onnx`` all styles in half precision.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from realtime_nst.errors import DeviceError, ModelError
from realtime_nst.inference.devices import DEVICES, Device, installed, nvidia_driver
from realtime_nst.models.onnx_model import OnnxModel, Weights, read_network
from realtime_nst.models.precisions import FP16, FP32, INT8, PRECISIONS

CREATE_HINTS = {
    INT8: "create it: realtime-nst export --quantize int8",
    FP16: "create it: realtime-nst export --fp16",
}
"""Hints to create a missing variant, by precision."""


@dataclass(frozen=True)
class Variants:
    """A model in all its precisions."""

    given: OnnxModel
    """Model of the file that was opened."""
    weights: Weights | None = None
    """Fixed style weights; None takes them on every call."""

    @cached_property
    def style(self) -> str | None:
        """The only style with a weight; None for a blend, or if the weights are not fixed."""
        styles = [style.name for style in self.given.card.styles]
        weights = self.weights or ((1.0,) if len(styles) == 1 else ())
        weighted = [name for name, weight in zip(styles, weights, strict=False) if weight]
        return weighted[0] if len(weighted) == 1 else None

    def precisions(self, device: Device) -> list[str]:
        """Return the precisions in which a device can run the model, the likely fastest first."""
        own = self.given.card.precision
        if own != FP32:
            return [own]  # the given file is a variant itself
        # TensorRT converts to fp16 itself and needs no file.
        need_file = [INT8, FP16] if device is not DEVICES["tensorrt"] else [INT8]
        missing = [each for each in need_file if each in device.precisions and not self._file(each)]
        return [each for each in device.precisions if each not in missing]

    def network(self, precision: str) -> OnnxModel:
        """Return the model for a precision, with the weights baked in if they are fixed.

        Raises:
            ModelError: the variant's file is not a model, or has another style.
        """
        path = self._file(precision)
        network = read_network(path) if path else self.given
        names = [style.name for style in network.card.styles]
        if path and precision == INT8:
            if names != [self.style]:
                message = f"cannot use {path}: its style is {', '.join(names)}, not {self.style}"
                raise ModelError(message, CREATE_HINTS[INT8])
            return network
        return network.baked(self.weights) if self.weights else network

    def check(self, devices: list[Device], precision: str) -> None:
        """Check that a requested precision is available.

        Args:
            devices: devices that may run the model.
            precision: the requested precision.

        Raises:
            DeviceError: the precision does not exist, or no device supports it.
            ModelError: the model has no variant in this precision.
        """
        if precision not in PRECISIONS:
            hint = f"one of: auto, {', '.join(PRECISIONS)}"
            raise DeviceError(f"there is no precision {precision!r}", hint)
        if any(precision in self.precisions(device) for device in devices):
            return
        unable = all(precision not in device.precisions for device in devices)
        if self.given.card.precision == FP32 and unable:
            labels = " and ".join(device.label for device in devices)
            usable = [name for name, device in DEVICES.items() if _usable(device, precision)]
            hint = f"--device {usable[0]}" if usable else "--precision auto"
            raise DeviceError(f"{labels} cannot compute in {precision}", hint)
        raise self._missing_variant(precision)

    def _missing_variant(self, precision: str) -> ModelError:
        name, own = self.given.card.name, self.given.card.precision
        if own != FP32:
            return ModelError(f"{self.given.path} computes in {own}", f"--precision {own}")
        if precision == INT8 and self.style is None:
            message = f"cannot blend styles of {name} in int8: an int8 model holds one style"
            return ModelError(message, "--precision fp32")
        of = f" of {self.style}" if precision == INT8 else ""
        return ModelError(f"{name} has no {precision} variant{of}", CREATE_HINTS[precision])

    def _file(self, precision: str) -> Path | None:
        """Return the file of a variant; None if it does not exist."""
        folder = self.given.path.parent
        if precision == INT8 and self.style:
            path = folder / "int8" / f"{self.style}.onnx"
        elif precision == FP16:
            path = folder / "fp16.onnx"
        else:
            return None
        return path if self.given.card.precision == FP32 and path.is_file() else None


def _usable(device: Device, precision: str) -> bool:
    """Return whether a device supports a precision and seems to be installed."""
    available = installed(device.package) and (nvidia_driver() or not device.nvidia)
    return available and precision in device.precisions
