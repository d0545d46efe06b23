"""The command ``evaluate quality``: check stylized images against thresholds."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli.messages import note
from realtime_nst.cli.options import Json, Threads, Tier, TrainingDevice, VggWeights
from realtime_nst.cli.overwriting import Overwrite, may_write
from realtime_nst.errors import MissingExtraError

if TYPE_CHECKING:
    from realtime_nst.evaluate.gates import Figure
    from realtime_nst.evaluate.quality import Judged, QualityReport, Reference
    from realtime_nst.evaluate.selection import StyleUnderTest
    from realtime_nst.frame import Image


@dataclass(frozen=True, slots=True)
class References:
    """Options of the references that models are compared with."""

    use_vgg: bool
    iterations: int
    """Number of iterations of optimization; 0 for none."""
    folder: Path | None
    vgg_weights: Path | None
    device: str

    def open(self, painting: "Image") -> "Reference | None":
        """Load the reference of a style image; None if only pixels are measured."""
        if not self.use_vgg:
            return None
        from realtime_nst.evaluate.quality import Reference
        from realtime_nst.train.likeness import likeness
        from realtime_nst.train.reference import gatys_reference

        distances = likeness(painting, self.vgg_weights)
        if not self.iterations:
            return Reference(distances, None)
        options = self.iterations, self.folder, self.vgg_weights, self.device
        return Reference(distances, gatys_reference(painting, *options))


def quality(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Styles or models to measure; model.onnx stands for all its styles.",
        ),
    ],
    content: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="Folder of photos that the models were not trained on."
        ),
    ],
    style: Annotated[
        Path | None,
        typer.Option(metavar="IMAGE", help="Style image, if only one style is measured."),
    ] = None,
    paintings: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder with the style images that recipes name."),
    ] = None,
    tier: Tier = None,
    photos: Annotated[int, typer.Option(metavar="N", min=1, help="Number of photos to use.")] = 12,
    size: Annotated[
        int, typer.Option(metavar="N", min=64, help="Shorter side of the photos in pixels.")
    ] = 480,
    iterations: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Number of iterations of the optimization to compare with; 0 for no comparison.",
        ),
    ] = 300,
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder that keeps the optimized images for the next run."
        ),
    ] = None,
    vgg: Annotated[
        bool,
        typer.Option("--vgg/--no-vgg", help="Also compare VGG features; needs the [train] extra."),
    ] = True,
    vgg_weights: VggWeights = None,
    device: TrainingDevice = "auto",
    threads: Threads = None,
    as_json: Json = False,
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="IMAGE",
            help="Image to write, with one row for each photo: photo, model, optimization.",
        ),
    ] = None,
    overwrite: Overwrite = None,
) -> None:
    """Check stylized photos against thresholds of tone, color, strokes and form."""
    from realtime_nst.evaluate.quality import as_values, draw_sheet, report_on
    from realtime_nst.evaluate.selection import select_styles
    from realtime_nst.image_io.read import photos_in
    from realtime_nst.image_io.write import check_picture, write_image

    if sheet:
        check_picture(sheet)
    if not may_write([sheet], overwrite):
        return
    references = References(vgg and _has_torch(), iterations, cache, vgg_weights, device)
    if references.use_vgg and threads:
        _limit_torch(threads)
    files = photos_in(content, photos)
    reports: list[QualityReport] = []
    for subject in [each for name in models for each in select_styles(name, tier)]:
        painting = _style_image(subject, style, paintings, size)
        paint, reference = subject.paint("cpu", threads), references.open(painting)
        cases = list(_cases(subject.style, files, size, painting, paint, reference))
        reports.append(report_on(subject, cases, painting))
    _note_faces(reports)
    values = [as_values(report) for report in reports]
    typer.echo(json.dumps(values, indent=1) if as_json else _table(reports))
    if sheet:
        write_image(sheet, draw_sheet(reports))


def _has_torch() -> bool:
    """Return whether features can be compared; print a note if not."""
    from realtime_nst.cli.extras import need_torch

    try:
        need_torch()
    except MissingExtraError as error:
        note(f"only pixels are measured: {error}")
        return False
    return True


def _limit_torch(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)


def _style_image(
    subject: "StyleUnderTest", style: Path | None, paintings: Path | None, size: int
) -> "Image":
    """Return the style image at the size its strokes should have: the recipe's or the photos'."""
    from realtime_nst.evaluate.paintings import Painting, painting_of
    from realtime_nst.evaluate.quality import scaled_to
    from realtime_nst.image_io.read import read_image

    found = Painting(style) if style else painting_of(subject, paintings)
    return scaled_to(read_image(found.path), found.size or size)


def _cases(
    style: str,
    files: list[Path],
    size: int,
    painting: "Image",
    paint: "Callable[[Image], Image]",
    reference: "Reference | None",
) -> "Iterator[Judged]":
    from realtime_nst.cli import progress
    from realtime_nst.evaluate.quality import judge, scaled_to
    from realtime_nst.image_io.read import read_image

    with progress.steps(style, len(files), stage="evaluate") as show:
        for number, path in enumerate(files, 1):
            photo = scaled_to(read_image(path), size)
            yield judge(path.stem, photo, paint(photo), painting, reference)
            show(number, f"{number} of {len(files)} photos")


def _note_faces(reports: "list[QualityReport]") -> None:
    """Print a note if stars could not be counted."""
    if not any("stars" in report.figures for report in reports):
        note("stars on faces are not counted: no face was found")


def _table(reports: "list[QualityReport]") -> str:
    """Return one row for each style; values that fail are marked."""
    from realtime_nst.cli.table import table
    from realtime_nst.evaluate.gates import failed

    names = list(dict.fromkeys(name for report in reports for name in report.figures))
    rows = [["style", "model", *names, "gates"]]
    for report in reports:
        cells = [_cell(report.figures.get(name)) for name in names]
        count = len(failed(report.figures))
        rows.append([report.style, report.model, *cells, f"{count} failed" if count else "passed"])
    return table(rows)


def _cell(figure: "Figure | None") -> str:
    """Return ``0.54``, or ``0.12 !`` for a value outside of its range."""
    if figure is None:
        return "-"
    return f"{figure.value:.3g}" if figure.passes else f"{figure.value:.3g} !"
