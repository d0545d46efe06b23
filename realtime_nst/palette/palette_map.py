"""The palette map of a style image: a function from the colors of photos to its colors.

The map is a sum of 32 hinges max(0, direction . rgb - threshold), shared by all styles, with a
coefficient per hinge and channel for each style. So maps of several styles are blended by blending
their coefficients, a network computes a map with two 1x1 convolutions, and fitting a map is a
linear least-squares problem, whose target is the optimal transport from the colors of photos to
those of the style image.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.palette.oklab import Colors, from_oklab, to_oklab
from realtime_nst.palette.transport import transport

TABLE = Path(__file__).with_name("photo_colors.npz")
"""Colors of photos and the hinges, created by scripts/photo_colors.py."""
SHORT_SIDE = 180
"""Pixels that a style image's short side is scaled to before its colors are counted."""
GRID, GRID_WEIGHT = 9, 0.25
"""Grid of colors added to the fit (values per channel, and weight of each color), so that the map
is well-behaved for every color."""
RIDGE = 1e-5
"""Ridge regularization, which keeps the coefficients small enough for half precision."""


@dataclass(frozen=True, slots=True)
class Hinges:
    """Hinge functions shared by all palette maps."""

    directions: Colors
    """(hinges, 3) float32."""
    thresholds: NDArray[np.float32]
    """(hinges,) float32."""

    def __call__(self, rgb: Colors) -> NDArray[np.float32]:
        """Evaluate all hinges: (n, 3) sRGB colors in [0, 1] to (n, hinges)."""
        values: NDArray[np.float32] = np.maximum(rgb @ self.directions.T - self.thresholds, 0)
        return values


@dataclass(frozen=True, slots=True)
class PaletteMap:
    """Palette map of one style image."""

    weight: NDArray[np.float32]
    """(3, hinges) float32."""
    bias: NDArray[np.float32]
    """(3,) float32."""

    def __call__(self, rgb: Colors, hinges: Hinges | None = None) -> Colors:
        """Map (n, 3) sRGB colors in [0, 1]; the default hinges are ``shared_hinges``."""
        return (hinges or shared_hinges())(rgb) @ self.weight.T + self.bias


@cache
def shared_hinges() -> Hinges:
    """Return the hinges of new networks."""
    with np.load(TABLE) as table:
        return Hinges(table["directions"], table["thresholds"])


@cache
def photo_colors() -> Colors:
    """Return typical colors of photos, each for an equal number of pixels: (n, 3) Oklab."""
    with np.load(TABLE) as table:
        return to_oklab(table["colors"] / 255)


def fit_palette(painting: Image, hinges: Hinges | None = None) -> PaletteMap:
    """Fit the palette map of a style image, in a fraction of a second.

    Args:
        painting: (height, width, 3) uint8 BGR.
        hinges: the hinges to use; None uses ``shared_hinges``.
    """
    photos = photo_colors()
    moved = transport(photos, painting_colors(painting, len(photos)))
    grid = _grid()
    inputs = np.concatenate([from_oklab(photos), grid])
    outputs = from_oklab(moved(np.concatenate([photos, to_oklab(grid)])))
    weights = np.repeat([1, GRID_WEIGHT], [len(photos), len(grid)])
    return _least_squares((hinges or shared_hinges())(inputs), outputs, weights)


def painting_colors(painting: Image, count: int) -> Colors:
    """Reduce an image to colors that each stand for an equal number of its pixels.

    Args:
        painting: (height, width, 3) uint8 BGR.
        count: number of colors, a power of two.

    Returns:
        (count, 3) Oklab.
    """
    height, width = painting.shape[:2]
    scale = SHORT_SIDE / min(height, width)
    size = round(width * scale), round(height * scale)
    small = cv2.resize(painting, size, interpolation=cv2.INTER_AREA)
    return median_cut(to_oklab(small.reshape(-1, 3)[:, ::-1] / 255), count)


def median_cut(points: Colors, count: int) -> Colors:
    """Reduce (n, 3) points to the means of ``count`` (a power of two) equally large cells."""
    rest = len(points) % count
    # Surplus points are removed evenly: those at the end are all from one place in the image.
    cells = np.delete(points, np.linspace(0, len(points) - 1, rest, dtype=int), axis=0)[None]
    while len(cells) < count:
        widest = cells.var(axis=1).argmax(axis=1)[:, None, None]
        order = np.take_along_axis(cells, widest, axis=2).argsort(axis=1, kind="stable")
        halves = np.take_along_axis(cells, order, axis=1)
        cells = halves.reshape(2 * len(cells), -1, 3)
    means: Colors = cells.mean(axis=1)
    return means


def _grid() -> Colors:
    """Return all combinations of ``GRID`` values of red, green and blue."""
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
