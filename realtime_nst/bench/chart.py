"""Draw a chart of measured latencies with OpenCV."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np

from realtime_nst.bench.latency import Speed
from realtime_nst.frame import Image
from realtime_nst.timing import format_3digits

WIDTH, LEFT, RIGHT, TOP = 960, 20, 780, 44
"""Layout in pixels: width of the chart, left and right limit of the bars, top margin."""
ROW, BAR, GAP, FOOT = 44, 16, 34, 44
"""Heights in pixels: a label with its bar, the bar alone, a block title, the bottom margin."""
LIVE = 1000 / 30
"""Milliseconds per frame of a camera at 30 fps."""
INK, GREY, FAINT, RED = (40, 40, 40), (120, 120, 120), (225, 225, 225), (60, 60, 210)
COLORS = ((200, 120, 30), (70, 160, 70), (170, 80, 160), (30, 150, 210), (140, 140, 60))
"""Bar colors of the models, BGR."""
FONT, SMALL, LARGE = cv2.FONT_HERSHEY_SIMPLEX, 0.42, 0.5


@dataclass(frozen=True, slots=True)
class Scale:
    """Logarithmic time axis: the fastest and the slowest model differ by a factor of hundreds."""

    low: int
    """Decimal exponent of the milliseconds at the left end."""
    high: int
    """Decimal exponent of the milliseconds at the right end."""

    @classmethod
    def of(cls, speeds: Sequence[Speed]) -> "Scale":
        """Create a scale from the power of ten below the fastest to that above the slowest."""
        low = math.floor(math.log10(min(speed.median_ms for speed in speeds)))
        high = math.ceil(math.log10(max(speed.p95_ms for speed in speeds)))
        return cls(low, max(high, low + 1))

    def x(self, milliseconds: float) -> int:
        """Return the x coordinate of a time in pixels."""
        share = (math.log10(milliseconds) - self.low) / (self.high - self.low)
        return round(LEFT + (RIGHT - LEFT) * share)


def draw_chart(speeds: Sequence[Speed]) -> Image:
    """Draw a bar per model (the median, with a thin line to p95) in a block per frame size.

    Returns:
        The chart as (height, width, 3) uint8 BGR.
    """
    ordered = sorted(speeds, key=_size)
    blocks = [list(block) for _, block in groupby(ordered, _size)]
    rows = len(ordered) * ROW + len(blocks) * GAP
    paper = np.full((TOP + rows + FOOT, WIDTH, 3), 255, np.uint8)
    scale, colors, y = Scale.of(ordered), _colors(ordered), TOP
    _draw_scale(paper, scale)
    for block in blocks:
        _write(paper, f"{block[0].width} x {block[0].height}", (LEFT, y + 20), INK, LARGE)
        y += GAP
        for speed in block:
            _draw_bar(paper, y, speed, scale, colors[speed.runner.label])
            y += ROW
    caption = (
        "time per frame, bytes to bytes: median (bar) and 95th percentile (line); shorter is better"
    )
    _write(paper, caption, (LEFT, y + 24))
    return paper


def _size(speed: Speed) -> tuple[int, int, int]:
    return speed.width * speed.height, speed.width, speed.height


def _colors(speeds: Sequence[Speed]) -> dict[str, tuple[int, int, int]]:
    """Assign each model a color, the same in every block."""
    labels = dict.fromkeys(speed.runner.label for speed in speeds)
    return {label: COLORS[index % len(COLORS)] for index, label in enumerate(labels)}


def _draw_scale(paper: Image, scale: Scale) -> None:
    bottom = len(paper) - FOOT
    for power in range(scale.low, scale.high + 1):
        x = scale.x(10.0**power)
        cv2.line(paper, (x, TOP), (x, bottom), FAINT, 1)
        _write(paper, f"{10.0**power:g} ms", (x - 18, TOP - 8))
    if scale.low <= math.log10(LIVE) <= scale.high:
        x = scale.x(LIVE)
        cv2.line(paper, (x, TOP), (x, bottom), RED, 1)
        _write(paper, "30 fps", (x - 18, TOP - 24), RED)


def _draw_bar(
    paper: Image, y: int, speed: Speed, scale: Scale, color: tuple[int, int, int]
) -> None:
    _write(paper, speed.runner.label, (LEFT + 4, y + 12))
    top, middle = y + 18, y + 18 + BAR // 2
    end, far = scale.x(speed.median_ms), scale.x(speed.p95_ms)
    cv2.rectangle(paper, (LEFT, top), (end, top + BAR), color, -1)
    cv2.line(paper, (end, middle), (far, middle), INK, 1, cv2.LINE_AA)
    cv2.line(paper, (far, middle - 4), (far, middle + 4), INK, 1, cv2.LINE_AA)
    text = f"{format_3digits(speed.median_ms)} ms   {format_3digits(speed.fps)} fps"
    _write(paper, text, (far + 8, middle + 5), INK)


def _write(
    paper: Image,
    text: str,
    at: tuple[int, int],
    color: tuple[int, int, int] = GREY,
    scale: float = SMALL,
) -> None:
    cv2.putText(paper, text, at, FONT, scale, color, 1, cv2.LINE_AA)
