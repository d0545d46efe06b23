"""Print messages to stderr, as quietly as the user wants, and copy them to the log.

Results go to stdout, so that they can be piped; everything said about them goes through here.
"""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Console:
    """How messages are printed in this process."""

    level: int = logging.INFO
    """Lowest level that is printed."""
    as_json: bool = False
    """Whether every line is a JSON object, for programs."""


console = Console()


def say(line: str) -> None:
    """Print what happens, unless ``--quiet``; above a progress bar if there is one."""
    _emit(logging.INFO, line, {"stage": "message", "text": line})


def note(text: str) -> None:
    """Print something that the user should know, unless ``--quiet``."""
    _emit(logging.WARNING, f"note: {text}", {"stage": "note", "text": text})


def fail(message: str, hint: str = "", notes: Sequence[str] = ()) -> None:
    """Print an error, notes on it, and what to do about it."""
    lines = [f"error: {message}", *(f"note: {each}" for each in notes)]
    lines += [f"hint: {hint}"] if hint else []
    _emit(
        logging.ERROR,
        "\n".join(lines),
        {"stage": "error", "text": "\n".join([message, *notes]), "hint": hint},
    )


def _emit(level: int, line: str, fields: Mapping[str, object]) -> None:
    LOG.log(level, "%s", line)
    if level >= console.level:
        write_fields(fields) if console.as_json else write(line)


def write_fields(fields: Mapping[str, object]) -> None:
    """Print one JSON object as a line."""
    write(json.dumps(dict(fields), ensure_ascii=False))


def write(line: str) -> None:
    """Print a line to stderr; rich moves its bar below it, which it cannot for ``typer.echo``."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
