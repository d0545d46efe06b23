"""What a stylized picture is judged by. One table, for networks and for the Gatys optimizer.

Each loss compares the features of outputs with a target and gives one weighted value for each
picture of the batch.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol

import torch
from torch import Tensor

from realtime_nst.nn.vgg import Features

Target = dict[str, Tensor]
"""Layer name -> what the output's layer should look like."""


class Loss(Protocol):
    """Made once from a recipe; called once a step on the training thread."""

    of: ClassVar[str]
    """Whose features the target is made of: ``content``, ``style`` or ``nothing``."""
    layers: tuple[str, ...]
    weight: float

    def target(self, features: Features) -> Target:
        """What to aim at, from the features of a content or style picture."""
        ...

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        """(batch,) weighted values; ``output`` is (batch, 3, height, width) RGB in [0, 1]."""
        ...


def gram(features: Tensor) -> Tensor:
    """(batch, c, h, w) -> (batch, c, c): inner products divided by c*h*w, float32 at least.

    Johnson et al. 2016, section 3.2, equation 3.
    """
    batch, channels, height, width = features.shape
    # Places first: so channels_last features lie in memory, and need no copy.
    flat = features.permute(0, 2, 3, 1).reshape(batch, height * width, channels)
    products: Tensor = _InnerProducts.apply(flat)
    return products / (channels * height * width)


class _InnerProducts(torch.autograd.Function):
    """(batch, places, c) -> (batch, c, c), float32 at least.

    A third of the time of an iteration of Gatys is here. Autograd would keep a widened copy and
    multiply twice for the gradient, though both products are each other's mirror image.
    """

    @staticmethod
    def forward(context: Any, flat: Tensor) -> Tensor:
        context.save_for_backward(flat)
        wide = _widened(flat)
        return torch.bmm(wide.transpose(1, 2), wide)

    @staticmethod
    def backward(context: Any, slope: Tensor) -> Tensor:
        (flat,) = context.saved_tensors
        return torch.bmm(flat, (slope + slope.transpose(1, 2)).to(flat.dtype))


class ContentLoss:
    """Mean squared difference of features. Johnson et al. 2016, equation 2."""

    of: ClassVar[str] = "content"

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {layer: features[layer].detach() for layer in self.layers}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        return self.weight * _total(
            (_widened(features[layer]) - _widened(target[layer])).square().mean(dim=(1, 2, 3))
            for layer in self.layers
        )


class GramLoss:
    """Mean squared difference of Gram matrices, summed over layers. Johnson et al. 2016, eq. 4.

    Departure: the mean over the matrix, as in later implementations, where the paper has the sum.
    The target may have one matrix for the whole batch or one for each picture.
    """

    of: ClassVar[str] = "style"

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {layer: gram(features[layer].detach()) for layer in self.layers}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        return self.weight * _total(
            (gram(features[layer]) - target[layer]).square().mean(dim=(1, 2))
            for layer in self.layers
        )


class TVLoss:
    """Total variation: mean squared difference of neighbours. Johnson et al. 2016, section 3.2."""

    of: ClassVar[str] = "nothing"

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        across = output.diff(dim=-1).square().mean(dim=(1, 2, 3))
        down = output.diff(dim=-2).square().mean(dim=(1, 2, 3))
        return self.weight * (across + down)


LOSSES: dict[str, type[ContentLoss] | type[GramLoss] | type[TVLoss]] = {
    "content": ContentLoss,
    "gram": GramLoss,
    "tv": TVLoss,
}
"""Kinds a recipe can name."""


def _widened(features: Tensor) -> Tensor:
    """bfloat16 features would lose what small differences of large sums say."""
    return features.to(torch.promote_types(features.dtype, torch.float32))


def _total(terms: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(terms)).sum(dim=0)
