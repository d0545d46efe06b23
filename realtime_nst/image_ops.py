"""What is done to a painting and the picture it was made of: pure functions of pixels.

Every picture is (height, width, 3) uint8 BGR, C-contiguous, and so is every result.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from realtime_nst.frame import Image


def blend(before: Image, after: Image, share: float) -> Image:
    """Between two pictures of one size: 0 is the first one exactly, 1 the second one."""
    if share in (0, 1):
        return after if share else before
    return _image(cv2.addWeighted(after, share, before, 1 - share, 0))


def keep_colors(before: Image, after: Image) -> Image:
    """Light and dark of the second picture, colours of the first one, both of one size.

    That is its luma put in place of the first one's in Y'CrCb: there every channel is luma plus a
    colour difference, so the change of luma is added to all three. It costs a third of converting.
    """
    change = cv2.subtract(_luma(after), _luma(before), dtype=cv2.CV_16S)
    return _image(cv2.add(before, cv2.merge([change, change, change]), dtype=cv2.CV_8U))


def _luma(image: Image) -> Image:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]


def mirror(image: Image) -> Image:
    """Left and right exchanged."""
    return _image(cv2.flip(image, 1))


def side_by_side(left: Image, right: Image) -> Image:
    """The middle halves of two pictures of one size, as one picture of that size."""
    height, width = left.shape[:2]
    half = width // 2
    return np.hstack([crop_to_fill(left, half, height), crop_to_fill(right, width - half, height)])


def resize(image: Image, width: int, height: int) -> Image:
    """A picture in another size, fast: a live picture has little time for it."""
    if image.shape[:2] == (height, width):
        return image
    way = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_LINEAR
    return _image(cv2.resize(image, (width, height), interpolation=way))


def crop_to_fill(image: Image, width: int, height: int) -> Image:
    """The middle of a picture, as much of it as has the proportions of the size, in that size."""
    rows, columns = image.shape[:2]
    high = min(rows, max(1, round(columns * height / width)))
    wide = min(columns, max(1, round(rows * width / height)))
    top, left = (rows - high) // 2, (columns - wide) // 2
    return resize(_image(image[top : top + high, left : left + wide]), width, height)


Tile = tuple[slice, slice]
"""Rows and columns of a part of a picture."""


def tiles(width: int, height: int, count: int) -> Sequence[Tile]:
    """Places for ``count`` pictures in one, line by line, as near to its proportions as may be."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    across, down = _cuts(width, columns), _cuts(height, rows)
    return [(row, column) for row in down for column in across]


def _cuts(length: int, parts: int) -> list[slice]:
    edges = [round(part * length / parts) for part in range(parts + 1)]
    return [slice(start, end) for start, end in pairwise(edges)]


def _image(pixels: object) -> Image:
    return np.ascontiguousarray(pixels, np.uint8)
