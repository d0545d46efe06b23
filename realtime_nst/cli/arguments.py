"""Parse names of files, and tell inputs from the result."""

from pathlib import Path

import typer

from realtime_nst.cli.examples import EXAMPLES


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


def split_result(
    sources: list[str] | None, last: str | None, output: str | None, command: str
) -> tuple[list[str], str | None]:
    """Return the inputs, and the result if it is given.

    Args:
        sources: all names but the last.
        last: the last name: the result, unless it is the only name or ``output`` is given.
        output: value of ``--output``.
        command: name of the command, for its example.
    """
    given = [*(sources or []), *([last] if last else [])]
    if not given:
        example = EXAMPLES[command][0]
        raise typer.BadParameter(f"IN is missing, as in: {example}")
    if output is not None or len(given) == 1:
        return given, output
    return given[:-1], last
