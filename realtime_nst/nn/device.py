"""Device and precision of torch computations."""

from contextlib import AbstractContextManager, nullcontext

import torch

from realtime_nst.errors import TrainError

DEVICES = ("auto", "cpu", "cuda")
"""Names that ``pick_device`` accepts."""


def pick_device(name: str) -> torch.device:
    """Return the device to compute on.

    Args:
        name: ``cpu``, ``cuda`` or ``auto``, which is CUDA if it is available.

    Raises:
        TrainError: the name is unknown, or ``cuda`` is not available.
    """
    if name not in DEVICES:
        raise TrainError(f"there is no device {name!r}", f"use one of: {', '.join(DEVICES)}")
    if name == "cuda" and not torch.cuda.is_available():
        hint = "install a CUDA build of torch and a current driver, or use --device cpu"
        raise TrainError("torch finds no CUDA device", hint)
    cuda = name == "cuda" or (name == "auto" and torch.cuda.is_available())
    return torch.device("cuda" if cuda else "cpu")


PRECISIONS = ("auto", "bf16", "fp32")
"""Names that ``uses_bf16`` accepts."""


def uses_bf16(precision: str, device: torch.device) -> bool:
    """Return whether to compute in bfloat16.

    Args:
        precision: ``bf16``, ``fp32`` or ``auto``, which is bf16 on hardware with native support.
        device: the device to compute on.

    Raises:
        TrainError: the precision is unknown.
    """
    if precision not in PRECISIONS:
        message = f"there is no precision {precision!r}"
        raise TrainError(message, f"use one of: {', '.join(PRECISIONS)}")
    if precision != "auto":
        return precision == "bf16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def autocast(device: torch.device, bf16: bool) -> AbstractContextManager[None]:
    """Return a context that computes in bfloat16 where it is safe, or one that does nothing."""
    return torch.autocast(device.type, torch.bfloat16) if bf16 else nullcontext()
