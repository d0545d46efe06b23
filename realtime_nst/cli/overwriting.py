"""One policy for results that exist already: ask on a terminal, refuse elsewhere."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from realtime_nst.cli.messages import say
from realtime_nst.errors import SinkError
from realtime_nst.paths import exists

OUTPUT = "Output"
"""Group of options in the help."""
HINT = "add --overwrite (-y) to replace it, or --no-clobber (-n) to keep it"
INPUT_HINT = f"{HINT}; if it is an input, add the name of the result: --output OUT"
"""Hint where the last of several names is the result."""
Overwrite = Annotated[
    bool | None,
    typer.Option(
        "--overwrite/--no-clobber",
        "-y/-n",
        " /--skip-existing",
        rich_help_panel=OUTPUT,
        help="Replace or keep results that exist already. [default: ask on a terminal, else stop]",
    ),
]


def may_write(results: Iterable[Path | None], overwrite: bool | None, hint: str = HINT) -> bool:
    """Return whether to begin; not if a result exists already and is kept.

    Args:
        results: files that a run writes; None is ignored.
        overwrite: whether to replace them; None asks.
        hint: what to do where nobody can be asked.

    Raises:
        SinkError: one exists, and there is no terminal to ask on.
    """
    existing = [path for path in results if path and exists(path)]
    if may_replace(existing, overwrite, hint):
        return True
    say(f"{existing[0]} exists already: nothing was done; add --overwrite to replace it")
    return False


def may_replace(existing: Sequence[Path], overwrite: bool | None, hint: str = HINT) -> bool:
    """Return whether files that exist are replaced.

    Args:
        existing: the files; none can be replaced without a question.
        overwrite: the answer; None asks.
        hint: what to do where nobody can be asked.

    Raises:
        SinkError: there is no terminal to ask on.
    """
    if not existing:
        return True
    if overwrite is not None:
        return overwrite
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        more = f", and {len(existing) - 1} more results" if len(existing) > 1 else ""
        raise SinkError(f"cannot write {existing[0]}: it exists already{more}", hint)
    return _ask(existing)


def _ask(existing: Sequence[Path]) -> bool:
    several = f"{len(existing)} results exist already, the first is {existing[0]}. Overwrite them?"
    question = several if len(existing) > 1 else f"{existing[0]} exists already. Overwrite it?"
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:  # Ctrl-C
        raise KeyboardInterrupt from None
