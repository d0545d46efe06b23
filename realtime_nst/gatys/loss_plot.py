"""Plot of the losses of an optimization, drawn with OpenCV."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from realtime_nst.frame import Image
from realtime_nst.plotting import FAINT, LogAxis, blank, write

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
DECADES = 8
"""Maximum range of the vertical axis in powers of ten; smaller values are drawn at its end."""


def draw_curves(records: Sequence[Mapping[str, float]]) -> Image:
    """Plot losses over iterations on a logarithmic axis.

    Args:
        records: entries of a trace; see ``Iterate.record``.
    """
    paper = blank(*SIZE)
    shown = [name for name in COLORS if any(record[name] > 0 for record in records)]
    values = [record[name] for record in records for name in shown if record[name] > 0]
    full = LogAxis.around(values, BOTTOM, TOP)
    axis = replace(full, low=max(full.low, full.high - DECADES))
    last = max(record["iteration"] for record in records)
    _draw_axes(paper, axis, int(last))
    for place, name in enumerate(shown):
        points = [
            (_across(record["iteration"], last), axis.position(record[name]))
            for record in records
            if record[name] > 0
        ]
        line = np.array(points, np.int32).reshape(-1, 1, 2)
        cv2.polylines(paper, [line], False, COLORS[name], 2, cv2.LINE_AA)
        write(paper, name, (RIGHT - 70, TOP + 20 + 20 * place), COLORS[name])
    return paper


def _draw_axes(paper: Image, axis: LogAxis, last: int) -> None:
    for tick in axis.ticks:
        y = axis.position(tick)
        cv2.line(paper, (LEFT, y), (RIGHT, y), FAINT, 1)
        write(paper, f"1e{round(math.log10(tick))}", (LEFT - 50, y + 5))
    for iteration in sorted({1, last // 4, last // 2, last * 3 // 4, last} - {0}):
        x = _across(iteration, last)
        cv2.line(paper, (x, TOP), (x, BOTTOM), FAINT, 1)
        label = str(iteration)
        write(paper, label, (x - 4 * len(label), BOTTOM + 20))
    write(paper, "iteration", ((LEFT + RIGHT) // 2 - 30, BOTTOM + 42))


def _across(iteration: float, last: float) -> int:
    return round(LEFT + (RIGHT - LEFT) * (iteration - 1) / max(1.0, last - 1))
