"""Feature losses of Johnson et al. 2016, section 3.2."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from realtime_nst.nn.losses.contract import Target, importance, total, weighted, widened
from realtime_nst.nn.vgg import Features


def gram(features: Tensor) -> Tensor:
    """Return Gram matrices. Johnson et al. 2016, section 3.2, equation 3.

    Args:
        features: (batch, c, h, w).

    Returns:
        (batch, c, c), inner products divided by c*h*w, float32 or wider.
    """
    batch, channels, height, width = features.shape
    # Places first: the memory order of channels_last features, which need no copy.
    flat = features.permute(0, 2, 3, 1).reshape(batch, height * width, channels)
    products: Tensor = _InnerProducts.apply(flat)
    return products / (channels * height * width)


class _InnerProducts(torch.autograd.Function):
    """Inner products: (batch, places, c) -> (batch, c, c), float32 or wider.

    They take a third of the time of a Gatys iteration. Autograd would keep a widened copy and
    multiply twice for the gradient, although one product is the transpose of the other.
    """

    @staticmethod
    def forward(context: Any, flat: Tensor) -> Tensor:
        context.save_for_backward(flat)
        wide = widened(flat)
        return torch.bmm(wide.transpose(1, 2), wide)

    @staticmethod
    def backward(context: Any, slope: Tensor) -> Tensor:
        (flat,) = context.saved_tensors
        return torch.bmm(flat, (slope + slope.transpose(1, 2)).to(flat.dtype))


class ContentLoss:
    """Mean squared difference of features. Johnson et al. 2016, equation 2."""

    of: ClassVar[str] = "content"
    pooled: ClassVar[bool] = False

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {layer: features[layer].detach() for layer in self.layers}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        return self.weight * total(
            weighted(
                (widened(features[layer]) - widened(target[layer])).square(),
                importance(features, layer),
            ).mean(dim=(1, 2, 3))
            for layer in self.layers
        )


class GramLoss:
    """Mean squared difference of Gram matrices, summed over layers. Johnson et al. 2016, eq. 4.

    Departure: the mean over the matrix, as in later implementations, where the paper has the sum.
    The target may have one matrix for the whole batch or one for each image.
    """

    of: ClassVar[str] = "style"
    pooled: ClassVar[bool] = False

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {layer: gram(features[layer].detach()) for layer in self.layers}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        return self.weight * total(
            (gram(_lenient(features, layer)) - target[layer]).square().mean(dim=(1, 2))
            for layer in self.layers
        )


def _lenient(features: Features, layer: str) -> Tensor:
    """Return features whose Gram matrix has less of the places where content counts more."""
    found = importance(features, layer)
    if found is None:
        return features[layer]
    inverse = 1 / found
    root = (inverse / inverse.mean(dim=(2, 3), keepdim=True)).sqrt()
    return features[layer] * root.to(features[layer].dtype)
