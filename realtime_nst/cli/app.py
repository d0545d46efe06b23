"""The program ``realtime-nst``: register the commands, and print errors."""

import os
import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from realtime_nst import __version__
from realtime_nst.cli.commands import (
    bench,
    cameras,
    config,
    doctor,
    evaluate,
    export,
    gatys,
    image,
    info,
    styles,
    train,
    video,
    webcam,
)
from realtime_nst.cli.examples import examples
from realtime_nst.cli.global_options import DEBUG
from realtime_nst.cli.help import HelpCommand, HelpGroup
from realtime_nst.cli.messages import fail
from realtime_nst.cli.option_aliases import normalize_option
from realtime_nst.errors import NstError
from realtime_nst.extras import explain_import_error
from realtime_nst.models.default_style import DEFAULT_STYLE

CONVERT, LIVE, STYLES, CHECK = "Convert files", "Stylize live", "Make styles", "Check and measure"
"""Groups of commands in the help."""

START = f"""\
Stylize webcams, videos and images in the style of works of art:

  realtime-nst webcam          your camera, live, in the style {DEFAULT_STYLE}
  realtime-nst video in.mp4    a video; the result is in.{DEFAULT_STYLE}.mp4
  realtime-nst image in.jpg    a photo; the result is in.{DEFAULT_STYLE}.jpg

Add --style NAME for another style; `realtime-nst styles` lists them.
`realtime-nst --help` lists all commands."""
"""Printed if no command is given: what most people want."""

app = typer.Typer(
    name="realtime-nst",
    cls=HelpGroup,
    help="Stylize webcams, videos and images in the style of works of art.",
    epilog=examples("realtime-nst"),
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={
        "token_normalize_func": normalize_option,
        "help_option_names": ["-h", "--help"],
    },
)


def _add(
    name: str,
    run: Callable[..., None],
    group: str,
    summary: str,
) -> None:
    """Register a command with its line in the list of commands."""
    text = examples("webcam" if name == "live" else name)
    app.command(name, cls=HelpCommand, short_help=summary, epilog=text, rich_help_panel=group)(run)


def _add_group(name: str, commands: typer.Typer, group: str, summary: str) -> None:
    """Register a group of commands with its line in the list of commands."""
    app.add_typer(
        commands,
        name=name,
        cls=HelpGroup,
        short_help=summary,
        epilog=examples(name),
        rich_help_panel=group,
    )


_add("webcam", webcam.webcam, LIVE, "Stylize a camera, screen or stream.")
_add("live", webcam.webcam, LIVE, "Another name of webcam.")
_add("cameras", cameras.cameras, LIVE, "List the connected cameras.")
_add("video", video.video, CONVERT, "Stylize video files.")
_add("image", image.image, CONVERT, "Stylize image files.")
_add("info", info.info, CONVERT, "Show what a file is and what it was made with.")
_add_group("styles", styles.app, STYLES, "List, show and verify styles.")
_add("train", train.train, STYLES, "Train a network on style images.")
_add("export", export.export, STYLES, "Write a trained network as an ONNX model.")
_add("gatys", gatys.gatys, STYLES, "Stylize a photo by optimizing its pixels.")
_add("doctor", doctor.doctor, CHECK, "Check the installation.")
_add_group("config", config.app, CHECK, "Show the configuration file.")
_add_group("bench", bench.app, CHECK, "Measure the speed of models.")
_add_group("evaluate", evaluate.app, CHECK, "Measure the quality of models.")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"realtime-nst {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Apply the options that belong to the program itself."""
    if context.invoked_subcommand is None:
        typer.echo(START)


def main() -> None:
    """Run the program; its exit code is 0, 1 (error), 2 (usage) or 130 (Ctrl-C)."""
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
    fail(message, hint, getattr(error, "__notes__", []))
    sys.exit(1)
