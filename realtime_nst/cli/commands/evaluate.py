"""``evaluate fidelity``: how many iterations of Gatys a network is worth."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_nst.cli.arguments import files_in, path_of
from realtime_nst.cli.commands.evaluate_quality import quality
from realtime_nst.cli.commands.evaluate_stability import stability
from realtime_nst.cli.options import Tier

if TYPE_CHECKING:
    from realtime_nst.evaluate.fidelity import FidelityCase, FidelitySubject

app = typer.Typer(help="Measure how good models are.", no_args_is_help=True)
app.command()(stability)
app.command()(quality)
COLUMNS = ("style", "size", "photos", "iterations it equals", "content", "style loss", "total")


@app.callback()
def evaluate() -> None:
    """Measure how good models are."""


@app.command()
def fidelity(
    models: Annotated[
        list[str],
        typer.Argument(metavar="MODEL...", help="Styles, models, or model.onnx: all its styles."),
    ],
    content: Annotated[Path, typer.Option(help="Folder of photos the models have not seen.")],
    style: Annotated[Path | None, typer.Option(help="The painting, if for one style.")] = None,
    paintings: Annotated[
        Path | None, typer.Option(help="Folder of the recipes' paintings.")
    ] = None,
    tier: Tier = None,
    sizes: Annotated[str, typer.Option(help="Sides of the photos in pixels: 256,512.")] = "256",
    photos: Annotated[int, typer.Option(min=1, help="How many photos.")] = 10,
    iterations: Annotated[int, typer.Option(min=1, help="Of L-BFGS, at most.")] = 200,
    init: Annotated[
        str, typer.Option(help="Gatys begins with: grey (as Johnson et al.), noise or content.")
    ] = "grey",
    precision: Annotated[
        str, typer.Option(help="Of the losses: auto, bf16 (auto where it is native) or fp32.")
    ] = "auto",
    device: Annotated[str, typer.Option(help="Of the losses: auto, cpu or cuda.")] = "auto",
    vgg_weights: Annotated[Path | None, typer.Option(help="VGG-16 weights to use.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    grid: Annotated[
        Path | None, typer.Option(parser=path_of, help="Picture to write: photo, model, Gatys.")
    ] = None,
) -> None:
    """Say how many iterations of Gatys each model's single pass equals."""
    from realtime_nst.cli.extras import need_torch
    from realtime_nst.image_io.write import check_picture

    if grid:
        check_picture(grid, files_in(style, paintings))
    need_torch()
    from realtime_nst.evaluate.fidelity import open_candidate, summary
    from realtime_nst.evaluate.selection import select_styles
    from realtime_nst.files import refuse_inputs
    from realtime_nst.image_io.read import photos_in

    chosen = photos_in(content, photos)
    refuse_inputs([grid] if grid else [], chosen)
    sides = _sizes(sizes)
    reports: list[dict[str, Any]] = []
    shown: list[FidelityCase] = []
    for each in [each for name in models for each in select_styles(name, tier)]:
        candidate = open_candidate(each.choice, style, paintings, vgg_weights, precision, device)
        for size in sides:
            cases = _followed(candidate, chosen, size, iterations, init)
            shown += cases
            asked = {"init": init, "bf16": candidate.bf16}
            about = {"model": str(candidate.choice.model.path), "style": candidate.style.name}
            reports.append({**about, **asked, **summary(cases, iterations)})
    typer.echo(json.dumps(reports, indent=1) if as_json else _table(reports))
    if grid:
        _write_grid(shown, grid)


def _sizes(text: str) -> list[int]:
    from realtime_nst.errors import TrainError

    try:
        sizes = [int(size) for size in text.split(",")]
    except ValueError:
        raise TrainError(f"{text!r} are no sizes", "--sizes 256,512,1024") from None
    if min(sizes) < 64:
        raise TrainError("photos below 64 px are too small to judge by", "--sizes 256,512,1024")
    return sizes


def _followed(
    candidate: "FidelitySubject", photos: list[Path], size: int, iterations: int, init: str
) -> "list[FidelityCase]":
    from realtime_nst.cli import progress
    from realtime_nst.evaluate.fidelity import each_case

    cases: list[FidelityCase] = []
    with progress.steps(f"{candidate.name}, {size} px", len(photos)) as show:
        for case in each_case(candidate, photos, size, iterations, init):
            cases.append(case)
            show(len(cases), f"{len(cases)} of {len(photos)} photos")
    return cases


def _table(reports: list[dict[str, Any]]) -> str:
    """A line a model and size; the losses are medians, of the model against the photo itself."""
    rows = [COLUMNS, *(_row(report) for report in reports)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _row(report: dict[str, Any]) -> tuple[str, ...]:
    equals, most = report["equals"], report["iterations"]
    spread = f"({_count(equals['low'], most)} to {_count(equals['high'], most)})"
    network, photo = report["network"], report["photo"]
    losses = (f"{network[name]:.4g} / {photo[name]:.4g}" for name in ("content", "style", "total"))
    figure = f"{_count(equals['median'], most)} {spread}"
    return (report["style"], str(report["size"]), str(report["photos"]), figure, *losses)


def _count(iterations: float, most: int) -> str:
    return f"more than {most}" if iterations > most else f"{iterations:g}"


def _write_grid(cases: "list[FidelityCase]", path: Path) -> None:
    """A row a case: the photo, the model's picture, the last of Gatys."""
    import cv2
    import numpy as np

    from realtime_nst.image_io.write import write_image

    side = 256
    rows = [
        np.hstack(
            [cv2.resize(each, (side, side), interpolation=cv2.INTER_AREA) for each in case.pictures]
        )
        for case in cases
    ]
    write_image(path, np.ascontiguousarray(np.vstack(rows), np.uint8))
