"""Losses on the output image alone."""

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from realtime_nst.nn.losses.contract import Target
from realtime_nst.nn.vgg import Features


class TVLoss:
    """Total variation: mean squared difference of neighbors. Johnson et al. 2016, section 3.2."""

    of: ClassVar[str] = "nothing"
    pooled: ClassVar[bool] = False

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        across = output.diff(dim=-1).square().mean(dim=(1, 2, 3))
        down = output.diff(dim=-2).square().mean(dim=(1, 2, 3))
        return self.weight * (across + down)


class RangeLoss:
    """Mean distance of values from [0, 1], to which the output is clamped."""

    of: ClassVar[str] = "nothing"
    pooled: ClassVar[bool] = False

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        return self.weight * (output - output.clamp(0, 1)).abs().mean(dim=(1, 2, 3))
