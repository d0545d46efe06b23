"""Draw a chart of measured latencies with OpenCV."""

from collections.abc import Sequence
from itertools import groupby

import cv2

from realtime_nst.bench.latency import Speed
from realtime_nst.frame import Image
from realtime_nst.plotting import FAINT, INK, Color, LogAxis, blank, write
from realtime_nst.timing import format_3digits

WIDTH, LEFT, RIGHT, TOP = 960, 20, 780, 44
"""Layout in pixels: width of the chart, left and right limit of the bars, top margin."""
ROW, BAR, GAP, FOOT = 44, 16, 34, 44
"""Heights in pixels: a label with its bar, the bar alone, a block title, the bottom margin."""
LIVE = 1000 / 30
"""Milliseconds per frame of a camera at 30 fps."""
RED = (60, 60, 210)
"""Color of the line at 30 frames per second, BGR."""
COLORS = ((200, 120, 30), (70, 160, 70), (170, 80, 160), (30, 150, 210), (140, 140, 60))
"""Bar colors of the models, BGR."""
LARGE = 0.5
"""Font scale of block titles."""


def draw_chart(speeds: Sequence[Speed]) -> Image:
    """Draw a bar per model (the median, with a thin line to p95) in a block per frame size.

    Returns:
        The chart as (height, width, 3) uint8 BGR.
    """
    ordered = sorted(speeds, key=_size)
    blocks = [list(block) for _, block in groupby(ordered, _size)]
    rows = len(ordered) * ROW + len(blocks) * GAP
    paper = blank(TOP + rows + FOOT, WIDTH)
    times = [time for speed in ordered for time in (speed.median_ms, speed.p95_ms)]
    axis, colors, y = LogAxis.around(times, LEFT, RIGHT), _colors(ordered), TOP
    _draw_axis(paper, axis)
    for block in blocks:
        write(paper, f"{block[0].width} x {block[0].height}", (LEFT, y + 20), INK, LARGE)
        y += GAP
        for speed in block:
            _draw_bar(paper, y, speed, axis, colors[speed.runner.label])
            y += ROW
    caption = (
        "time per frame, bytes to bytes: median (bar) and 95th percentile (line); shorter is better"
    )
    write(paper, caption, (LEFT, y + 24))
    return paper


def _size(speed: Speed) -> tuple[int, int, int]:
    return speed.width * speed.height, speed.width, speed.height


def _colors(speeds: Sequence[Speed]) -> dict[str, Color]:
    """Assign each model a color, the same in every block."""
    labels = dict.fromkeys(speed.runner.label for speed in speeds)
    return {label: COLORS[index % len(COLORS)] for index, label in enumerate(labels)}


def _draw_axis(paper: Image, axis: LogAxis) -> None:
    bottom = len(paper) - FOOT
    for tick in axis.ticks:
        x = axis.position(tick)
        cv2.line(paper, (x, TOP), (x, bottom), FAINT, 1)
        write(paper, f"{tick:g} ms", (x - 18, TOP - 8))
    if axis.ticks[0] <= LIVE <= axis.ticks[-1]:
        x = axis.position(LIVE)
        cv2.line(paper, (x, TOP), (x, bottom), RED, 1)
        write(paper, "30 fps", (x - 18, TOP - 24), RED)


def _draw_bar(paper: Image, y: int, speed: Speed, axis: LogAxis, color: Color) -> None:
    write(paper, speed.runner.label, (LEFT + 4, y + 12))
    top, middle = y + 18, y + 18 + BAR // 2
    end, far = axis.position(speed.median_ms), axis.position(speed.p95_ms)
    cv2.rectangle(paper, (LEFT, top), (end, top + BAR), color, -1)
    cv2.line(paper, (end, middle), (far, middle), INK, 1, cv2.LINE_AA)
    cv2.line(paper, (far, middle - 4), (far, middle + 4), INK, 1, cv2.LINE_AA)
    text = f"{format_3digits(speed.median_ms)} ms   {format_3digits(speed.fps)} fps"
    write(paper, text, (far + 8, middle + 5), INK)
