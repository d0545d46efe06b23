"""What a window writes on a picture: numbers, names of tiles, and the keys."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from realtime_nst.frame import Image

FONT = cv2.FONT_HERSHEY_SIMPLEX
WHITE = (255, 255, 255)
NORMAL, SMALLEST = 0.5, 0.35
"""Size of letters on a picture of 480 rows, and the smallest that can be read."""
LINE, EDGE = 40, 12
"""Pixels of a line, and around it, for letters of size 1."""


@dataclass(frozen=True, slots=True)
class Label:
    """A word at a place of the picture."""

    text: str
    across: float
    """Share of the width, from the left, of its left edge."""
    down: float
    """Share of the height, from the top, of its lower edge."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """All that is written on a picture."""

    lines: Sequence[str] = ()
    """In the upper left corner."""
    labels: Sequence[Label] = ()
    table: Sequence[tuple[str, str]] = ()
    """In the middle, in two columns, over a darkened picture."""


def draw_overlay(image: Image, overlay: Overlay) -> Image:
    """A copy with the text on it, readable on any picture; the picture itself if there is none."""
    if not (overlay.lines or overlay.labels or overlay.table):
        return image
    copy = np.ascontiguousarray(image.copy())
    size = _letters(image)
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


def _letters(image: Image) -> float:
    """Their size: on a larger picture larger ones, since it is often shown smaller."""
    height, width = image.shape[:2]
    return float(max(SMALLEST, NORMAL * min(height / 480, width / 640)))


def _write(image: Image, text: str, left: int, top: int, size: float) -> None:
    """On a dark strip: an outline of bolder letters would be wider than the letters."""
    edge, height = round(EDGE * size), round(LINE * size)
    behind = image[top : top + height, left : left + _width(text, size) + 2 * edge]
    behind //= 3
    _put(image, text, left + edge, top + height - edge, size)


def _write_table(image: Image, rows: Sequence[tuple[str, str]], size: float) -> None:
    """Both columns, as large as fits."""
    height, width = image.shape[:2]
    gap = 2 * EDGE
    first = max(_width(left, 1) for left, _ in rows)
    whole = first + gap + max(_width(right, 1) for _, right in rows)
    size = min(1.2 * size, 0.95 * width / whole, height / ((len(rows) + 1) * LINE))
    left, step = round((width - whole * size) / 2), LINE * size
    top = (height - step * len(rows)) / 2
    for number, (one, other) in enumerate(rows):
        down = round(top + (number + 1) * step - EDGE * size)
        _put(image, one, left, down, size)
        _put(image, other, left + round((first + gap) * size), down, size)


def _put(image: Image, text: str, left: int, baseline: int, size: float) -> None:
    thickness = max(1, round(1.2 * size))
    cv2.putText(image, text, (left, baseline), FONT, size, WHITE, thickness, cv2.LINE_AA)


def _width(text: str, size: float) -> int:
    (width, _), _ = cv2.getTextSize(text, FONT, size, 1)
    return int(width)
