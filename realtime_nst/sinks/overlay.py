"""Text drawn on a frame: statistics, labels of tiles, and the list of keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import cv2
import numpy as np

from realtime_nst.frame import Image

FONT = cv2.FONT_HERSHEY_SIMPLEX
WHITE = (255, 255, 255)
NORMAL, SMALLEST = 0.5, 0.35
"""Font scale for a frame of 480 rows, and the smallest that is readable."""
LINE, EDGE = 40, 12
"""Height of a line and margin around it in pixels, at font scale 1."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a position in the frame."""

    text: str
    across: float
    """Left edge, as a fraction of the frame's width."""
    down: float
    """Lower edge, as a fraction of the frame's height."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """All text to draw on a frame."""

    lines: Sequence[str] = ()
    """Lines in the upper left corner."""
    labels: Sequence[Label] = ()
    table: Sequence[Sequence[str]] = ()
    """Rows of the same number of columns, in the center of a darkened frame."""


def draw_overlay(image: Image, overlay: Overlay) -> Image:
    """Return a copy of an image with text that is readable on any background.

    Args:
        image: (height, width, 3) uint8 BGR.
        overlay: the text.

    Returns:
        The copy, or the image itself if there is no text.
    """
    if not (overlay.lines or overlay.labels or overlay.table):
        return image
    copy = np.ascontiguousarray(image.copy())
    size = _font_scale(image)
    if overlay.table:
        copy //= 4
        _write_table(copy, overlay.table, size)
    for label in overlay.labels:
        height, width = image.shape[:2]
        top = round(label.down * height) - round(LINE * size)
        _write(copy, label.text, round(label.across * width), top, size)
    for number, line in enumerate(overlay.lines):
        _write(copy, line, 0, round(number * LINE * size), size)
    return copy


def _font_scale(image: Image) -> float:
    """Return the font scale: larger on larger images, since these are often shown smaller."""
    height, width = image.shape[:2]
    return float(max(SMALLEST, NORMAL * min(height / 480, width / 640)))


def _write(image: Image, text: str, left: int, top: int, size: float) -> None:
    """Draw a line on a dark strip; an outline would be wider than the strokes of the font."""
    edge, height = round(EDGE * size), round(LINE * size)
    strip = image[top : top + height, left : left + _width(text, size) + 2 * edge]
    strip //= 3
    _put(image, text, left + edge, top + height - edge, size)


def _write_table(image: Image, rows: Sequence[Sequence[str]], size: float) -> None:
    """Draw a table, as large as fits."""
    height, width = image.shape[:2]
    columns = [max(_width(text, 1) for text in column) for column in zip(*rows, strict=True)]
    lefts = list(accumulate((column + 2 * EDGE for column in columns), initial=0))
    whole = lefts[-1] - 2 * EDGE
    size = min(1.2 * size, 0.95 * width / whole, height / ((len(rows) + 1) * LINE))
    edge, step = (width - whole * size) / 2, LINE * size
    top = (height - step * len(rows)) / 2
    for number, row in enumerate(rows):
        down = round(top + (number + 1) * step - EDGE * size)
        for left, text in zip(lefts, row, strict=False):
            _put(image, text, round(edge + left * size), down, size)


def _put(image: Image, text: str, left: int, baseline: int, size: float) -> None:
    thickness = max(1, round(1.2 * size))
    cv2.putText(image, text, (left, baseline), FONT, size, WHITE, thickness, cv2.LINE_AA)


def _width(text: str, size: float) -> int:
    (width, _), _ = cv2.getTextSize(text, FONT, size, 1)
    return int(width)
