"""Plots of stability results, and strips of frames, drawn with OpenCV."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from realtime_nst.evaluate.stability import Painted, Report, figures
from realtime_nst.evaluate.warping import moved_back
from realtime_nst.frame import Image

PANELS = {
    "noise": "noise gain",
    "motion": "known motion (grey levels)",
    "clips": "clips",
    "truth": "measured flow",
    "style": "style distance",
}
"""Results to plot, with their titles."""
OFF, ON, INK, LINE = (150, 150, 150), (200, 120, 30), (60, 60, 60), (225, 225, 225)
"""BGR colors: bars without and with the stabilizer, text, lines."""
LABEL, PANEL, ROW, TOP = 240, 210, 40, 60
"""Pixels: width of labels and of a panel, height of a row and of the header."""
FONT = cv2.FONT_HERSHEY_SIMPLEX
TILE = 220
"""Width of a frame in a strip, in pixels."""
COLUMNS = ("video", "stylized", "next", "error x4", "stabilized", "next", "error x4")


def draw_bars(reports: Sequence[Report]) -> Image:
    """Plot a row per style and a panel per result: gray without the stabilizer, blue with it."""
    rows = [figures(report) for report in reports]
    height, width = TOP + ROW * len(rows) + 30, LABEL + PANEL * len(PANELS)
    paper = np.full((height, width, 3), 255, np.uint8)
    for number, report in enumerate(reports):
        _write(paper, f"{report.style} ({report.model})", (10, TOP + ROW * number + 24), 30)
    for place, (name, title) in enumerate(PANELS.items()):
        left = LABEL + PANEL * place
        values = [row[key] for row in rows for key in (name, f"{name}_stabilised") if key in row]
        _write(paper, title, (left, 20))
        _draw_panel(paper, left, name, rows, _scale(values))
    _write(paper, "off", (10, height - 10), color=OFF)
    _write(paper, "on", (50, height - 10), color=ON)
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
    head = np.full((22, row.shape[1], 3), 255, np.uint8)
    for place, name in enumerate(COLUMNS):
        _write(head, f"{label}: {name}" if place == 0 else name, (TILE * place + 4, 15), 30)
    return np.ascontiguousarray(np.vstack([head, row]), np.uint8)


def stacked(strips: Sequence[Image]) -> Image:
    """Stack strips of one width vertically."""
    return np.ascontiguousarray(np.vstack(strips), np.uint8)


def _scale(values: Sequence[float]) -> tuple[float, float]:
    """Return the powers of ten at both ends of a panel."""
    positive = [value for value in values if value > 0] or [1.0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    return float(low), float(max(high, low + 1))


def _draw_panel(
    paper: Image, left: int, name: str, rows: Sequence[dict[str, float]], scale: tuple[float, float]
) -> None:
    length, bottom = PANEL - 70, TOP + ROW * len(rows)
    for power in range(int(scale[0]), int(scale[1]) + 1):
        x = left + _along(10.0**power, scale, length)
        cv2.line(paper, (x, TOP - 8), (x, bottom), LINE, 1)
        _write(paper, f"{10.0**power:g}", (x - 6, TOP - 14), size=0.35)
    for number, row in enumerate(rows):
        for offset, key, color in ((6, name, OFF), (20, f"{name}_stabilised", ON)):
            if key in row:
                y, end = TOP + ROW * number + offset, left + _along(row[key], scale, length)
                cv2.rectangle(paper, (left, y), (end, y + 11), color, -1)
                _write(paper, f"{row[key]:.3g}", (end + 4, y + 10), size=0.38)


def _along(value: float, scale: tuple[float, float], length: int) -> int:
    part = (math.log10(max(value, 1e-12)) - scale[0]) / (scale[1] - scale[0])
    return round(length * min(1.0, max(0.0, part)))


def _write(
    paper: Image,
    text: str,
    at: tuple[int, int],
    longest: int = 99,
    color: tuple[int, int, int] = INK,
    size: float = 0.42,
) -> None:
    shown = text if len(text) <= longest else f"{text[: longest - 2]}.."
    cv2.putText(paper, shown, at, FONT, size, color, 1, cv2.LINE_AA)
