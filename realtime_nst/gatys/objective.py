"""Objective of Gatys et al. 2016: distance of an image from a content and from styles.

The formulas are those of ``nn.losses``; here each term is a sum over places, so that it can be
restricted to a region and computed tile by tile.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.gatys.lbfgs import Point
from realtime_nst.gatys.tiling import Tile, margin_of, measured, tiles_of
from realtime_nst.nn.device import autocast
from realtime_nst.nn.losses import TVLoss, gram
from realtime_nst.nn.vgg import VGG, Features

NAMES = ("content", "style", "tv")
"""Names of an objective's losses."""


@dataclass(frozen=True, slots=True, eq=False)
class StyleImage:
    """A style image."""

    picture: Tensor
    """(1, 3, h, w) RGB in [0, 1], of any size."""
    share: float = 1.0
    """Weight relative to the other styles."""
    where: Tensor | None = None
    """(1, 1, h, w) in [0, 1], any size: mask of the result; None applies the style everywhere."""
    part: Tensor | None = None
    """(1, 1, h, w) in [0, 1], any size: mask of the style image; None uses all of it."""


@dataclass(frozen=True, slots=True, eq=False)
class ContentTerm:
    """Mean squared difference of a layer. Gatys et al. 2016, equation 1."""

    layer: str
    weight: float
    target: Tensor
    """(1, c, h, w), features of the content image."""
    name = "content"

    def measure(self, features: Features, tile: Tile) -> Tensor:
        """Return the tile's share of the mean."""
        stride = stride_of(self.layer)
        here, there = tile.inner(features[self.layer], stride), tile.outer(self.target, stride)
        return (here.to(there.dtype) - there).square().sum() / self.target.numel()

    def judge(self, measure: Tensor) -> Tensor:
        """Return the weighted loss of a measure summed over all tiles."""
        return self.weight * measure


@dataclass(frozen=True, slots=True, eq=False)
class StyleTerm:
    """Mean squared difference of Gram matrices, of a region if there is a mask.

    Gatys et al. 2016, equation 4; regions as in Gatys et al. 2017, section 4.1. Departure: a region
    is weighted by its area, so that the ratio of style to content does not depend on its size.
    """

    layer: str
    weight: float
    target: Tensor
    """(1, c, c)"""
    mask: Tensor | None = None
    """(1, 1, h, w) in [0, 1], of the layer's size."""
    places: float = 1.0
    """Number of places of the layer, or the sum of the mask."""
    name = "style"

    def measure(self, features: Features, tile: Tile) -> Tensor:
        """Return the tile's share of the Gram matrix."""
        stride = stride_of(self.layer)
        here = tile.inner(features[self.layer], stride)
        seen = here.shape[2] * here.shape[3]
        if self.mask is not None:
            here = here * tile.outer(self.mask, stride).sqrt()
        return gram(here) * (seen / self.places)

    def judge(self, measure: Tensor) -> Tensor:
        """Return the weighted loss of a measure summed over all tiles."""
        return self.weight * (measure - self.target).square().mean()


Term = ContentTerm | StyleTerm


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """The losses of an image of a given size."""

    vgg: VGG
    terms: tuple[Term, ...]
    tv_weight: float = 0.0
    bf16: bool = False
    tile: int = 0
    """Side of the tiles to process, in pixels; 0 processes the whole image at once."""

    def __call__(self, image: Tensor) -> dict[str, Tensor]:
        """Return the weighted losses ``content``, ``style`` and ``tv`` of a (1, 3, h, w) image."""
        measures = measured(self._measure, image, tiles_of(image, self.tile, margin_of(self.vgg)))
        values = {name: image.new_zeros(()) for name in NAMES}
        for term, measure in zip(self.terms, measures, strict=True):
            values[term.name] = values[term.name] + term.judge(measure)
        if self.tv_weight:
            values["tv"] = TVLoss((), self.tv_weight)(image, {}, {}).sum()
        return values

    def evaluate(self, image: Tensor) -> Point:
        """Return the losses of a (1, 3, h, w) image, with their gradient."""
        image = image.detach().requires_grad_()
        losses = self(image)
        (gradient,) = torch.autograd.grad(torch.stack(list(losses.values())).sum(), image)
        values = {name: loss.item() for name, loss in losses.items()}
        return Point(image.detach(), values, gradient.contiguous())

    def _measure(self, image: Tensor, tile: Tile) -> tuple[Tensor, ...]:
        with autocast(image.device, self.bf16):
            features = self.vgg(image.contiguous(memory_format=torch.channels_last))
        return tuple(term.measure(features, tile) for term in self.terms)


