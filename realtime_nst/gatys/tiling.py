"""Tiled evaluation: losses and gradient of an image of any size, exactly as without tiles.

Gram matrices and means are sums over places, which can be computed piece by piece. Each tile is
read with a margin as wide as the receptive field of the deepest feature, so that it contributes
what the same area of the whole image would. Memory is that of one tile; the costs are the margins
and a second forward pass for the gradient.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from realtime_nst.nn.vgg import VGG

GRID = 16
"""Tiles start at multiples of this many pixels, the stride of VGG's deepest features."""


@dataclass(frozen=True, slots=True)
class Span:
    """Rows or columns of a tile: ``start`` to ``stop``, or ``begin`` to ``end`` with its margin."""

    begin: int
    start: int
    stop: int
    end: int
    last: bool
    """Whether it ends at the image's border."""

    def inner(self, stride: int) -> slice:
        """Return the slice without margin in features, of that stride, of the tile with margin."""
        stop = None if self.last else (self.stop - self.begin) // stride
        return slice((self.start - self.begin) // stride, stop)

    def outer(self, stride: int) -> slice:
        """Return the slice of the tile in features of the whole image."""
        return slice(self.start // stride, None if self.last else self.stop // stride)


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of an image."""

    rows: Span
    columns: Span

    def seen(self, image: Tensor) -> Tensor:
        """Return the tile of an image, with its margin."""
        rows, columns = self.rows, self.columns
        return image[:, :, rows.begin : rows.end, columns.begin : columns.end]

    def inner(self, features: Tensor, stride: int) -> Tensor:
        """Return the tile's features without those of its margin."""
        return features[:, :, self.rows.inner(stride), self.columns.inner(stride)]

    def outer(self, features: Tensor, stride: int) -> Tensor:
        """Return the tile's part of the features of the whole image."""
        return features[:, :, self.rows.outer(stride), self.columns.outer(stride)]


Measure = Callable[[Tensor, Tile], tuple[Tensor, ...]]
"""Returns a tile's shares of the sums over the whole image, from the tile with its margin."""


def tiles_of(image: Tensor, side: int, margin: int) -> list[Tile]:
    """Return tiles that cover an image; a ``side`` of 0 gives a single tile."""
    height, width = image.shape[2:]
    return [
        Tile(rows, columns)
        for rows in _spans(height, side, margin)
        for columns in _spans(width, side, margin)
    ]


def measured(measure: Measure, image: Tensor, tiles: list[Tile]) -> tuple[Tensor, ...]:
    """Return the sums over all tiles, differentiable, using the memory of one tile."""
    if len(tiles) == 1:
        return measure(image, tiles[0])
    sums: tuple[Tensor, ...] = _Sums.apply(image, measure, tiles)
    return sums


def margin_of(vgg: VGG) -> int:
    """Return the radius in pixels of VGG's receptive field, rounded up to a multiple of 16."""
    reach, stride = 0, 1
    for name in vgg.names:
        if name.startswith("conv"):
            reach += stride
        elif name.startswith("pool"):
            reach += stride
            stride *= 2
    return -(-reach // GRID) * GRID


def _spans(length: int, side: int, margin: int) -> Iterator[Span]:
    side = side // GRID * GRID or length
    # A rest of less than half a tile is merged into the last one.
    starts = list(range(0, max(1, length - side // 2), side))
    for start, stop in zip(starts, [*starts[1:], length], strict=True):
        last = stop == length
        end = length if last else min(length, stop + margin)
        yield Span(max(0, start - margin), start, stop, end, last)


class _Sums(torch.autograd.Function):
    """Sum over tiles; as sums are linear, every tile gets the gradient of the sums."""

    @staticmethod
    def forward(
        context: Any, image: Tensor, measure: Measure, tiles: list[Tile]
    ) -> tuple[Tensor, ...]:
        context.save_for_backward(image)
        context.measure, context.tiles = measure, tiles
        first, *rest = tiles
        sums = measure(first.seen(image), first)
        for tile in rest:
            for whole, part in zip(sums, measure(tile.seen(image), tile), strict=True):
                whole.add_(part)
        return sums

    @staticmethod
    def backward(context: Any, *slopes: Tensor) -> tuple[Tensor, None, None]:
        (image,) = context.saved_tensors
        gradient = torch.zeros_like(image)
        for tile in context.tiles:
            with torch.enable_grad():
                seen = tile.seen(image).detach().requires_grad_()
                parts = context.measure(seen, tile)
            tile.seen(gradient).add_(*torch.autograd.grad(parts, seen, slopes))
        return gradient, None, None
