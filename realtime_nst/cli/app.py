"""The command ``realtime-nst``: registers the commands and prints errors for people."""

import os
import sys
from typing import Annotated, NoReturn

import typer

from realtime_nst import __version__
from realtime_nst.cli.arguments import NeedsResult
from realtime_nst.cli.commands import (
    bench,
    cameras,
    convert,
    doctor,
    evaluate,
    export,
    gatys,
    styles,
    train,
    webcam,
)
from realtime_nst.cli.option_aliases import normalize_option
from realtime_nst.errors import NstError
from realtime_nst.extras import explain_import_error

DEBUG = "REALTIME_NST_DEBUG"
"""The environment variable that asks for tracebacks, as ``--debug`` does."""

app = typer.Typer(
    name="realtime-nst",
    help="Paint videos and pictures in the style of works of art.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"token_normalize_func": normalize_option},
)
app.command()(webcam.webcam)
app.command("live", short_help="The same as webcam.")(webcam.webcam)
app.command()(cameras.cameras)
app.command(cls=NeedsResult)(convert.video)
app.command(cls=NeedsResult)(convert.image)
app.command()(doctor.doctor)
app.command()(train.train)
app.command()(export.export)
app.command()(gatys.gatys)
app.add_typer(styles.app, name="styles")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(bench.app, name="bench")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"realtime-nst {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True)
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar=DEBUG, help="Show where an error comes from.")
    ] = False,
) -> None:
    """What goes for every command."""
    if debug:
        os.environ[DEBUG] = "1"


def main() -> None:
    """Run the command line; the exit code is 0, 1 (error), 2 (usage) or 130 (Ctrl-C)."""
    try:
        app(standalone_mode=True)
    except NstError as error:
        _fail(error, str(error), error.hint)
    except ImportError as error:
        _fail(error, *explain_import_error(error))
    except MemoryError as error:
        _fail(error, f"not enough memory: {error}", "choose a smaller --size or --render-scale")


def _fail(error: Exception, message: str, hint: str) -> NoReturn:
    if os.environ.get(DEBUG):
        raise error
    typer.echo(f"error: {message}", err=True)
    for note in getattr(error, "__notes__", []):
        typer.echo(f"note: {note}", err=True)
    if hint:
        typer.echo(f"hint: {hint}", err=True)
    sys.exit(1)