def stride_of(layer: str) -> int:
    """Return the stride of a layer in pixels: 8 for ``conv4_2``."""
    return 1 << (int(layer[4]) - 1)


@torch.no_grad()
def content_terms(
    vgg: VGG, content: Tensor, layers: Sequence[str], weight: float, tile: int = 0
) -> list[ContentTerm]:
    """Return terms whose targets are the features of the content image.

    Args:
        vgg: with the layers.
        content: (1, 3, h, w), of the size of the result.
        layers: their names.
        weight: of each term.
        tile: side of the tiles to process, in pixels; 0 processes the whole image at once.
    """
    pieces: dict[str, Tensor] = {}
    for each in tiles_of(content, tile, margin_of(vgg)):
        features = vgg(each.seen(content), frozenset(layers))
        for layer in layers:
            stride = stride_of(layer)
            inner = each.inner(features[layer], stride)
            if layer not in pieces:
                size = (side // stride for side in content.shape[2:])
                pieces[layer] = inner.new_zeros(1, inner.shape[1], *size)
            each.outer(pieces[layer], stride).copy_(inner)
    return [ContentTerm(layer, weight, pieces[layer]) for layer in layers]


@torch.no_grad()
def style_terms(
    vgg: VGG,
    styles: Sequence[StyleImage],
    layers: dict[str, float],
    weight: float,
    size: tuple[int, int],
    tile: int = 0,
) -> list[StyleTerm]:
    """Return terms whose targets are the Gram matrices of style images.

    Styles without ``where`` are blended into one target, which has the same gradient as a term for
    each at the cost of one.

    Args:
        vgg: with the layers.
        styles: at least one.
        layers: layer name -> its weight.
        weight: of all terms together.
        size: height and width of the result.
        tile: side of the tiles to process, in pixels; 0 processes a whole image at once.

    Raises:
        TrainError: a mask is black.
    """
    total = sum(style.share for style in styles)
    everywhere = [style for style in styles if style.where is None]
    terms: list[StyleTerm] = []
    if everywhere:
        share = sum(style.share for style in everywhere)
        grams = [(_grams(vgg, style, layers, tile), style.share / share) for style in everywhere]
        blend = {layer: _blended([(g[layer], part) for g, part in grams]) for layer in layers}
        terms += _terms(blend, layers, weight * share / total, None, size)
    for style in styles:
        if style.where is not None:
            targets = _grams(vgg, style, layers, tile)
            terms += _terms(targets, layers, weight * style.share / total, style.where, size)
    return terms


def _terms(
    targets: dict[str, Tensor],
    layers: dict[str, float],
    weight: float,
    where: Tensor | None,
    size: tuple[int, int],
) -> list[StyleTerm]:
    terms = []
    for layer, own in layers.items():
        height, width = (side // stride_of(layer) for side in size)
        mask, places, area = _resize_mask(where, height, width)
        terms.append(StyleTerm(layer, weight * own * area, targets[layer], mask, places))
    return terms


def _grams(vgg: VGG, style: StyleImage, layers: dict[str, float], tile: int) -> dict[str, Tensor]:
    """Return the Gram matrix of each layer for the unmasked part of a style image."""
    size = (style.picture.shape[2], style.picture.shape[3])
    nothing = dict.fromkeys(layers, style.picture.new_zeros(()))
    terms = tuple(_terms(nothing, layers, 1.0, style.part, size))
    objective = Objective(vgg, terms, tile=tile)
    tiles = tiles_of(style.picture, tile, margin_of(vgg))
    return dict(zip(layers, measured(objective._measure, style.picture, tiles), strict=True))


def _blended(grams: list[tuple[Tensor, float]]) -> Tensor:
    return torch.stack([matrix * share for matrix, share in grams]).sum(dim=0)


def _resize_mask(
    mask: Tensor | None, height: int, width: int
) -> tuple[Tensor | None, float, float]:
    """Return a mask of a layer's size, its sum, and its share of the area.

    Raises:
        TrainError: the mask is black.
    """
    if mask is None:
        return None, height * width, 1.0
    resized = F.adaptive_avg_pool2d(mask, (height, width))
    places = float(resized.sum())
    if places < 1:
        raise TrainError("a mask is black, or nearly so", "make it white where the style applies")
    return resized, places, places / (height * width)
