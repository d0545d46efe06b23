"""Separate the colors of a stylized image from its strokes, by a guided filter.

In every window, the stylized image is fitted as a linear function of the frame's color: what the
fit explains are colors and edges, what it leaves are strokes. Unlike a blurred image, the fit has
the frame's edges, so that exchanging it leaves no halos. All is computed in cells of 4x4 pixels, as
the palette base in the networks is. After He, Sun and Tang, "Guided Image Filtering" (2010).
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.image_ops import resize

CELL = 4
"""Side in pixels of a cell, which has one color."""
RADIUS = 4
"""Cells from the middle of a window to its border: wider than the strokes of a network."""
NOISE = 20.0
"""Variance, in squared gray levels, below which differences in color are no edges."""

Floats = NDArray[np.float32]


def exchange_palette(before: Image, after: Image, share: float, scale: float = 1.0) -> Image:
    """Exchange the colors under the strokes for those of the frame.

    Args:
        before: the frame, (height, width, 3) uint8 BGR.
        after: the stylized frame, of the same size.
        share: share of the style's colors, from 0 to 1; 1 returns ``after`` itself.
        scale: size of the strokes, relative to those of a network.
    """
    if share == 1:
        return after
    frame, stylized = _cells(before), _cells(after)
    slope, offset = _fit(frame, stylized, scale)
    return _add(after, (1 - share) * (frame - _times(slope, frame) - offset))


def enlarge_strokes(before: Image, small: Image, after: Image) -> Image:
    """Enlarge a stylized image, and add the edges that the frame lost when it was reduced.

    Args:
        before: the frame, (height, width, 3) uint8 BGR.
        small: the reduced frame.
        after: the stylized reduced frame, of the same size as that.

    Returns:
        The stylized image in the size of the frame.
    """
    height, width = before.shape[:2]
    if small.shape == before.shape:
        return after
    frame, reduced = _cells(before), _cells(small)
    rows, columns = frame.shape[:2]
    slope, _ = _fit(reduced, _cells(after))
    lost = frame - _enlarged(reduced, columns, rows)
    fitted = _enlarged(slope.reshape(*slope.shape[:2], 9), columns, rows)
    return _add(resize(after, width, height), _times(fitted.reshape(rows, columns, 3, 3), lost))


def _cells(image: Image) -> Floats:
    """Return the mean color of each cell, as (rows, columns, 3)."""
    height, width = image.shape[:2]
    size = max(1, round(width / CELL)), max(1, round(height / CELL))
    return _floats(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _fit(frame: Floats, stylized: Floats, scale: float = 1.0) -> tuple[Floats, Floats]:
    """Return the linear function from one to the other around each cell.

    Returns:
        Slopes, (rows, columns, 3, 3), and offsets, (rows, columns, 3).
    """
    rows, columns = frame.shape[:2]
    half = max(1, round(columns / 2)), max(1, round(rows / 2))
    fewer, painted = (
        _floats(cv2.resize(each, half, interpolation=cv2.INTER_AREA)) for each in (frame, stylized)
    )
    slope, offset = _fit_windows(fewer, painted, round(RADIUS * scale / 2))
    # Both vary slowly, so that half the cells suffice, in a quarter of the time.
    flat = slope.reshape(*slope.shape[:2], 9)
    fitted = _enlarged(flat, columns, rows).reshape(rows, columns, 3, 3)
    return fitted, _enlarged(offset, columns, rows)


def _fit_windows(frame: Floats, stylized: Floats, radius: int) -> tuple[Floats, Floats]:
    mean, target = _box(frame, radius), _box(stylized, radius)
    spread = _box(_outer(frame, frame), radius) - _outer(mean, mean)
    common = _box(_outer(stylized, frame), radius) - _outer(target, mean)
    slope = _floats(common @ _inverse(_floats(spread + NOISE * np.eye(3))))
    offset = _floats(target - _times(slope, mean))
    return _box(slope, radius), _box(offset, radius)


def _box(values: Floats, radius: int) -> Floats:
    """Return the means over windows of values of any shape per cell."""
    rows, columns = values.shape[:2]
    flat = np.ascontiguousarray(values).reshape(rows, columns, -1)
    side = 2 * radius + 1
    means = cv2.blur(flat, (side, side), borderType=cv2.BORDER_REPLICATE)
    return _floats(means).reshape(values.shape)


def _outer(first: Floats, second: Floats) -> Floats:
    return first[..., :, None] * second[..., None, :]


def _times(matrices: Floats, vectors: Floats) -> Floats:
    return _floats((matrices @ vectors[..., None])[..., 0])


def _inverse(matrices: Floats) -> Floats:
    """Return inverses of symmetric 3x3 matrices, ten times as fast as ``np.linalg.inv``."""
    first, second, third = (matrices[..., row, :] for row in range(3))
    adjugate = np.stack(
        [np.cross(second, third), np.cross(third, first), np.cross(first, second)], axis=-2
    )
    determinant = (first * adjugate[..., 0, :]).sum(-1)
    return _floats(adjugate / determinant[..., None, None])


def _enlarged(values: Floats, width: int, height: int) -> Floats:
    return _floats(cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR)).reshape(
        height, width, -1
    )


def _add(image: Image, cells: Floats) -> Image:
    """Add a value per cell, enlarged to the pixels of an image."""
    height, width = image.shape[:2]
    change = cv2.resize(np.rint(cells).astype(np.int16), (width, height))
    return np.ascontiguousarray(cv2.add(image, change, dtype=cv2.CV_8U), np.uint8)


def _floats(values: Any) -> Floats:
    return np.asarray(values, np.float32)
