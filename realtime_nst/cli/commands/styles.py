"""The commands ``styles``, ``styles sheet`` and ``styles verify``."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.examples import examples
from realtime_nst.cli.help import HelpCommand
from realtime_nst.cli.messages import note
from realtime_nst.cli.options import DeviceName, Json, Threads
from realtime_nst.cli.overwriting import Overwrite, may_write
from realtime_nst.cli.table import fitted, table
from realtime_nst.errors import ModelError

if TYPE_CHECKING:
    from realtime_nst.evaluate.verify import VerifyFinding
    from realtime_nst.models.registry import Model, StyleChoice

app = typer.Typer(invoke_without_command=True)
BRIEF = ("style", "artist", "title", "year", "tiers")
"""Columns of the list, which has one line for each style."""
LONG_CELLS = [BRIEF.index(name) for name in ("title", "artist", "tiers")]
"""Positions of the columns that are shortened in a narrow terminal."""
COLUMNS = ("style", "artist", "title", "year", "model", "tier", "licence")
"""Columns of the long list, which has one line for each style of each model."""
FIGURES = {"fidelity_256": "iterations", "stability_clips_stabilised": "flicker"}
"""Results of the card with their columns: how many iterations of optimization (Gatys et al.) one
pass equals, and the flicker of a stylized, stabilized video as a multiple of the input's."""
SHEET_PIXELS = 1280 * 960
"""Pixels of a photo that is stylized for a sheet, and then reduced: strokes on thumbnails would be
as large as faces, and those on 24 megapixels could not be seen."""
OUTCOMES = {True: "ok", False: "WRONG", None: "note"}


