"""``styles``: what there is to paint with."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from realtime_nst.cli.table import table

COLUMNS = ("style", "artist", "title", "year", "model", "tier", "licence")


def styles(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the styles that are installed, and the works they were learnt from."""
    from realtime_nst.stylize.models import Model, installed_models, model_folders

    def row(model: Model, index: int) -> dict[str, str]:
        style, card = asdict(model.card.styles[index]), model.card
        named = {"style": style["name"], "model": card.name, "tier": card.tier}
        return {**style, **named, "licence": card.licence, "path": str(model.path)}

    rows = [row(model, index) for model in installed_models() for index in range(len(model.styles))]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif rows:
        cells = [tuple(row[column] for column in COLUMNS) for row in rows]
        typer.echo(table([COLUMNS, *cells]))
    else:
        folders = ", ".join(str(folder) for folder in model_folders())
        typer.echo(f"no model found in {folders}")
