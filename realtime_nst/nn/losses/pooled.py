"""Losses on the statistics of a style, pooled over all images of a step.

A Gram matrix of each image demands all of the style image's statistics in every output; these
losses demand them only of all images of a step together. Each value is relative to the style
image's own statistics, so that a weight means the same for every style image and layer.
"""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from realtime_nst.nn.losses.contract import Target, importance, places, pool, total
from realtime_nst.nn.vgg import Features

LEAST_VARIANCE = 1e-4
"""Added to every variance, so that square roots have a finite gradient."""
DIRECTIONS = 32
"""Minimum number of directions of sliced Wasserstein; with more channels, one per channel (Heitz
et al. 2021, section 3)."""
OUTPUT_PLACES, PAINTING_PLACES = 4096, 65536
"""Places sampled for sliced Wasserstein: of all outputs together, and of the style image."""


class WassersteinLoss:
    """Squared Wasserstein-2 distance of Gaussians over the style's mean squared feature.

    The distance is that of Dowson and Landau 1982, eq. 16, between mean and covariance of features.
    Unlike in the Gram matrix, which mixes both, the covariance is centered: the mean does not hide
    contrast and rare colors.
    """

    of: ClassVar[str] = "style"
    pooled: ClassVar[bool] = True

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        target: Target = {}
        for layer in self.layers:
            mean, covariance = _gaussian(features[layer].detach())
            target |= {f"{layer}.mean": mean[None], f"{layer}.covariance": covariance[None]}
            target[f"{layer}.root"] = _root(covariance)[None]
        return target

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        value = total(self._distance(features, layer, target) for layer in self.layers)
        return (self.weight * value).expand(len(output))

    def _distance(self, features: Features, layer: str, target: Target) -> Tensor:
        mean, covariance = _gaussian(features[layer], _shares(features, layer))
        goal, wanted, root = (
            target[f"{layer}.{name}"][0] for name in ("mean", "covariance", "root")
        )
        # Eigenvalues in float64: in float32 the small ones are noise, and there are many.
        product = root.double() @ covariance.double() @ root.double()
        cross = torch.linalg.eigvalsh(product).clamp_min(1e-12).sqrt().sum()
        spread = covariance.double().trace() + wanted.double().trace() - 2 * cross
        shift = (mean - goal).square().sum()
        distance: Tensor = (shift + spread.to(shift.dtype)) / (goal.square().sum() + wanted.trace())
        return distance


class MomentsLoss:
    """Squared difference of channel means and deviations over the squares of the style's.

    Li et al. 2017, "Demystifying Neural Style Transfer", eq. 13; as Huang and Belongie 2017, eq.
    13, but relative. For layers whose covariance is too large to be measured on few crops.
    """

    of: ClassVar[str] = "style"
    pooled: ClassVar[bool] = True

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        return {layer: _moments(features[layer].detach())[None] for layer in self.layers}

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        value = total(self._distance(features, layer, target[layer][0]) for layer in self.layers)
        return (self.weight * value).expand(len(output))

    def _distance(self, features: Features, layer: str, wanted: Tensor) -> Tensor:
        difference = _moments(features[layer], _shares(features, layer)) - wanted
        return difference.square().sum() / wanted.square().sum()


class SlicedWassersteinLoss:
    """Mean squared difference of sorted projections over the style's mean variance.

    Heitz et al. 2021, section 3. Departures: fixed directions, and places instead of all pixels. On
    the layer ``pixels`` it compares palettes, which a Gaussian cannot: blue and yellow have the
    mean of green.
    """

    of: ClassVar[str] = "style"
    pooled: ClassVar[bool] = True

    def __init__(self, layers: Sequence[str], weight: float) -> None:
        self.layers = tuple(layers)
        self.weight = weight

    def target(self, features: Features) -> Target:
        target: Target = {}
        for layer in self.layers:
            flat = _some(pool(features[layer].detach()), PAINTING_PLACES)
            target[layer] = _quantiles(_projections(flat), OUTPUT_PLACES)[None]
            target[f"{layer}.variance"] = flat.var(1, correction=0).mean()[None] + LEAST_VARIANCE
        return target

    def __call__(self, output: Tensor, features: Features, target: Target) -> Tensor:
        value = total(self._distance(features[layer], layer, target) for layer in self.layers)
        return (self.weight * value).expand(len(output))

    def _distance(self, features: Tensor, layer: str, target: Target) -> Tensor:
        flat = _some(pool(features), OUTPUT_PLACES)
        difference = _projections(flat) - _quantiles(target[layer][0], flat.shape[1])
        return difference.square().mean() / target[f"{layer}.variance"][0]


def _shares(features: Features, layer: str) -> Tensor | None:
    """Return (places,) factors of a mean over places: the inverse of the importance of content."""
    found = importance(features, layer)
    if found is None:
        return None
    inverse = 1 / pool(found)[0]
    return inverse / inverse.sum()


def _gaussian(features: Tensor, shares: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return mean, (c,), and covariance, (c, c), over batch and places."""
    flat = pool(features)
    mean = flat.mean(1) if shares is None else flat @ shares
    centered = flat - mean[:, None]
    noise = LEAST_VARIANCE * torch.eye(len(flat), dtype=flat.dtype, device=flat.device)
    if shares is None:
        return mean, centered @ centered.T / flat.shape[1] + noise
    return mean, (centered * shares) @ centered.T + noise


def _root(covariance: Tensor) -> Tensor:
    """Return the square root of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(covariance.double())
    root: Tensor = vectors * values.clamp_min(0).sqrt() @ vectors.T
    return root.to(covariance.dtype)


def _moments(features: Tensor, shares: Tensor | None = None) -> Tensor:
    """Return means and deviations, (2, c)."""
    flat = pool(features)
    if shares is None:
        variance, mean = torch.var_mean(flat, 1, correction=0)
    else:
        mean = flat @ shares
        variance = (flat - mean[:, None]).square() @ shares
    return torch.stack([mean, (variance + LEAST_VARIANCE).sqrt()])


def _some(flat: Tensor, count: int) -> Tensor:
    return flat[:, places(count, flat.shape[1], flat.device)]


def _projections(flat: Tensor) -> Tensor:
    """Project (c, places) to (directions, places), sorted."""
    channels = len(flat)
    generator = torch.Generator().manual_seed(channels)
    directions = torch.randn(max(DIRECTIONS, channels), channels, generator=generator)
    directions = directions / directions.norm(dim=1, keepdim=True)
    ordered: Tensor = (directions.to(flat) @ flat).sort(dim=1).values
    return ordered


def _quantiles(ordered: Tensor, count: int) -> Tensor:
    """Resample sorted (directions, places) to (directions, count)."""
    have = ordered.shape[1]
    steps = torch.arange(count, device=ordered.device, dtype=torch.float64)
    return ordered[:, ((steps + 0.5) * have / count).long()]
