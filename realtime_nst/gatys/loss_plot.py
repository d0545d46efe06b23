"""Plot of the losses of an optimization, drawn with OpenCV."""

import math
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from realtime_nst.frame import Image

SIZE = (480, 720)
"""Height and width of the plot in pixels."""
LEFT, RIGHT, TOP, BOTTOM = 70, 700, 20, 430
COLORS = {
    "total": (40, 40, 40),
    "style": (200, 120, 30),
    "content": (60, 60, 210),
    "tv": (70, 160, 70),
}
"""BGR color of each loss."""
FONT = cv2.FONT_HERSHEY_SIMPLEX
DECADES = 8
"""Maximum range of the vertical axis in powers of ten; smaller values are drawn at its end."""


def draw_curves(records: Sequence[Mapping[str, float]]) -> Image:
    """Plot losses over iterations on a logarithmic axis.

    Args:
        records: entries of a trace; see ``Iterate.record``.
    """
    paper = np.full((*SIZE, 3), 255, np.uint8)
    shown = [name for name in COLORS if any(record[name] > 0 for record in records)]
    values = [record[name] for record in records for name in shown if record[name] > 0]
    top = math.ceil(math.log10(max(values, default=1.0)))
    bottom = max(math.floor(math.log10(min(values, default=0.1))), top - DECADES)
    bottom = min(bottom, top - 1)
    last = max(record["iteration"] for record in records)
    _draw_axes(paper, bottom, top, int(last))
    for place, name in enumerate(shown):
        points = [
            (_across(record["iteration"], last), _down(record[name], bottom, top))
            for record in records
            if record[name] > 0
        ]
        line = np.array(points, np.int32).reshape(-1, 1, 2)
        cv2.polylines(paper, [line], False, COLORS[name], 2, cv2.LINE_AA)
        _write(paper, name, (RIGHT - 70, TOP + 20 + 20 * place), COLORS[name])
    return paper


def _draw_axes(paper: Image, bottom: int, top: int, last: int) -> None:
    for power in range(bottom, top + 1):
        y = _down(10.0**power, bottom, top)
        cv2.line(paper, (LEFT, y), (RIGHT, y), (225, 225, 225), 1)
        _write(paper, f"1e{power}", (LEFT - 50, y + 5))
    for iteration in sorted({1, last // 4, last // 2, last * 3 // 4, last} - {0}):
        x = _across(iteration, last)
        cv2.line(paper, (x, TOP), (x, BOTTOM), (225, 225, 225), 1)
        _write(paper, str(iteration), (x - 8, BOTTOM + 20))
    _write(paper, "iteration", ((LEFT + RIGHT) // 2 - 30, BOTTOM + 42))


def _across(iteration: float, last: float) -> int:
    return round(LEFT + (RIGHT - LEFT) * (iteration - 1) / max(1.0, last - 1))


def _down(value: float, bottom: int, top: int) -> int:
    height = (max(math.log10(value), bottom) - bottom) / (top - bottom)
    return round(BOTTOM - (BOTTOM - TOP) * height)


def _write(
    paper: Image, text: str, at: tuple[int, int], color: tuple[int, int, int] = (90, 90, 90)
) -> None:
    cv2.putText(paper, text, at, FONT, 0.45, color, 1, cv2.LINE_AA)
