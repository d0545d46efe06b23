"""Protocol of all losses, and tensor operations that several of them share."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.nn.vgg import Features

Target = dict[str, Tensor]
"""Target statistics by layer or by ``layer.statistic``; the first dimension is the batch, or 1 for
all of it."""
IMPORTANCE = "importance"
"""Key of an output's features: (batch, 1, height, width) of 1 or more, where content shall count
more and style less; all places count the same without it."""
GOLDEN = (5**0.5 - 1) / 2
"""Multiples of this, modulo 1, are spread evenly however many there are."""


class Loss(Protocol):
    """A loss: built once from a recipe, called once per step on the training thread."""

    of: ClassVar[str]
    """Image whose features give the target: ``content``, ``style`` or ``nothing``."""
    pooled: ClassVar[bool]
    """Whether the batch is measured as one image; it must then be of one style."""
    layers: tuple[str, ...]
    weight: float

    def target(self, features: Features) -> Target:
        """Return the target from the features of a content or style image."""
        ...

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        """Return (batch,) weighted values; ``output`` is (batch, 3, height, width) RGB.

        A pooled loss returns the batch's value for every image.
        """
        ...


def importance(features: Features, layer: str) -> Tensor | None:
    """Return the importance of a layer's places, (batch, 1, h, w), or None if it has none."""
    found = features.get(IMPORTANCE)
    height, width = features[layer].shape[2:]
    return None if found is None else F.adaptive_avg_pool2d(found, (height, width))


def weighted(errors: Tensor, factors: Tensor | None) -> Tensor:
    """Return errors times factors, if there are any."""
    return errors if factors is None else errors * factors


def widened(features: Tensor) -> Tensor:
    """Convert to float32 or wider: bfloat16 would lose small differences of large sums."""
    return features.to(torch.promote_types(features.dtype, torch.float32))


def total(terms: Iterable[Tensor]) -> Tensor:
    """Return the sum over layers."""
    return torch.stack(list(terms)).sum(dim=0)


def pool(features: Tensor) -> Tensor:
    """Reshape (batch, c, h, w) to (c, batch * h * w), float32 or wider."""
    return widened(features).transpose(0, 1).flatten(1)


def places(count: int, of: int, device: torch.device) -> Tensor:
    """Return ``count`` indices below ``of``, evenly spread but not on a grid; all if there are few.

    They are the same at every step: crops are random already.
    """
    if of <= count:
        return torch.arange(of, device=device)
    steps = torch.arange(count, device=device, dtype=torch.float64) * GOLDEN
    return ((steps % 1) * of).long()


def sample(features: Tensor, count: int) -> Tensor:
    """Sample places of (batch, c, h, w) as (batch, places, c), float32 or wider."""
    flat = features.flatten(2)
    return widened(flat[:, :, places(count, flat.shape[2], flat.device)]).transpose(1, 2)
