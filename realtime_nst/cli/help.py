"""Format the help of commands: options and commands in groups, examples at the end."""

from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

Row = tuple[str, str]
"""Left and right column of a line of help."""


class HelpCommand(TyperCommand):
    """A command whose help has option groups and an ``Examples:`` block.

    ``rich_help_panel`` names the group of an option, and ``epilog`` holds one example per line:
    without rich's markup, Typer would ignore the first and join the lines of the second.
    """

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options, in one section for each group."""
        _write_sections(_option_rows(self, ctx), formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        _write_examples(self.epilog, formatter)


class HelpGroup(TyperGroup):
    """A group of commands, see ``HelpCommand``; its commands are listed in groups, too."""

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
                getattr(each, "rich_help_panel", None) or "Commands",
                (name, each.get_short_help_str(limit)),
            )
            for name, each in commands
            if each and not each.hidden
        )
        _write_sections(rows, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        _write_examples(self.epilog, formatter)


def _option_rows(command: Any, ctx: typer.Context) -> Iterable[tuple[str, Row]]:
    """Yield each argument and option with the name of its group."""
    for parameter in command.get_params(ctx):
        if row := parameter.get_help_record(ctx):
            is_argument = parameter.param_type_name == "argument"
            group = getattr(parameter, "rich_help_panel", None) or "Options"
            yield ("Arguments" if is_argument else group), row


def _write_sections(rows: Iterable[tuple[str, Row]], formatter: Any) -> None:
    sections: dict[str, list[Row]] = {}
    for section, row in rows:
        sections.setdefault(section, []).append(row)
    general = sections.pop("Options", None)  # among them --help: they end the list
    for section, lines in [*sections.items(), *([("Options", general)] if general else [])]:
        with formatter.section(section):
            formatter.write_dl(lines)


def _write_examples(examples: str | None, formatter: Any) -> None:
    if examples:
        with formatter.section("Examples"):
            for line in examples.splitlines():
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
