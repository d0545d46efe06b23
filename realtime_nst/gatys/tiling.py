"""Measure a picture of any size tile by tile: exactly the whole's measure and gradient.

What a Gram matrix or a mean is made of are sums over places, and sums can be taken piece by piece.
Each tile is seen with a margin as wide as the deepest feature looks, so that what it adds is what
the same place of the whole picture would. Memory is that of one tile; the price is the margins,
and a second pass forward for the gradient.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from realtime_nst.nn.vgg import VGG

GRID = 16
"""Tiles begin at multiples of this: so many pixels make one of VGG's deepest features."""


@dataclass(frozen=True, slots=True)
class Span:
    """One side of a tile, in pixels: from ``start`` to ``stop``, seen from ``begin`` to ``end``."""

    begin: int
    start: int
    stop: int
    end: int
    last: bool
    """Whether it ends at the picture's border."""

    def inner(self, stride: int) -> slice:
        """Its own part of the features of what it sees, of which ``stride`` pixels make one."""
        stop = None if self.last else (self.stop - self.begin) // stride
        return slice((self.start - self.begin) // stride, stop)

    def outer(self, stride: int) -> slice:
        """Its part of the features of the whole picture."""
        return slice(self.start // stride, None if self.last else self.stop // stride)


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of a picture."""

    rows: Span
    columns: Span

    def seen(self, image: Tensor) -> Tensor:
        """The tile with its margin."""
        rows, columns = self.rows, self.columns
        return image[:, :, rows.begin : rows.end, columns.begin : columns.end]

    def inner(self, features: Tensor, stride: int) -> Tensor:
        """Features of what the tile sees, without those of the margin."""
        return features[:, :, self.rows.inner(stride), self.columns.inner(stride)]

    def outer(self, features: Tensor, stride: int) -> Tensor:
        """Features of the whole picture, only those of the tile."""
        return features[:, :, self.rows.outer(stride), self.columns.outer(stride)]


Measure = Callable[[Tensor, Tile], tuple[Tensor, ...]]
"""Of what a tile sees: its shares of the sums over the whole picture."""


def tiles_of(image: Tensor, side: int, margin: int) -> list[Tile]:
    """Cover a picture with tiles; a ``side`` of 0 makes one tile of it."""
    height, width = image.shape[2:]
    return [
        Tile(rows, columns)
        for rows in _spans(height, side, margin)
        for columns in _spans(width, side, margin)
    ]


def measured(measure: Measure, image: Tensor, tiles: list[Tile]) -> tuple[Tensor, ...]:
    """The sums over all tiles; differentiable, with the memory of one tile."""
    if len(tiles) == 1:
        return measure(image, tiles[0])
    sums: tuple[Tensor, ...] = _Sums.apply(image, measure, tiles)
    return sums


def margin_of(vgg: VGG) -> int:
    """Pixels around a place that its deepest feature looks at, up to the next multiple of 16."""
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
    # What would be left over at the end is too small to stand alone.
    starts = list(range(0, max(1, length - side // 2), side))
    for start, stop in zip(starts, [*starts[1:], length], strict=True):
        last = stop == length
        end = length if last else min(length, stop + margin)
        yield Span(max(0, start - margin), start, stop, end, last)


class _Sums(torch.autograd.Function):
    """Sums are linear: every tile gets the gradient of the sums."""

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
