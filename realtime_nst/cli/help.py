"""Format the help of commands: options and commands in groups, examples at the end."""

from collections.abc import Callable, Iterable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from realtime_nst.cli import global_options, parsing_hooks
from realtime_nst.cli.config import defaults

ARGUMENTS, OPTIONS, COMMANDS = "Arguments", "Options", "Commands"
"""Headings of what has no group of its own."""
Row = tuple[str, str]
"""Left and right column of a line of help."""


class HelpCommand(TyperCommand):
    """A command whose help has option groups and an ``Examples:`` block.

    ``rich_help_panel`` names the group of an option, and ``epilog`` holds one example per line:
    without rich's markup, Typer would ignore the first and join the lines of the second.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._own = _add_global_options(self)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line with the user's defaults, and apply the global options."""
        return _parse(self, super().parse_args, ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words after the command in the usage line."""
        arguments = (each for each in self.get_params(ctx) if each.param_type_name == "argument")
        return [*([self.options_metavar] if self.options_metavar else []), *map(_label, arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options, in one section for each group."""
        _write_sections(_option_rows(self, ctx), formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        _write_examples(self.epilog, formatter)


class HelpGroup(TyperGroup):
    """A group of commands, see ``HelpCommand``; its commands are listed in groups, too."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._own = _add_global_options(self)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line with the user's defaults, and apply the global options."""
        return _parse(self, super().parse_args, ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, then the commands."""
        _write_sections(_option_rows(self, ctx), formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, in one section for each group."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        limit = formatter.width
        rows = (
            (
                getattr(each, "rich_help_panel", None) or COMMANDS,
                (name, each.get_short_help_str(limit)),
            )
            for name, each in commands
            if each and not each.hidden
        )
        _write_sections(rows, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        _write_examples(self.epilog, formatter)


def _parse(
    command: "HelpCommand | HelpGroup",
    parse: Callable[[Any, list[str]], list[str]],
    ctx: Any,
    args: list[str],
) -> list[str]:
    """Parse a command line by Typer's own method, with the user's defaults around it."""
    given = parsing_hooks.before(command, ctx, args)
    try:
        rest = parse(ctx, args)
    except typer.BadParameter as error:
        raise defaults.explain(ctx, error) from None
    parsing_hooks.after(command, ctx, given, command._own)
    return rest


def _add_global_options(command: Any) -> frozenset[str]:
    """Add the options that a command does not have itself; return the names of its own."""
    own = frozenset(parameter.name for parameter in command.params)
    command.params = [*command.params, *global_options.missing_from(command.params)]
    return own


def _label(argument: Any) -> str:
    """Return the name of an argument without the Python type that Typer would add."""
    return str(argument.metavar or argument.name.upper())


def _option_rows(command: Any, ctx: typer.Context) -> list[tuple[str, Row]]:
    """Return each argument and option with the name of its group.

    A command that groups less than half of its options, shared ones such as ``--device``, gets a
    single group.
    """
    rows: list[tuple[str, Row]] = []
    for parameter in command.get_params(ctx):
        if row := parameter.get_help_record(ctx):
            if parameter.param_type_name == "argument":
                rows.append((ARGUMENTS, (_label(parameter), row[1])))
            else:
                rows.append((getattr(parameter, "rich_help_panel", None) or OPTIONS, row))
    options = [group for group, _ in rows if group != ARGUMENTS]
    if 2 * options.count(OPTIONS) > len(options):
        return [(group if group == ARGUMENTS else OPTIONS, row) for group, row in rows]
    return rows


def _write_sections(rows: Iterable[tuple[str, Row]], formatter: Any) -> None:
    sections: dict[str, list[Row]] = {}
    for section, row in rows:
        sections.setdefault(section, []).append(row)
    general = sections.pop(OPTIONS, None)  # among them --help: they end the list
    for section, lines in [*sections.items(), *([(OPTIONS, general)] if general else [])]:
        with formatter.section(section):
            formatter.write_dl(lines)


def _write_examples(examples: str | None, formatter: Any) -> None:
    if examples:
        with formatter.section("Examples"):
            for line in examples.splitlines():
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
