"""Image operations: blending, color transfer, resizing and cropping, as pure functions.

Every image, argument or result, is (height, width, 3) uint8 BGR and C-contiguous.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from realtime_nst.frame import Cell, Image


def blend(before: Image, after: Image, share: float) -> Image:
    """Blend two images of one size: share 0 returns ``before`` itself, 1 ``after``."""
    if share in (0, 1):
        return after if share else before
    return _image(cv2.addWeighted(after, share, before, 1 - share, 0))


def keep_colors(before: Image, after: Image) -> Image:
    """Combine the luma of ``after`` with the colors of ``before``, both of one size.

    This replaces Y' in Y'CrCb. Each RGB channel is luma plus a color difference, so the change of
    luma is added to all three channels, in a third of the time of converting.
    """
    change = cv2.subtract(_luma(after), _luma(before), dtype=cv2.CV_16S)
    return _image(cv2.add(before, cv2.merge([change, change, change]), dtype=cv2.CV_8U))


def _luma(image: Image) -> Image:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]


def mirror(image: Image) -> Image:
    """Flip an image horizontally."""
    return _image(cv2.flip(image, 1))


def resize(image: Image, width: int, height: int) -> Image:
    """Resize an image with methods that are fast enough for live video."""
    if image.shape[:2] == (height, width):
        return image
    method = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_LINEAR
    return _image(cv2.resize(image, (width, height), interpolation=method))


def pad_to(image: Image, width: int, height: int) -> Image:
    """Pad an image to at least a size, on the right and bottom, by replicating its edge."""
    below, right = max(0, height - image.shape[0]), max(0, width - image.shape[1])
    if not (below or right):
        return np.ascontiguousarray(image)
    return _image(cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE))


def crop_to_fill(image: Image, width: int, height: int) -> Image:
    """Crop the center of an image to the aspect ratio of a size and resize it to that size."""
    rows, columns = image.shape[:2]
    high = min(rows, max(1, round(columns * height / width)))
    wide = min(columns, max(1, round(rows * width / height)))
    top, left = (rows - high) // 2, (columns - wide) // 2
    return resize(_image(image[top : top + high, left : left + wide]), width, height)


def tiles(width: int, height: int, count: int) -> Sequence[Cell]:
    """Divide an image into a grid for ``count`` images, row by row, close to its aspect ratio."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    across, down = _cuts(width, columns), _cuts(height, rows)
    return [(row, column) for row in down for column in across]


def _cuts(length: int, parts: int) -> list[slice]:
    edges = [round(part * length / parts) for part in range(parts + 1)]
    return [slice(start, end) for start, end in pairwise(edges)]


def _image(pixels: object) -> Image:
    return np.ascontiguousarray(pixels, np.uint8)
