"""Plots of stability results, and strips of frames, drawn with OpenCV."""

from collections.abc import Sequence

import cv2
import numpy as np

from realtime_nst.evaluate.stability import Painted, StabilityReport, figures
from realtime_nst.evaluate.warping import moved_back
from realtime_nst.frame import Image
from realtime_nst.plotting import FAINT, INK, LogAxis, blank, write

PANELS = {
    "noise": "noise gain",
    "motion": "known motion (grey levels)",
    "clips": "clips",
    "truth": "measured flow",
    "style": "style distance",
}
"""Results to plot, with their titles."""
OFF, ON = (150, 150, 150), (200, 120, 30)
"""BGR colors of bars without and with the stabilizer."""
LABEL, PANEL, ROW, TOP = 240, 210, 40, 60
"""Pixels: width of labels and of a panel, height of a row and of the header."""
TILE = 220
"""Width of a frame in a strip, in pixels."""
COLUMNS = ("video", "stylized", "next", "error x4", "stabilized", "next", "error x4")


def draw_bars(reports: Sequence[StabilityReport]) -> Image:
    """Plot a row per style and a panel per result: gray without the stabilizer, blue with it."""
    rows = [figures(report) for report in reports]
    height, width = TOP + ROW * len(rows) + 30, LABEL + PANEL * len(PANELS)
    paper = blank(height, width)
    for number, report in enumerate(reports):
        label = f"{report.style} ({report.model})"
        write(paper, label, (10, TOP + ROW * number + 24), INK, width=LABEL - 15)
    for place, (name, title) in enumerate(PANELS.items()):
        left = LABEL + PANEL * place
        values = [row[key] for row in rows for key in (name, f"{name}_stabilised") if key in row]
        write(paper, title, (left, 20), INK)
        _draw_panel(paper, name, rows, LogAxis.around(values, left, left + PANEL - 70))
    write(paper, "off", (10, height - 10), OFF)
    write(paper, "on", (50, height - 10), ON)
    return paper


def draw_strip(painted: Painted, label: str) -> Image:
    """Return two consecutive frames, stylized and stabilized, with their differences.

    Args:
        painted: a stylized scene.
        label: of the strip.
    """
    link = painted.scene.links[-1]
    tiles = [painted.scene.frames[link.first]]
    for video in (painted.off, painted.on):
        now, following = video[link.first], video[link.first + 1]
        moved = moved_back(following.astype(np.float32), link.flow, cv2.INTER_LINEAR)
        error = 4 * np.abs(moved - now) * link.seen[..., None]
        tiles += [now, following, np.clip(error, 0, 255).astype(np.uint8)]
    height, width = tiles[0].shape[:2]
    size = (TILE, round(TILE * height / width))
    row = np.hstack([cv2.resize(tile, size, interpolation=cv2.INTER_AREA) for tile in tiles])
    head = blank(22, row.shape[1])
    for place, name in enumerate(COLUMNS):
        title = f"{label}: {name}" if place == 0 else name
        write(head, title, (TILE * place + 4, 15), INK, width=TILE - 8)
    return np.ascontiguousarray(np.vstack([head, row]), np.uint8)


def stacked(strips: Sequence[Image]) -> Image:
    """Stack strips of one width vertically."""
    return np.ascontiguousarray(np.vstack(strips), np.uint8)


def _draw_panel(paper: Image, name: str, rows: Sequence[dict[str, float]], axis: LogAxis) -> None:
    left, bottom = axis.start, TOP + ROW * len(rows)
    for tick in axis.ticks:
        x = axis.position(tick)
        cv2.line(paper, (x, TOP - 8), (x, bottom), FAINT, 1)
        write(paper, f"{tick:g}", (x - 6, TOP - 14), INK, 0.35)
    for number, row in enumerate(rows):
        for offset, key, color in ((6, name, OFF), (20, f"{name}_stabilised", ON)):
            if key in row:
                y, end = TOP + ROW * number + offset, axis.position(row[key])
                cv2.rectangle(paper, (left, y), (end, y + 11), color, -1)
                write(paper, f"{row[key]:.3g}", (end + 4, y + 10), INK, 0.38)
