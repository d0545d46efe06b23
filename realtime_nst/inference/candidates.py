"""Devices and precisions that could run a model here, found without loading an engine."""

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
"""CPU flags of x86 instructions that add int8 products without saturating."""


def candidates(variants: Variants, names: list[str], precision: str | None) -> list[Candidate]:
    """Return the candidates to compare, the reference first.

    Args:
        variants: the model.
        names: keys of ``DEVICES``.
        precision: None runs the given file, ``auto`` any variant, else one of ``PRECISIONS``.

    Raises:
        DeviceError: the precision does not exist, or no device supports it.
        ModelError: the model has no variant in this precision.
    """
    if precision not in (None, AUTO):
        variants.check([DEVICES[name] for name in names], precision)
    found = [
        Candidate(name, each)
        for name in names
        for each in _precisions(variants, DEVICES[name], precision)
    ]
    return sorted(found, key=_rank)


def auto_devices() -> list[str]:
    """Return the devices that ``auto`` compares on this machine; CUDA is tried before them."""
    return [name for name in AUTO_DEVICES if _plausible(name)]


def _precisions(variants: Variants, device: Device, precision: str | None) -> list[str]:
    if precision is None:
        return [variants.given.card.precision]
    supported = variants.precisions(device)
    if precision != AUTO:
        return [each for each in supported if each == precision]
    return [each for each in supported if each != INT8 or int8_is_exact()]


def _rank(candidate: Candidate) -> tuple[bool, int]:
    """Sort the reference (the file itself on ONNX Runtime) first, then the likely fastest."""
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
    """Return whether int8 products are summed exactly; True for unknown CPUs.

    x86 without VNNI adds pairs of products in 16 bits, which saturate.

    Args:
        machine: architecture; by default that of this machine.
        flags: CPU flags; by default those of this machine.
    """
    machine, flags = machine or platform.machine(), flags or processor_flags()
    if machine.lower() not in ("x86_64", "amd64") or not flags:
        return True
    return any(flag in flags for flag in VNNI)
