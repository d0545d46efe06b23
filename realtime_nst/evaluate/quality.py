"""Measure a style by the quality gates, on each photo and on all of them together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from realtime_nst.evaluate.contact_sheet import contact_sheet
from realtime_nst.evaluate.gates import (
    Figure,
    Figures,
    compare,
    compare_edges,
    failed,
    measure,
    measure_together,
    medians,
)
from realtime_nst.evaluate.scenes import fitted
from realtime_nst.evaluate.selection import StyleUnderTest
from realtime_nst.frame import Image
from realtime_nst.image_ops import crop_to_fill

TILE = 360
"""Width of an image on the sheet, in pixels."""


@dataclass(frozen=True, slots=True)
class Reference:
    """References that outputs are compared with."""

    distances: Callable[[Image, Image], Mapping[str, float]]
    """From output and photo to distances by name; see ``gates.compare``."""
    gatys: Callable[[Image], Image] | None
    """From a photo to the optimizer's image."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Results of one photo in one style."""

    name: str
    figures: Figures
    photo: Image
    output: Image
    gatys: Image | None


@dataclass(frozen=True, slots=True, eq=False)
class QualityReport:
    """Results of one style on all photos."""

    style: str
    model: str
    cases: list[Judged]
    figures: Figures
    """Medians over the photos, and measurements on all of them together."""


def scaled_to(image: Image, shorter: int) -> Image:
    """Reduce an image to the given shorter side; smaller images are returned as they are."""
    height, width = image.shape[:2]
    return fitted(image, round(shorter**2 * max(height, width) / min(height, width)))


def judge(
    name: str, photo: Image, output: Image, painting: Image, reference: Reference | None
) -> Judged:
    """Measure one photo.

    Args:
        name: of the photo.
        photo: the content.
        output: the stylized image, of the same size.
        painting: the style image, about as high.
        reference: to compare with, if any.
    """
    figures, gatys = measure(output, photo, painting), None
    if reference:
        own = reference.distances(output, photo)
        figures |= {each: Figure(value) for each, value in own.items()}
        if reference.gatys:
            gatys = reference.gatys(photo)
            distances = (reference.distances(each, photo) for each in (gatys, photo))
            figures |= compare(own, *distances)
            figures |= compare_edges(output, gatys, photo)
    return Judged(name, figures, photo, output, gatys)


def report_on(contestant: StyleUnderTest, cases: list[Judged], painting: Image) -> QualityReport:
    """Summarize the results of a style."""
    outputs, photos = [case.output for case in cases], [case.photo for case in cases]
    together = measure_together(outputs, photos, painting)
    figures = medians([case.figures for case in cases]) | together
    return QualityReport(contestant.style, contestant.model, cases, figures)


def as_values(report: QualityReport) -> dict[str, Any]:
    """Return a report as plain values, for JSON."""
    return {
        "model": report.model,
        "style": report.style,
        "failed": failed(report.figures),
        "gates": {name: _plain(figure) for name, figure in report.figures.items()},
        "photos": {c.name: {k: f.value for k, f in c.figures.items()} for c in report.cases},
    }


def draw_sheet(reports: Sequence[QualityReport]) -> Image:
    """Return an image with a row for each photo: photo, output and, if measured, Gatys."""
    rows = [
        [(case.name, case.photo), (report.style, case.output), ("Gatys", case.gatys)]
        for report in reports
        for case in report.cases
    ]
    tiles = [
        (name, crop_to_fill(image, TILE, TILE * 3 // 4))
        for row in rows
        for name, image in row
        if image is not None
    ]
    return contact_sheet(tiles, len(tiles) // len(rows))


def _plain(figure: Figure) -> dict[str, float]:
    """Return a figure with the finite ends of its range."""
    ends = {"least": figure.least, "most": figure.most}
    return {"value": figure.value, **{name: end for name, end in ends.items() if isfinite(end)}}
