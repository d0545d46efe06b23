"""Options that every command has: how much is printed, the log, and the progress."""

import logging
import os
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.main

from realtime_nst.cli import log, messages, progress

MESSAGES = "Messages"
"""Group of options in the help."""
DEBUG = "REALTIME_NST_DEBUG"
"""Environment variable that turns on tracebacks, as ``--debug`` does."""


def _declare(
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=MESSAGES,
            help="Configuration file. [default: see `realtime-nst config path`]",
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", rich_help_panel=MESSAGES, help="Print only errors."),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", rich_help_panel=MESSAGES, help="Also print the log."),
    ] = False,
    progress: Annotated[
        str,
        typer.Option(
            metavar="MODE",
            rich_help_panel=MESSAGES,
            help="Progress on stderr: auto (a bar on a terminal, else lines), lines, json (one "
            "object per line, for programs) or none.",
        ),
    ] = "auto",
    log_level: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            rich_help_panel=MESSAGES,
            help="What to print: debug, info, warning or error. [default: info]",
        ),
    ] = None,
    log_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=MESSAGES,
            help="File to append the log to, in full unless --log-level is given.",
        ),
    ] = None,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            envvar=DEBUG,
            show_envvar=False,
            rich_help_panel=MESSAGES,
            help="Print a traceback for every error.",
        ),
    ] = False,
) -> None:
    """Declare the options; ``apply`` reads them."""


def _parameters() -> list[Any]:
    declared = typer.Typer(add_completion=False)
    declared.command()(_declare)
    return list(typer.main.get_command(declared).params)


PARAMETERS = _parameters()
NAMES = frozenset(parameter.name for parameter in PARAMETERS)


def missing_from(parameters: list[Any]) -> list[Any]:
    """Return the global options that a command does not have itself."""
    own = {parameter.name for parameter in parameters}
    return [parameter for parameter in PARAMETERS if parameter.name not in own]


def apply(ctx: Any, own: frozenset[str]) -> None:
    """Take the global options out of a parsed command line, and put them into effect.

    An option may stand before and after the name of the command; the last one counts.

    Args:
        ctx: click's context.
        own: names that the command keeps: options that it has itself.
    """
    values = ctx.meta.setdefault(__name__, {})
    for name in NAMES & ctx.params.keys():
        value = ctx.params[name] if name in own else ctx.params.pop(name)
        source = ctx.get_parameter_source(name)
        if (source and source.name == "COMMANDLINE") or name not in values:
            values[name] = value
    _apply(**{name: value for name, value in values.items() if name != "config"})


def _apply(
    *,
    quiet: bool,
    verbose: bool,
    progress: str,
    log_level: str | None,
    log_file: Path | None,
    debug: bool,
) -> None:
    level = _level(log_level)
    threshold = logging.ERROR if quiet else level
    messages.console.level = logging.INFO if threshold is None else threshold
    _set_progress(progress, quiet=quiet)
    logged = level or (logging.INFO if verbose else logging.WARNING)
    log.set_up(logging.ERROR if quiet else logged, log_file, level or logging.DEBUG)
    if debug:
        os.environ[DEBUG] = "1"


def _level(text: str | None) -> int | None:
    if text is None:
        return None
    if text.lower() not in log.LEVELS:
        message = f"{text!r} is none of {', '.join(log.LEVELS)}"
        raise typer.BadParameter(message, param_hint="--log-level")
    return int(getattr(logging, text.upper()))


def _set_progress(mode: str, *, quiet: bool) -> None:
    if mode not in progress.MODES:
        message = f"{mode!r} is none of {', '.join(progress.MODES)}"
        raise typer.BadParameter(message, param_hint="--progress")
    progress.use("none" if quiet and mode != "json" else mode)
    messages.console.as_json = mode == "json"
