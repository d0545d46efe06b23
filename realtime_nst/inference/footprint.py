"""Memory that a network needs for a frame, checked before the frame is stylized."""

from math import sqrt

from realtime_nst.errors import DeviceError
from realtime_nst.inference.engines import Size
from realtime_nst.inference.trials import Candidate
from realtime_nst.memory import free_memory, require_memory
from realtime_nst.models.card import Card
from realtime_nst.models.precisions import BF16, FP32, INT8

FRAMES = 15
"""Bytes per pixel of the frames: source, input, output, result and the encoder's copy."""
BYTES_PER_PIXEL = {
    "cpu": {
        FP32: {"nano": 90, "fast": 50, "quality": 145, "johnson": 1530},
        INT8: {"fast": 28},
    },
    "openvino": {
        FP32: {"nano": 100, "fast": 50, "quality": 128, "johnson": 575},
        BF16: {"nano": 85, "fast": 31, "quality": 95, "johnson": 320},
        INT8: {"fast": 22},
    },
}
"""Bytes of memory per pixel by device, precision and tier: growth of the process's peak, measured
at 10 megapixels. Below 6 megapixels ONNX Runtime takes up to twice as much."""
DEFAULT_TIER = "fast"
"""Tier whose figures are used for tiers that were not measured."""


def bytes_needed(card: Card, candidate: Candidate, size: Size) -> float | None:
    """Return the bytes needed for a frame of a size; None for GPUs, which have their own memory."""
    by_precision = BYTES_PER_PIXEL.get(candidate.device)
    if by_precision is None:
        return None
    tiers = by_precision.get(candidate.precision, by_precision[FP32])
    network = tiers.get(card.tier, by_precision[FP32].get(card.tier, tiers[DEFAULT_TIER]))
    return (FRAMES + network) * size[0] * size[1]


def check_memory(card: Card, candidate: Candidate, size: Size) -> None:
    """Check that a frame of a size can be stylized.

    Raises:
        DeviceError: not enough memory is free.
    """
    need, free = bytes_needed(card, candidate, size), free_memory()
    if need is None or free is None or need <= free:
        return
    height, width = size
    share = sqrt(max(free, 0) / need)
    fitting = f"{int(width * share)}x{int(height * share)}"
    hint = f"choose a smaller --size or --render-scale: {fitting} pixels would fit"
    require_memory(f"{width}x{height}", need, free, hint)


def filter_by_memory(card: Card, candidates: list[Candidate], size: Size) -> list[Candidate]:
    """Return the candidates for which enough memory is free.

    Raises:
        DeviceError: there is not enough memory for any of them.
    """
    fitting: list[Candidate] = []
    refusals: list[DeviceError] = []
    for candidate in candidates:
        try:
            check_memory(card, candidate, size)
            fitting.append(candidate)
        except DeviceError as error:
            refusals.append(error)
    if candidates and not fitting:
        raise refusals[-1]
    return fitting
