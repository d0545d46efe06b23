"""The files of a model: beside ``model.onnx`` may lie others that paint the same, only faster.

``int8/STYLE.onnx`` paints one style in whole numbers, ``fp16.onnx`` all of them in half precision.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from realtime_nst.errors import DeviceError, ModelError
from realtime_nst.inference.devices import DEVICES, Device, installed, nvidia_driver
from realtime_nst.models.onnx_model import OnnxModel, Weights, read_network
from realtime_nst.models.precisions import FP16, FP32, INT8, PRECISIONS

UNMADE = {
    INT8: "realtime-nst export --quantize int8 makes it",
    FP16: "realtime-nst export --fp16 makes it",
}


@dataclass(frozen=True)
class Variants:
    """A network in all the precisions there are of it."""

    given: OnnxModel
    """The file that was asked for."""
    weights: Weights | None = None
    """The style or blend it shall paint; None leaves that open from frame to frame."""

    @cached_property
    def style(self) -> str | None:
        """The one style to paint; None for a blend, and where that is left open."""
        styles = [style.name for style in self.given.card.styles]
        weights = self.weights or ((1.0,) if len(styles) == 1 else ())
        painted = [name for name, weight in zip(styles, weights, strict=False) if weight]
        return painted[0] if len(painted) == 1 else None

    def precisions(self, device: Device) -> list[str]:
        """What a device can compute this network in, the likely fastest first."""
        own = self.given.card.precision
        if own != FP32:
            return [own]  # a variant itself: it is what it is
        # TensorRT rounds by itself and needs no file for it.
        unmade = [INT8, FP16] if device is not DEVICES["tensorrt"] else [INT8]
        missing = [each for each in unmade if each in device.precisions and not self._file(each)]
        return [each for each in device.precisions if each not in missing]

    def network(self, precision: str) -> OnnxModel:
        """The network as a precision needs it, for the weights if they are given.

        Raises:
            ModelError: a file is no model of ours, or it paints something else.
        """
        path = self._file(precision)
        network = read_network(path) if path else self.given
        names = [style.name for style in network.card.styles]
        if path and precision == INT8:
            if names != [self.style]:
                message = f"{path} paints {', '.join(names)}, not {self.style}"
                raise ModelError(message, UNMADE[INT8])
            return network
        return network.baked(self.weights) if self.weights else network

    def check(self, devices: list[Device], precision: str) -> None:
        """See that a precision somebody asked for can be had.

        Args:
            devices: those that may run it.
            precision: what was asked for.

        Raises:
            DeviceError: there is no such precision, or none of the devices has it.
            ModelError: the model has not got it.
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
        raise self._unmade(precision)

    def _unmade(self, precision: str) -> ModelError:
        name, own = self.given.card.name, self.given.card.precision
        if own != FP32:
            return ModelError(f"{self.given.path} computes in {own}", f"--precision {own}")
        if precision == INT8 and self.style is None:
            message = f"cannot blend styles of {name} in int8: an int8 model holds one style"
            return ModelError(message, "--precision fp32")
        of = f" of {self.style}" if precision == INT8 else ""
        return ModelError(f"{name} has no {precision} variant{of}", UNMADE[precision])

    def _file(self, precision: str) -> Path | None:
        """The file of a variant, if it is there."""
        folder = self.given.path.parent
        if precision == INT8 and self.style:
            path = folder / "int8" / f"{self.style}.onnx"
        elif precision == FP16:
            path = folder / "fp16.onnx"
        else:
            return None
        return path if self.given.card.precision == FP32 and path.is_file() else None


def _usable(device: Device, precision: str) -> bool:
    """Return whether a device computes in a precision, and may run on this machine."""
    there = installed(device.package) and (nvidia_driver() or not device.nvidia)
    return there and precision in device.precisions
