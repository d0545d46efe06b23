"""Draw plots with OpenCV: white paper, text and logarithmic axes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from realtime_nst.frame import Image

Color = tuple[int, int, int]
INK: Color = (40, 40, 40)
GRAY: Color = (110, 110, 110)
FAINT: Color = (225, 225, 225)
"""BGR colors: text, axis labels, grid lines."""
FONT = cv2.FONT_HERSHEY_SIMPLEX


def blank(height: int, width: int) -> Image:
    """Return white paper: (height, width, 3) uint8 BGR."""
    return np.full((height, width, 3), 255, np.uint8)


def write(
    paper: Image,
    text: str,
    at: tuple[int, int],
    color: Color = GRAY,
    size: float = 0.42,
    *,
    width: int | None = None,
) -> None:
    """Draw a line of text.

    Args:
        paper: drawn on.
        text: ASCII; OpenCV's fonts have no other characters.
        at: x and y of the lower left corner in pixels.
        color: BGR.
        size: font scale; 1 is about 22 pixels high.
        width: pixels available; a longer text is drawn in a smaller font.
    """
    if width is not None:
        (length, _), _ = cv2.getTextSize(text, FONT, size, 1)
        size *= min(1.0, (width - 2) / max(1, length))
        at = (at[0] + 1, at[1])  # smoothed edges reach a pixel to either side in OpenCV 4
    cv2.putText(paper, text, at, FONT, size, color, 1, cv2.LINE_AA)


@dataclass(frozen=True, slots=True)
class LogAxis:
    """Logarithmic axis from a power of ten to another."""

    low: int
    high: int
    """Decimal exponents of the values at both ends."""
    start: int
    end: int
    """Pixel positions of both ends; ``end`` is smaller where the axis points up."""

    @classmethod
    def around(cls, values: Iterable[float], start: int, end: int) -> Self:
        """Create an axis from the power of ten below the values to that above them."""
        positive = [value for value in values if value > 0] or [1.0]
        low = math.floor(math.log10(min(positive)))
        return cls(low, max(math.ceil(math.log10(max(positive))), low + 1), start, end)

    def position(self, value: float) -> int:
        """Return the pixel position of a value; values beyond an end are drawn there."""
        share = (math.log10(max(value, 1e-300)) - self.low) / (self.high - self.low)
        return round(self.start + (self.end - self.start) * min(1.0, max(0.0, share)))

    @property
    def ticks(self) -> list[float]:
        """Powers of ten on the axis."""
        return [10.0**power for power in range(self.low, self.high + 1)]
