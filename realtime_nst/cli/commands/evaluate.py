"""The commands ``evaluate``, and ``evaluate fidelity``: compare networks with optimization."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_nst.cli.arguments import files_in, path_of
from realtime_nst.cli.commands.evaluate_quality import quality
from realtime_nst.cli.commands.evaluate_stability import stability
from realtime_nst.cli.examples import examples
from realtime_nst.cli.help import HelpCommand
from realtime_nst.cli.options import Json, Tier, TrainingDevice, TrainingPrecision, VggWeights
from realtime_nst.cli.overwriting import Overwrite, may_write
from realtime_nst.cli.table import table

if TYPE_CHECKING:
    from realtime_nst.evaluate.fidelity import FidelityCase, FidelitySubject

app = typer.Typer(no_args_is_help=True)
app.command(
    cls=HelpCommand,
    short_help="Measure the flicker of stylized videos.",
    epilog=examples("evaluate stability"),
)(stability)
app.command(
    cls=HelpCommand,
    short_help="Check tone, color, strokes and form.",
    epilog=examples("evaluate quality"),
)(quality)
COLUMNS = ("style", "size", "photos", "iterations it equals", "content", "style loss", "total")


@app.callback()
def evaluate() -> None:
    """Measure the quality of models."""


@app.command(
    cls=HelpCommand,
    short_help="Compare models with optimization by Gatys et al.",
    epilog=examples("evaluate fidelity"),
)
def fidelity(
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
    sizes: Annotated[
        str, typer.Option(metavar="N,N", help="Sides of the photos in pixels, for example 256,512.")
    ] = "256",
    photos: Annotated[int, typer.Option(metavar="N", min=1, help="Number of photos to use.")] = 10,
    iterations: Annotated[
        int, typer.Option(metavar="N", min=1, help="Maximum number of L-BFGS iterations.")
    ] = 200,
    init: Annotated[
        str,
        typer.Option(
            metavar="INIT",
            help="Image that the optimization begins with: grey (as Johnson et al.), noise or "
            "content.",
        ),
    ] = "grey",
    precision: TrainingPrecision = "auto",
    device: TrainingDevice = "auto",
    vgg_weights: VggWeights = None,
    as_json: Json = False,
    grid: Annotated[
        Path | None,
        typer.Option(
            metavar="IMAGE",
            parser=path_of,
            help="Image to write, with one row for each photo: photo, model, optimization.",
        ),
    ] = None,
    overwrite: Overwrite = None,
) -> None:
    """Measure how many iterations of Gatys et al. (2016) a single pass of a model equals."""
    from realtime_nst.cli.extras import need_torch
    from realtime_nst.image_io.write import check_picture

    if grid:
        check_picture(grid, files_in(style, paintings))
    need_torch()
    from realtime_nst.evaluate.fidelity import open_candidate, summary
    from realtime_nst.evaluate.selection import select_styles
    from realtime_nst.files import refuse_inputs
    from realtime_nst.image_io.read import photos_in

    files = photos_in(content, photos)
    refuse_inputs([grid] if grid else [], files)
    if not may_write([grid], overwrite):
        return
    sides = _sizes(sizes)
    reports: list[dict[str, Any]] = []
    all_cases: list[FidelityCase] = []
    for each in [each for name in models for each in select_styles(name, tier)]:
        subject = open_candidate(each.choice, style, paintings, vgg_weights, precision, device)
        for size in sides:
            cases = _run_cases(subject, files, size, iterations, init)
            all_cases += cases
            options = {"init": init, "bf16": subject.bf16}
            about = {"model": str(subject.choice.model.path), "style": subject.style.name}
            reports.append({**about, **options, **summary(cases, iterations)})
    typer.echo(json.dumps(reports, indent=1) if as_json else _table(reports))
    if grid:
        _write_grid(all_cases, grid)


def _sizes(text: str) -> list[int]:
    from realtime_nst.errors import TrainError

    try:
        sizes = [int(size) for size in text.split(",")]
    except ValueError:
        hint = "give numbers of pixels: --sizes 256,512,1024"
        raise TrainError(f"{text!r} are not sizes", hint) from None
    if min(sizes) < 64:
        hint = "give larger sizes: --sizes 256,512,1024"
        raise TrainError("cannot measure photos smaller than 64 pixels", hint)
    return sizes


def _run_cases(
    subject: "FidelitySubject", photos: list[Path], size: int, iterations: int, init: str
) -> "list[FidelityCase]":
    from realtime_nst.cli import progress
    from realtime_nst.evaluate.fidelity import each_case

    cases: list[FidelityCase] = []
    with progress.steps(f"{subject.name}, {size} px", len(photos), stage="evaluate") as show:
        for case in each_case(subject, photos, size, iterations, init):
            cases.append(case)
            show(len(cases), f"{len(cases)} of {len(photos)} photos")
    return cases


def _table(reports: list[dict[str, Any]]) -> str:
    """Return one line for each model and size, with median losses of the model / of the photo."""
    return table([COLUMNS, *(_row(report) for report in reports)])


def _row(report: dict[str, Any]) -> tuple[str, ...]:
    equals, most = report["equals"], report["iterations"]
    spread = f"({_count(equals['low'], most)} to {_count(equals['high'], most)})"
    network, photo = report["network"], report["photo"]
    losses = (f"{network[name]:.4g} / {photo[name]:.4g}" for name in ("content", "style", "total"))
    equal = f"{_count(equals['median'], most)} {spread}"
    return (report["style"], str(report["size"]), str(report["photos"]), equal, *losses)


def _count(iterations: float, most: int) -> str:
    return f"more than {most}" if iterations > most else f"{iterations:g}"


def _write_grid(cases: "list[FidelityCase]", path: Path) -> None:
    """Write one row for each case: the photo, the model's image, the last of the optimization."""
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