@app.callback()
def styles(
    context: typer.Context,
    long: Annotated[
        bool,
        typer.Option(
            "--long", "-l", help="Print one line for each style of each model, with all columns."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """List the installed styles, and the works that they were trained on.

    To give a style of your own a name, put its model into a folder of models, as in
    `realtime-nst export runs/sunset MODELS/sunset/model.onnx`, and set $REALTIME_NST_MODELS to
    MODELS. These folders (separate several as in $PATH) are searched before the included models.

    In the long list, `iterations` is the number of iterations of optimization (Gatys et al. 2016)
    that one pass equals, and `flicker` the flicker of a stylized, stabilized video as a multiple
    of the input's.
    """
    if context.invoked_subcommand:
        return
    from realtime_nst.models.registry import broken_models, installed_models, model_folders

    for broken in broken_models():
        note(f"skipped: {broken}")
    models = installed_models()
    rows = [_row(model, index) for model in models for index in range(len(model.styles))]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif rows and long:
        typer.echo(table([[*COLUMNS, *FIGURES.values()], *map(_cells, rows)]))
    elif rows:
        width = shutil.get_terminal_size().columns
        typer.echo(table(fitted([BRIEF, *_brief(rows)], width, LONG_CELLS)))
    else:
        folders = ", ".join(str(folder) for folder in model_folders())
        typer.echo(f"no model found in {folders}")


def _row(model: "Model", index: int) -> dict[str, Any]:
    style, card = asdict(model.card.styles[index]), model.card
    ending = f":{style['name']}"
    figures = {
        name.removesuffix(ending): value
        for name, value in card.numbers.items()
        if name.endswith(ending)
    }
    named = {"style": style["name"], "model": card.name, "tier": card.tier}
    more = {"licence": card.licence, "path": str(model.path), "figures": figures}
    return {**style, **named, **more}


def _cells(row: dict[str, Any]) -> list[str]:
    figures = [row["figures"].get(name) for name in FIGURES]
    return [
        *(row[column] for column in COLUMNS),
        *("-" if figure is None else f"{figure:.3g}" for figure in figures),
    ]


def _brief(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return one row for each style, with the tiers that have it."""
    tiers: dict[str, list[str]] = {}
    for row in rows:
        tiers.setdefault(row["style"], []).append(row["tier"])
    first = {row["style"]: row for row in reversed(rows)}
    return [
        [*(first[style][column] for column in BRIEF[:-1]), ", ".join(dict.fromkeys(names))]
        for style, names in tiers.items()
    ]


@app.command(
    cls=HelpCommand,
    short_help="Stylize a photo in every style, on one sheet.",
    epilog=examples("styles sheet"),
)
def sheet(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="Photo to stylize.")],
    out: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            "--out",
            metavar="IMAGE",
            parser=path_of,
            help="Image to write: .jpg, .png or .webp.",
        ),
    ] = Path("sheet.jpg"),
    overwrite: Overwrite = None,
    tier: Annotated[
        str | None,
        typer.Option(
            metavar="TIER", help="Only use models of this tier. [default: each style once]"
        ),
    ] = None,
    tile: Annotated[
        int, typer.Option(metavar="N", min=64, help="Width of each image in pixels.")
    ] = 320,
    columns: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Number of images in a row. [default: by their number]"
        ),
    ] = None,
    device: DeviceName = "auto",
    threads: Threads = None,
) -> None:
    """Stylize a photo in every style, and write one sheet with the names."""
    from realtime_nst.evaluate.contact_sheet import contact_sheet, tile_of
    from realtime_nst.evaluate.scenes import fitted as reduced
    from realtime_nst.image_io.read import read_image
    from realtime_nst.image_io.write import check_picture, write_image
    from realtime_nst.inference.options import InferenceOptions
    from realtime_nst.stylize.loading import open_choice

    check_picture(out, [photo])
    if not may_write([out], overwrite):
        return
    full = reduced(read_image(photo), SHEET_PIXELS)
    chosen = _chosen(tier)
    tiles = [("photo", tile_of(full, tile))]
    options = InferenceOptions(device=device, precision=None, threads=threads)
    for path in dict.fromkeys(choice.model.path for choice in chosen):
        own = [choice for choice in chosen if choice.model.path == path]
        session = open_choice(own[0], options, baked=False)
        for choice in own:
            stylized = session.run(full, choice.weight_array())
            tiles.append((_name(choice), tile_of(stylized, tile)))
    write_image(out, contact_sheet(tiles, columns))
    typer.echo(f"{out}: {len(chosen)} styles")


def _chosen(tier: str | None) -> "list[StyleChoice]":
    """Return each style once, of its default tier; or all styles of one tier."""
    from realtime_nst.models.registry import find_style, installed_models, no_tier

    every = list(installed_models())
    models = [model for model in every if tier in (None, model.card.tier)]
    if tier and every and not models:
        raise no_tier(tier, f"{tier} model", every)
    names = dict.fromkeys(style for model in models for style in model.styles)
    if not names:
        raise ModelError("no model is installed", "run `realtime-nst styles` to see the folders")
    return [find_style(name, tier) for name in names]


def _name(choice: "StyleChoice") -> str:
    return choice.model.styles[choice.weights.index(1.0)]


@app.command(
    cls=HelpCommand,
    short_help="Check model files.",
    epilog=examples("styles verify"),
)
def verify(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[MODEL.onnx]...", help="Model files to check. [default: all installed]"
        ),
    ] = None,
    paintings: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder with the style images, to check them, too."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that model files are complete, and match their cards, recipes and style images."""
    from realtime_nst.evaluate.verify import verify as look
    from realtime_nst.models.registry import model_files

    found = [
        finding
        for path in paths or model_files()
        for finding in look(path, _recipe_hash(), paintings)
    ]
    typer.echo(_as_json(found) if as_json else _verdicts(found))
    if any(finding.ok is False for finding in found):
        raise typer.Exit(1)


def _recipe_hash() -> Callable[[Path], str] | None:
    """Return a function that hashes a recipe; None without the training extra."""
    try:
        from realtime_nst.train.recipe import read_recipe
    except ImportError:
        return None
    return lambda path: read_recipe(path).sha256()


def _as_json(found: "list[VerifyFinding]") -> str:
    rows = [{**asdict(each), "file": str(each.file)} for each in found]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def _verdicts(found: "list[VerifyFinding]") -> str:
    """Return one line for each file, followed by its problems."""
    lines = []
    common = _common(found)
    for path in dict.fromkeys(finding.file for finding in found):
        own = [finding for finding in found if finding.file == path]
        passed = ", ".join(dict.fromkeys(finding.what for finding in own if finding.ok))
        lines.append(f"{path}: {passed or 'nothing'} ok")
        lines += [
            f"  {_verdict(each)}" for each in own if not each.ok and _verdict(each) not in common
        ]
    return "\n".join([*lines, *common]) or "no model found"


def _common(found: "list[VerifyFinding]") -> list[str]:
    """Return the notes that all of several files share, such as a missing package."""
    files = {finding.file for finding in found}
    notes = Counter(_verdict(finding) for finding in found if finding.ok is None)
    return [note for note, count in notes.items() if count == len(files) > 1]


def _verdict(finding: "VerifyFinding") -> str:
    return f"{finding.what} {OUTCOMES[finding.ok]}: {finding.note}"
