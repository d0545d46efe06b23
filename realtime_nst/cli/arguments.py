"""Parse names of files, and name the argument that is missing."""

from pathlib import Path
from typing import Any

import typer

from realtime_nst.cli.examples import EXAMPLES
from realtime_nst.cli.help import HelpCommand


def name_of(text: str) -> str:
    """Return a file name; an empty one, as an unset shell variable leaves it, is an error."""
    if not text:
        raise typer.BadParameter("the name is empty; is a variable unset?")
    return text


def path_of(text: str) -> Path:
    """Return a path, see ``name_of``; Python would take an empty one for the current folder."""
    return Path(name_of(text))


def files_in(*places: Path | None) -> list[Path]:
    """Return the given files, and every file below the given folders."""
    given = [place for place in places if place]
    return [file for place in given for file in (place.rglob("*") if place.is_dir() else [place])]


class NeedsResult(HelpCommand):
    """A command with the arguments ``IN... OUT``; its error for a single one names OUT."""

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
            example = EXAMPLES[ctx.info_name or ""][0].partition(" ")[2]
            program = ctx.find_root().command_path
            raise typer.BadParameter(
                f"OUT is missing, as in: {program} {example}", ctx=ctx
            ) from None
