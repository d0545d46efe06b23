"""Losses on the similarity of places: to the painting's, and of an image's own to each other."""

from collections.abc import Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.train.features import Features
from realtime_nst.train.losses.loss import Target, sample, total, widened

OUTPUT_PLACES, PAINTING_PLACES = 512, 2048
"""Places that are compared in each output, and with how many of the painting."""


class NearestNeighborsLoss:
    """Mean cosine distance from each place of the output to the nearest place of the painting.

    Kolkin et al. 2022, "Neural Neighbor Style Transfer", section 3.3, with features centered as
    there. One side only: every stroke comes from the painting, and nothing of the painting must
    appear in the output, which is what hangs stars on noses.
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
            _cosine_distances(_centered(sample(features[layer], OUTPUT_PLACES)), target[layer])
            .amin(dim=2)
            .mean(dim=1)
            for layer in self.layers
        )


class SelfSimilarityLoss:
    """Mean absolute difference of normalized cosine distances between an image's own places.

    Kolkin et al. 2019, "STROTSS", section 2.3, eq. 7. It keeps what belongs together together,
    whatever colors and strokes it gets. Departure: in units of the mean entry.
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
            (_relations(features[layer]) - target[layer]).abs().mean(dim=(1, 2))
            for layer in self.layers
        )


class NormalizedContentLoss:
    """Mean squared difference of features normalized by channel and image.

    Lin et al. 2021, "LapStyle", section 3.3. Contrast and palette may become the painting's, which
    raw features hold to the photo's.
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
            (_normalized(features[layer]) - target[layer]).square().mean(dim=(1, 2, 3))
            for layer in self.layers
        )


def _centered(vectors: Tensor) -> Tensor:
    return vectors - vectors.mean(dim=1, keepdim=True)


def _filled(vectors: Tensor) -> Tensor:
    """Repeat places of small paintings: all styles have as many."""
    count = vectors.shape[1]
    return vectors[:, torch.arange(PAINTING_PLACES, device=vectors.device) % count]


def _cosine_distances(first: Tensor, second: Tensor) -> Tensor:
    """(batch, n, c), (batch, m, c) -> (batch, n, m)."""
    return 1 - F.normalize(first, dim=2) @ F.normalize(second, dim=2).transpose(1, 2)


def _relations(features: Tensor) -> Tensor:
    """(batch, n, n): distances over the mean distance from each place."""
    vectors = sample(features, OUTPUT_PLACES)
    distances = _cosine_distances(vectors, vectors)
    return distances / distances.mean(dim=1, keepdim=True).clamp_min(1e-6)


def _normalized(features: Tensor) -> Tensor:
    variance, mean = torch.var_mean(widened(features), (2, 3), keepdim=True, correction=0)
    return (widened(features) - mean) * (variance + 1e-5).rsqrt()
