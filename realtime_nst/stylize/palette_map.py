"""The palette map of a painting: which of its colors each color of a photo becomes.

The map is a sum of 32 hinges max(0, direction . rgb - threshold), the same for all paintings; a
painting has a coefficient for each hinge and channel. So maps of several styles blend by blending
their coefficients, a network computes one by two 1x1 convolutions, and fitting one is a linear
least-squares problem: to the optimal transport from the colors of photos to those of the painting.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.stylize.oklab import Colors, from_oklab, to_oklab
from realtime_nst.stylize.transport import transport

TABLE = Path(__file__).with_name("photo_colors.npz")
"""Colors of photos and the hinges; scripts/photo_colors.py made it."""
SHORT_SIDE = 180
"""Pixels to which a painting's short side is scaled before its colors are counted."""
GRID, GRID_WEIGHT = 9, 0.25
"""Colors a channel and weight of each in the fit, so that the map is sane for every color."""
RIDGE = 1e-5
"""Keeps coefficients so small that half precision is enough."""


@dataclass(frozen=True, slots=True)
class Hinges:
    """What all palette maps share."""

    directions: Colors
    """(hinges, 3)"""
    thresholds: NDArray[np.float32]
    """(hinges,)"""

    def __call__(self, rgb: Colors) -> NDArray[np.float32]:
        """Evaluate all hinges: (n, 3) colors to (n, hinges)."""
        values: NDArray[np.float32] = np.maximum(rgb @ self.directions.T - self.thresholds, 0)
        return values


@dataclass(frozen=True, slots=True)
class PaletteMap:
    """The palette map of one painting."""

    weight: NDArray[np.float32]
    """(3, hinges)"""
    bias: NDArray[np.float32]
    """(3,)"""

    def __call__(self, rgb: Colors, hinges: Hinges | None = None) -> Colors:
        """Map (n, 3) sRGB colors in [0, 1]."""
        return (hinges or shared_hinges())(rgb) @ self.weight.T + self.bias


@cache
def shared_hinges() -> Hinges:
    """The hinges new networks are made with."""
    with np.load(TABLE) as table:
        return Hinges(table["directions"], table["thresholds"])


@cache
def photo_colors() -> Colors:
    """Colors that stand for the same number of photo pixels each: (n, 3) Oklab."""
    with np.load(TABLE) as table:
        return to_oklab(table["colors"] / 255)


def fit_palette(painting: Image, hinges: Hinges | None = None) -> PaletteMap:
    """Fit the palette map of a (height, width, 3) uint8 BGR picture, in a fraction of a second."""
    photos = photo_colors()
    moved = transport(photos, painting_colors(painting, len(photos)))
    grid = _grid()
    inputs = np.concatenate([from_oklab(photos), grid])
    outputs = from_oklab(moved(np.concatenate([photos, to_oklab(grid)])))
    weights = np.repeat([1, GRID_WEIGHT], [len(photos), len(grid)])
    return _least_squares((hinges or shared_hinges())(inputs), outputs, weights)


def painting_colors(painting: Image, count: int) -> Colors:
    """Colors that stand for the same number of a picture's pixels each: (count, 3) Oklab."""
    height, width = painting.shape[:2]
    scale = SHORT_SIDE / min(height, width)
    size = round(width * scale), round(height * scale)
    small = cv2.resize(painting, size, interpolation=cv2.INTER_AREA)
    return median_cut(to_oklab(small.reshape(-1, 3)[:, ::-1] / 255), count)


def median_cut(points: Colors, count: int) -> Colors:
    """Reduce points to the means of ``count`` (a power of two) cells of equally many points."""
    rest = len(points) % count
    # An even choice: what is cut off at the end would all come from one place in the picture.
    cells = np.delete(points, np.linspace(0, len(points) - 1, rest, dtype=int), axis=0)[None]
    while len(cells) < count:
        widest = cells.var(axis=1).argmax(axis=1)[:, None, None]
        order = np.take_along_axis(cells, widest, axis=2).argsort(axis=1, kind="stable")
        halves = np.take_along_axis(cells, order, axis=1)
        cells = halves.reshape(2 * len(cells), -1, 3)
    means: Colors = cells.mean(axis=1)
    return means


def _grid() -> Colors:
    """All combinations of some values of red, green and blue."""
    values = np.linspace(0, 1, GRID, dtype=np.float32)
    return np.stack(np.meshgrid(values, values, values), axis=-1).reshape(-1, 3)


def _least_squares(
    hinges: NDArray[np.float32], outputs: Colors, weights: NDArray[np.float64]
) -> PaletteMap:
    features = np.column_stack([hinges, np.ones(len(hinges))]).astype(np.float64)
    weighted = features * weights[:, None]
    ridge = RIDGE * weights.sum() * np.eye(features.shape[1])
    ridge[-1, -1] = 0
    solved = np.linalg.solve(weighted.T @ features + ridge, weighted.T @ outputs)
    return PaletteMap(solved[:-1].T.astype(np.float32).copy(), solved[-1].astype(np.float32).copy())
