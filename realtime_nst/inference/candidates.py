"""Devices and precisions that could run a model here, found without loading an engine."""

import platform
import sys
from importlib.util import find_spec

from realtime_nst.inference.devices import AUTO_DEVICES, DEVICES, Device, installed
from realtime_nst.inference.engines import Size
from realtime_nst.inference.trials import Candidate
from realtime_nst.inference.variants import Variants
from realtime_nst.machine import processor_flags
from realtime_nst.models.precisions import BF16, FP16, FP32, INT8

AUTO = "auto"
CPU_DEVICES = ("cpu", "openvino")
"""Devices that are no GPU."""
CPU_TRIAL_SIZE, GPU_TRIAL_SIZE = (180, 320), (480, 640)
"""Heights and widths of the frames that candidates are compared on; see ``trial_size``."""
VNNI = ("avx_vnni", "avx512_vnni")
"""CPU flags of x86 instructions that add int8 products without saturating."""


def candidates(variants: Variants, names: list[str], precision: str | None) -> list[Candidate]:
    """Return the candidates to compare, the likely fastest first and the reference last.

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


def _rank(candidate: Candidate) -> tuple[int, bool]:
    """Sort by likely speed; ONNX Runtime on the CPU, whose fp32 is the reference, comes last."""
    likely_order = (INT8, FP16, BF16, FP32)
    return likely_order.index(candidate.precision), candidate.device == "cpu"


def trial_size(found: list[Candidate]) -> Size:
    """Return the height and width of the frames to compare candidates on.

    What is the fastest on the smaller one is so for every size on CPUs; a GPU needs more work to
    show its speed.
    """
    on_cpus = all(candidate.device in CPU_DEVICES for candidate in found)
    return CPU_TRIAL_SIZE if on_cpus else GPU_TRIAL_SIZE


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
