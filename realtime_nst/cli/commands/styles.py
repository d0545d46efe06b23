"""``styles``: what there is to paint with, on one sheet, and whether it is as it should be."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.options import Threads
from realtime_nst.cli.table import fitted, table
from realtime_nst.errors import ModelError

if TYPE_CHECKING:
    from realtime_nst.evaluate.verify import Finding
    from realtime_nst.models.registry import Model, StyleChoice

app = typer.Typer(invoke_without_command=True)
BRIEF = ("style", "artist", "title", "year", "tiers")
"""What is listed of each style."""
LONG_CELLS = [BRIEF.index("title"), BRIEF.index("artist")]
"""Columns that are cut off where the terminal is narrow."""
COLUMNS = ("style", "artist", "title", "year", "model", "tier", "licence")
"""What a long list has of each style in each model."""
FIGURES = {"fidelity_256": "iterations", "stability_clips_stabilised": "flicker"}
"""Figures of the card that are listed, and their columns: how many iterations of Gatys a pass
equals, and how many times as much a film flickers when it is painted and stabilised."""
OUTCOMES = {True: "ok", False: "WRONG", None: "note"}


@app.callback()
def styles(
    context: typer.Context,
    long: Annotated[
        bool, typer.Option("--long", "-l", help="One line for each model, with all columns.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the styles that are installed, and the works they were learnt from.

    A style of your own gets a name when its model lies in a folder of models:
    `realtime-nst export runs/sunset MODELS/sunset/model.onnx`, with
    $REALTIME_NST_MODELS set to MODELS. These folders (several are separated as in $PATH) are
    searched before the models that came with the program.

    In the long list, `iterations` is how many of Gatys one pass equals, `flicker` how many times as
    much as the video itself a stylized, stabilized video flickers.
    """
    if context.invoked_subcommand:
        return
    from realtime_nst.models.registry import broken_models, installed_models, model_folders

    for broken in broken_models():
        typer.echo(f"note: skipped: {broken}", err=True)
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
    """One line a style, with the tiers that have it."""
    tiers: dict[str, list[str]] = {}
    for row in rows:
        tiers.setdefault(row["style"], []).append(row["tier"])
    first = {row["style"]: row for row in reversed(rows)}
    return [
        [*(first[style][column] for column in BRIEF[:-1]), ", ".join(dict.fromkeys(names))]
        for style, names in tiers.items()
    ]


@app.command()
def sheet(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="What to paint.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", parser=path_of, help=".jpg, .png or .webp.")
    ] = Path("sheet.jpg"),
    tier: Annotated[
        str | None, typer.Option(help="Of this tier only. [default: each once]")
    ] = None,
    tile: Annotated[int, typer.Option(min=64, help="Width of a picture in pixels.")] = 320,
    columns: Annotated[int | None, typer.Option(min=1, help="Pictures in a row.")] = None,
    device: Annotated[str, typer.Option(help="As for image.")] = "auto",
    threads: Threads = None,
) -> None:
    """Paint a photo in every style, on one sheet with their names."""
    from realtime_nst.evaluate.contact_sheet import contact_sheet, tile_of
    from realtime_nst.image_io.read import read_image
    from realtime_nst.image_io.write import check_picture, write_image
    from realtime_nst.inference.session import open_session

    check_picture(out, [photo])
    small = tile_of(read_image(photo), tile)
    chosen = _chosen(tier)
    tiles = [("photo", small)]
    for path in dict.fromkeys(choice.model.path for choice in chosen):
        session = open_session(path, device, threads=threads)
        own = [choice for choice in chosen if choice.model.path == path]
        tiles += [(_name(choice), session.run(small, choice.weight_array())) for choice in own]
    write_image(out, contact_sheet(tiles, columns))
    typer.echo(f"{out}: {len(chosen)} styles")


def _chosen(tier: str | None) -> "list[StyleChoice]":
    """Each style once, of the tier usually taken; or all of one tier."""
    from realtime_nst.models.registry import find_style, installed_models, no_tier

    every = list(installed_models())
    models = [model for model in every if tier in (None, model.card.tier)]
    if tier and every and not models:
        raise no_tier(tier, f"{tier} model", every)
    names = dict.fromkeys(style for model in models for style in model.styles)
    if not names:
        raise ModelError("there is no model", "realtime-nst styles")
    return [find_style(name, tier) for name in names]


def _name(choice: "StyleChoice") -> str:
    return choice.model.styles[choice.weights.index(1.0)]


@app.command()
def verify(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[MODEL.onnx]...", help="[default: all]")
    ] = None,
    paintings: Annotated[
        Path | None, typer.Option(help="Folder with the works the styles were learnt from.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check models: whole files, complete cards, the recipes and works that they name."""
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
    """Recipes are read by what trains by them."""
    try:
        from realtime_nst.train.recipe import read_recipe
    except ImportError:
        return None
    return lambda path: read_recipe(path).sha256()


def _as_json(found: "list[Finding]") -> str:
    rows = [{**asdict(each), "file": str(each.file)} for each in found]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def _verdicts(found: "list[Finding]") -> str:
    """A line for each file that is as it should be, and one for each thing that is not."""
    lines = []
    common = _common(found)
    for path in dict.fromkeys(finding.file for finding in found):
        own = [finding for finding in found if finding.file == path]
        good = ", ".join(dict.fromkeys(finding.what for finding in own if finding.ok))
        lines.append(f"{path}: {good or 'nothing'} ok")
        lines += [
            f"  {_verdict(each)}" for each in own if not each.ok and _verdict(each) not in common
        ]
    return "\n".join([*lines, *common]) or "no model found"


def _common(found: "list[Finding]") -> list[str]:
    """Notes that go for every one of several files, such as a package that is missing."""
    files = {finding.file for finding in found}
    notes = Counter(_verdict(finding) for finding in found if finding.ok is None)
    return [note for note, count in notes.items() if count == len(files) > 1]


def _verdict(finding: "Finding") -> str:
    return f"{finding.what} {OUTCOMES[finding.ok]}: {finding.note}"
