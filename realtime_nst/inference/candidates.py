"""The ways a model could run on this machine, as far as can be told without loading a library."""

import platform
import sys
from importlib.util import find_spec

from realtime_nst.inference.autotune import Candidate
from realtime_nst.inference.devices import AUTO_DEVICES, DEVICES, Device, installed
from realtime_nst.inference.variants import Variants
from realtime_nst.machine import processor_flags
from realtime_nst.models.precisions import BF16, FP16, FP32, INT8

AUTO = "auto"
VNNI = ("avx_vnni", "avx512_vnni")
"""x86 instructions that add up products of bytes without cutting them off."""


def candidates(variants: Variants, names: list[str], precision: str | None) -> list[Candidate]:
    """What is to be compared, the measure of all others first.

    Args:
        variants: the model.
        names: of devices.
        precision: None takes the file as it is, ``auto`` whatever there is.

    Raises:
        DeviceError: there is no such precision, or none of the devices has it.
        ModelError: the model has not got it.
    """
    if precision not in (None, AUTO):
        variants.check([DEVICES[name] for name in names], precision)
    found = [
        Candidate(name, each)
        for name in names
        for each in _precisions(variants, DEVICES[name], precision)
    ]
    return sorted(found, key=_rank)


def rivals() -> list[str]:
    """The devices that this machine may have, NVIDIA's aside."""
    return [name for name in AUTO_DEVICES if _plausible(name)]


def _precisions(variants: Variants, device: Device, precision: str | None) -> list[str]:
    if precision is None:
        return [variants.given.card.precision]
    there = variants.precisions(device)
    if precision != AUTO:
        return [each for each in there if each == precision]
    return [each for each in there if each != INT8 or int8_is_exact()]


def _rank(candidate: Candidate) -> tuple[bool, int]:
    """What the file itself is by the plainest engine, then the likely fastest."""
    reference = candidate.device == "cpu" and candidate.precision not in (INT8, BF16)
    return not reference, (INT8, FP16, BF16, FP32).index(candidate.precision)


def _plausible(name: str) -> bool:
    device = DEVICES[name]
    if name == "openvino":
        return find_spec("openvino") is not None
    if find_spec("onnxruntime") is None:
        return False
    if name == "cpu":
        return True
    return sys.platform == "darwin" if name == "coreml" else installed(device.package)


def int8_is_exact(machine: str = "", flags: tuple[str, ...] = ()) -> bool:
    """Whether int8 is as exact as it was when the model was made; unknown processors get a try.

    x86 without VNNI adds pairs of products in 16 bits, which overflow.

    Args:
        machine: its architecture; this one's by default.
        flags: the processor's; this one's by default.
    """
    machine, flags = machine or platform.machine(), flags or processor_flags()
    if machine.lower() not in ("x86_64", "amd64") or not flags:
        return True
    return any(flag in flags for flag in VNNI)
