"""``evaluate quality``: whether stylized images pass the gates."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_nst.errors import MissingExtra

if TYPE_CHECKING:
    from realtime_nst.evaluate.contestants import Contestant
    from realtime_nst.evaluate.gates import Figure, Figures
    from realtime_nst.frame import Image

TILE = 360
"""Width of an image on the sheet, in pixels."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a painting and Gatys are asked for."""

    distances: "Callable[[Image, Image], Mapping[str, float]]"
    """From output and photo."""
    gatys: "Callable[[Image], Image] | None"
    """From a photo."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One photo in one style."""

    name: str
    figures: "Figures"
    tiles: "list[tuple[str, Image]]"
    """For the sheet."""


@dataclass(frozen=True, slots=True)
class References:
    """How references are made."""

    use_vgg: bool
    iterations: int
    folder: Path | None
    vgg_weights: Path | None
    device: str

    def open(self, painting: "Image") -> Reference | None:
        """Load what a painting is compared by; None where only images are measured."""
        if not self.use_vgg:
            return None
        from realtime_nst.train.likeness import likeness
        from realtime_nst.train.reference import gatys_reference

        distances = likeness(painting, self.vgg_weights)
        if not self.iterations:
            return Reference(distances, None)
        how = self.iterations, self.folder, self.vgg_weights, self.device
        return Reference(distances, gatys_reference(painting, *how))


