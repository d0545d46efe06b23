"""What every loss has in common, and the arithmetic that several of them share."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

import torch
from torch import Tensor

from realtime_nst.train.features import Features

Target = dict[str, Tensor]
"""What the output should look like: by layer, or by ``layer.statistic``; the first dimension is
the batch, or 1 for all of it."""
GOLDEN = (5**0.5 - 1) / 2
"""Multiples of this, modulo 1, are spread evenly however many there are."""


class Loss(Protocol):
    """Made once from a recipe; called once a step on the training thread."""

    of: ClassVar[str]
    """Whose features the target is made of: ``content``, ``style`` or ``nothing``."""
    pooled: ClassVar[bool]
    """Whether the batch is judged as one image, which must then be all of one style."""
    layers: tuple[str, ...]
    weight: float

    def target(self, features: Features) -> Target:
        """Return what to aim at, from the features of a content or style image."""
        ...

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        """Return (batch,) weighted values; ``output`` is (batch, 3, height, width) RGB.

        A pooled loss returns the batch's value for every image.
        """
        ...


def widened(features: Tensor) -> Tensor:
    """Return float32 at least: bfloat16 would lose small differences of large sums."""
    return features.to(torch.promote_types(features.dtype, torch.float32))


def total(terms: Iterable[Tensor]) -> Tensor:
    """Return the sum over layers."""
    return torch.stack(list(terms)).sum(dim=0)


def pool(features: Tensor) -> Tensor:
    """(batch, c, h, w) -> (c, batch * h * w), float32 at least."""
    return widened(features).transpose(0, 1).flatten(1)


def places(count: int, of: int, device: torch.device) -> Tensor:
    """Return ``count`` indices below ``of``, evenly spread but not on a grid; all if there are few.

    The same at every step: crops are random already.
    """
    if of <= count:
        return torch.arange(of, device=device)
    steps = torch.arange(count, device=device, dtype=torch.float64) * GOLDEN
    return ((steps % 1) * of).long()


def sample(features: Tensor, count: int) -> Tensor:
    """(batch, c, h, w) -> (batch, places, c), float32 at least."""
    flat = features.flatten(2)
    return widened(flat[:, :, places(count, flat.shape[2], flat.device)]).transpose(1, 2)
