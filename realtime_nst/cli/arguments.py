"""Names of files as people type them, and forget them."""

from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand

EXAMPLES = {"video": "in.mp4 out.mp4", "image": "in.jpg out.jpg"}
"""Arguments by command."""


def name_of(text: str) -> str:
    """Return what was typed, unless it is nothing at all, as an unset variable gives it."""
    if not text:
        raise typer.BadParameter("the name is empty; is a variable unset?")
    return text


def path_of(text: str) -> Path:
    """Return a path, see ``name_of``: for Python an empty one would be the current folder."""
    return Path(name_of(text))


def files_in(*places: Path | None) -> list[Path]:
    """Return the files that are named, and those below the folders that are."""
    given = [place for place in places if place]
    return [file for place in given for file in (place.rglob("*") if place.is_dir() else [place])]


class NeedsResult(TyperCommand):
    """A command with the arguments ``IN... OUT``, which says so where there is only one of them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line; a single name is taken for OUT, so that IN would be missing."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            values, *_ = self.make_parser(ctx).parse_args(given)
            missing = not error.message and error.param and error.param.name == "sources"
            if not missing or not isinstance(values.get("result"), str):
                raise
            example = f"{ctx.command_path} {EXAMPLES[ctx.info_name or '']} --style starry-night"
            raise typer.BadParameter(f"OUT is missing, as in: {example}", ctx=ctx) from None
