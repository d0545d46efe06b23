"""What torch computes on, and in which numbers."""

from contextlib import AbstractContextManager, nullcontext

import torch

from realtime_nst.errors import TrainError

DEVICES = ("auto", "cpu", "cuda")
"""What people can ask for."""


def pick_device(name: str) -> torch.device:
    """The device to compute on; ``auto`` takes CUDA where it runs.

    Raises:
        TrainError: there is no such device, or CUDA was asked for and does not run.
    """
    if name not in DEVICES:
        raise TrainError(f"there is no device {name!r}", f"it is {', '.join(DEVICES)}")
    if name == "cuda" and not torch.cuda.is_available():
        cure = "install a CUDA build of torch and a current driver, or use --device cpu"
        raise TrainError("torch finds no CUDA device", cure)
    cuda = name == "cuda" or (name == "auto" and torch.cuda.is_available())
    return torch.device("cuda" if cuda else "cpu")


PRECISIONS = ("auto", "bf16", "fp32")
"""What people can ask for."""


def uses_bf16(precision: str, device: torch.device) -> bool:
    """Whether to compute in bfloat16: where it is native, unless told otherwise.

    Raises:
        TrainError: there is no such precision.
    """
    if precision not in PRECISIONS:
        message = f"there is no precision {precision!r}"
        raise TrainError(message, f"it is {', '.join(PRECISIONS)}")
    if precision != "auto":
        return precision == "bf16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def autocast(device: torch.device, bf16: bool) -> AbstractContextManager[None]:
    """bfloat16 where it does no harm, or nothing."""
    return torch.autocast(device.type, torch.bfloat16) if bf16 else nullcontext()