def quality(
    models: Annotated[
        list[str],
        typer.Argument(metavar="MODEL...", help="Styles, models, or model.onnx: all its styles."),
    ],
    content: Annotated[Path, typer.Option(help="Folder of photos the models have not seen.")],
    style: Annotated[Path | None, typer.Option(help="Painting, if for one style.")] = None,
    paintings: Annotated[
        Path | None, typer.Option(help="Folder of the recipes' paintings.")
    ] = None,
    tier: Annotated[
        str | None, typer.Option(help="Tier, where several models have a style.")
    ] = None,
    photos: Annotated[int, typer.Option(min=1, help="Number of photos.")] = 12,
    size: Annotated[int, typer.Option(min=64, help="Shorter side of the photos in pixels.")] = 480,
    iterations: Annotated[
        int, typer.Option(min=0, help="Iterations of Gatys to compare with; 0 leaves it out.")
    ] = 300,
    cache: Annotated[
        Path | None, typer.Option(help="Folder that keeps the images of Gatys for the next time.")
    ] = None,
    vgg: Annotated[
        bool, typer.Option("--vgg/--no-vgg", help="Also compare features, which needs [train].")
    ] = True,
    vgg_weights: Annotated[Path | None, typer.Option(help="VGG weights to use.")] = None,
    device: Annotated[str, typer.Option(help="Device of VGG: auto, cpu or cuda.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads of the models.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sheet: Annotated[
        Path | None, typer.Option(help="Image to write: photo, model and Gatys in each row.")
    ] = None,
) -> None:
    """Check stylized photos against gates of tone, color, strokes and form.

    Example: realtime-nst evaluate quality starry-night --content photos --paintings paintings
    """
    from realtime_nst.evaluate.contestants import contestants
    from realtime_nst.sinks.images import check_picture
    from realtime_nst.sources.images import photos_in

    if sheet:
        check_picture(sheet)
    how = References(vgg and _has_torch(), iterations, cache, vgg_weights, device)
    if how.use_vgg and threads:
        _limit_torch(threads)
    chosen, files = [each for name in models for each in contestants(name, tier)], []
    files = photos_in(content, photos)
    reports: list[tuple[Contestant, list[Judged]]] = []
    for contestant in chosen:
        painting = _painting(contestant, style, paintings, size)
        paint, reference = contestant.paint("cpu", threads), how.open(painting)
        cases = _cases(contestant.style, files, size, painting, paint, reference)
        reports.append((contestant, list(cases)))
    _note_faces(reports)
    typer.echo(_as_json(reports) if as_json else _table(reports))
    if sheet:
        _write_sheet(reports, sheet)


def _has_torch() -> bool:
    """Whether features can be compared; else a line that says what is not."""
    from realtime_nst.cli.training import need_torch

    try:
        need_torch()
    except MissingExtra as error:
        typer.echo(f"note: only images are measured: {error}", err=True)
        return False
    return True


def _limit_torch(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)


def _painting(
    contestant: "Contestant", style: Path | None, paintings: Path | None, size: int
) -> "Image":
    """The painting with strokes as large as the photos'."""
    from realtime_nst.evaluate.paintings import painting_of
    from realtime_nst.sources.images import read_image

    return _scaled(read_image(style or painting_of(contestant, paintings)), size)


def _scaled(image: "Image", shorter: int) -> "Image":
    """An image with its shorter side as given, or as it is if it is smaller."""
    from realtime_nst.evaluate.scenes import fitted

    height, width = image.shape[:2]
    return fitted(image, round(shorter**2 * max(height, width) / min(height, width)))


def _cases(
    style: str,
    files: list[Path],
    size: int,
    painting: "Image",
    paint: "Callable[[Image], Image]",
    reference: Reference | None,
) -> Iterator[Judged]:
    from rich.console import Console
    from rich.progress import Progress

    from realtime_nst.sources.images import read_image

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(style, total=len(files))
        for path in files:
            photo = _scaled(read_image(path), size)
            yield _judged(path.stem, photo, paint(photo), painting, reference)
            bar.advance(task)


def _judged(
    name: str, photo: "Image", output: "Image", painting: "Image", reference: Reference | None
) -> Judged:
    from realtime_nst.evaluate.gates import Figure, compare, compare_edges, measure

    figures = measure(output, photo, painting)
    tiles = [(name, photo), ("model", output)]
    if reference:
        own = reference.distances(output, photo)
        figures |= {each: Figure(value) for each, value in own.items()}
        if reference.gatys:
            gatys = reference.gatys(photo)
            figures |= compare(own, reference.distances(gatys, photo))
            figures |= compare_edges(output, gatys, photo)
            tiles.append(("Gatys", gatys))
    return Judged(name, figures, tiles)


def _note_faces(reports: "list[tuple[Contestant, list[Judged]]]") -> None:
    """Report where stars could not be counted."""
    if not any("stars" in case.figures for _, cases in reports for case in cases):
        typer.echo("note: stars on faces are not counted: no face was found", err=True)


def _as_json(reports: "list[tuple[Contestant, list[Judged]]]") -> str:
    values: list[dict[str, Any]] = []
    for contestant, cases in reports:
        from realtime_nst.evaluate.gates import failed, medians

        found = medians([case.figures for case in cases])
        each = {case.name: {k: f.value for k, f in case.figures.items()} for case in cases}
        gates = {name: _plain(figure) for name, figure in found.items()}
        about = {"model": contestant.model, "style": contestant.style, "failed": failed(found)}
        values.append({**about, "gates": gates, "photos": each})
    return json.dumps(values, indent=1)


def _plain(figure: "Figure") -> dict[str, float]:
    """A figure with the ends of its range that there are."""
    ends = {"least": figure.least, "most": figure.most}
    return {"value": figure.value, **{name: end for name, end in ends.items() if isfinite(end)}}


def _table(reports: "list[tuple[Contestant, list[Judged]]]") -> str:
    """A row for each style; what fails is marked."""
    from realtime_nst.cli.table import table
    from realtime_nst.evaluate.gates import failed, medians

    found = [(each, medians([case.figures for case in cases])) for each, cases in reports]
    names = list(dict.fromkeys(name for _, figures in found for name in figures))
    rows = [["style", "model", *names, "gates"]]
    for contestant, figures in found:
        cells = [_cell(figures.get(name)) for name in names]
        verdict = f"{len(failed(figures))} failed" if failed(figures) else "passed"
        rows.append([contestant.style, contestant.model, *cells, verdict])
    return table(rows)


def _cell(figure: "Figure | None") -> str:
    """``0.54``, or ``0.12 !`` outside of its range."""
    if figure is None:
        return "-"
    return f"{figure.value:.3g}" if figure.passes else f"{figure.value:.3g} !"


def _write_sheet(reports: "list[tuple[Contestant, list[Judged]]]", path: Path) -> None:
    from realtime_nst.evaluate.sheet import contact_sheet
    from realtime_nst.sinks.images import write_image
    from realtime_nst.stylize.effects import filling

    tiles = [
        (name if name != "model" else each.style, filling(image, TILE, TILE * 3 // 4))
        for each, cases in reports
        for case in cases
        for name, image in case.tiles
    ]
    columns = len(reports[0][1][0].tiles)
    write_image(path, contact_sheet(tiles, columns))
