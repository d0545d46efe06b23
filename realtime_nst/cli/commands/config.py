"""The commands ``config show`` and ``config path``."""

from typing import Annotated, Any

import typer

from realtime_nst.cli.config import defaults, file
from realtime_nst.cli.examples import examples
from realtime_nst.cli.help import HelpCommand
from realtime_nst.cli.table import table

app = typer.Typer(no_args_is_help=True)
ANY = {"ignore_unknown_options": True, "allow_extra_args": True}


@app.callback()
def config() -> None:
    """Show the configuration file: defaults of options, and presets.

    Options of any command can stand in the file, for example style = "udnie" at its top, or
    crf = 20 below [video].
    """


@app.command(cls=HelpCommand, short_help="Print the file's path.", epilog=examples("config path"))
def path(context: typer.Context) -> None:
    """Print the path of the configuration file, which need not exist."""
    own = context.meta.get("config")
    typer.echo(str(own or file.default_path()))


@app.command(
    cls=HelpCommand,
    context_settings=ANY,
    short_help="Print where each value comes from.",
    epilog=examples("config show"),
)
def show(
    context: typer.Context,
    command: Annotated[
        list[str],
        typer.Argument(
            metavar="COMMAND [OPTIONS]", help="Command, with any options, as it would be run."
        ),
    ],
) -> None:
    """Print the value of each option of a command, and where it comes from."""
    rows = [("option", "value", "from")]
    parsed = _parse(context, [*command, *context.args])
    for name, option in file.options_of(parsed.command).items():
        if option.hidden:
            continue
        value = parsed.params.get(option.name, parsed.meta.get(option.name))
        rows.append((f"--{name}", _text(value), defaults.source_of(parsed, option.name)))
    typer.echo(table(rows))


def _parse(context: Any, words: list[str]) -> Any:
    """Return the context of a command line that is parsed, but not run."""
    parent = context.find_root()
    command, rest = parent.command, list(words)
    while rest and (inner := getattr(command, "commands", {}).get(rest[0])):
        name, command, rest = rest[0], inner, rest[1:]
        parent = command.make_context(name, list(rest), parent=parent, resilient_parsing=True)
    if parent is context.find_root():
        message = f"{words[0]!r} is not a command; for example: realtime-nst config show video"
        raise typer.BadParameter(message)
    return parent


def _text(value: object) -> str:
    if value in (None, [], ()):
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
