"""Losses on the similarity of features: to the style image's, and within an image."""

from collections.abc import Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.nn.losses.contract import (
    Target,
    importance,
    sample,
    total,
    weighted,
    widened,
)
from realtime_nst.nn.vgg import Features

OUTPUT_PLACES, PAINTING_PLACES = 512, 2048
"""Places sampled from each output, and from the style image."""


class NearestNeighborsLoss:
    """Mean cosine distance from each place of the output to the nearest place of the style image.

    Kolkin et al. 2022, "Neural Neighbor Style Transfer", section 3.3, with features centered as
    there. One direction only: every stroke comes from the style image, but no part of the style
    image is required in the output, which would put stars on noses.
    """

    of: ClassVar[str] = "style"
    pooled: ClassVar[bool] = False

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        found = {layer: sample(features[layer].detach(), PAINTING_PLACES) for layer in self.layers}
        return {layer: _filled(_centered(value)) for layer, value in found.items()}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        return self.weight * total(
            weighted(
                self._distances(features[layer], target[layer]), _leniency(features, layer)
            ).mean(dim=1)
            for layer in self.layers
        )

    def _distances(self, features: Tensor, target: Tensor) -> Tensor:
        """Return (batch, places) distances to the nearest place of the style image."""
        vectors = _centered(sample(features, OUTPUT_PLACES))
        return _cosine_distances(vectors, target).amin(dim=2)


class SelfSimilarityLoss:
    """Mean absolute difference of normalized cosine distances between places of one image.

    Kolkin et al. 2019, "STROTSS", section 2.3, eq. 7. It keeps similar places similar, whatever
    their new colors and strokes. Departure: in units of the mean entry.
    """

    of: ClassVar[str] = "content"
    pooled: ClassVar[bool] = False

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {layer: _relations(features[layer].detach()) for layer in self.layers}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        return self.weight * total(
            weighted(
                (_relations(features[layer]) - target[layer]).abs(),
                _importance_of_pairs(features, layer),
            ).mean(dim=(1, 2))
            for layer in self.layers
        )


class NormalizedContentLoss:
    """Mean squared difference of features normalized by channel and image.

    Lin et al. 2021, "LapStyle", section 3.3. Contrast and palette may become those of the style
    image, where raw features would keep those of the photo.
    """

    of: ClassVar[str] = "content"
    pooled: ClassVar[bool] = False

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {layer: _normalized(features[layer].detach()) for layer in self.layers}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        return self.weight * total(
            weighted(
                (_normalized(features[layer]) - target[layer]).square(),
                importance(features, layer),
            ).mean(dim=(1, 2, 3))
            for layer in self.layers
        )


def _leniency(features: Features, layer: str) -> Tensor | None:
    """Return (batch, places) factors on style, the inverse of the importance of content."""
    found = importance(features, layer)
    return None if found is None else 1 / sample(found, OUTPUT_PLACES)[..., 0]


def _importance_of_pairs(features: Features, layer: str) -> Tensor | None:
    """Return (batch, n, n), the mean importance of both places of a pair."""
    found = importance(features, layer)
    if found is None:
        return None
    each = sample(found, OUTPUT_PLACES)
    return (each + each.transpose(1, 2)) / 2


def _centered(vectors: Tensor) -> Tensor:
    return vectors - vectors.mean(dim=1, keepdim=True)


def _filled(vectors: Tensor) -> Tensor:
    """Repeat places of small style images, so that all styles have the same number."""
    count = vectors.shape[1]
    return vectors[:, torch.arange(PAINTING_PLACES, device=vectors.device) % count]


def _cosine_distances(first: Tensor, second: Tensor) -> Tensor:
    """Return distances (batch, n, m) between (batch, n, c) and (batch, m, c)."""
    return 1 - F.normalize(first, dim=2) @ F.normalize(second, dim=2).transpose(1, 2)


def _relations(features: Tensor) -> Tensor:
    """Return (batch, n, n) distances, divided by the mean distance from each place."""
    vectors = sample(features, OUTPUT_PLACES)
    distances = _cosine_distances(vectors, vectors)
    return distances / distances.mean(dim=1, keepdim=True).clamp_min(1e-6)


def _normalized(features: Tensor) -> Tensor:
    variance, mean = torch.var_mean(widened(features), (2, 3), keepdim=True, correction=0)
    return (widened(features) - mean) * (variance + 1e-5).rsqrt()
