"""The help of every command: groups, examples, and texts that stand alone."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.cli.examples import EXAMPLES

GROUP: Any = typer.main.get_command(app)


def commands(group: Any = GROUP, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command and group of commands below a group, with its full name."""
    for name, command in group.commands.items():
        full = f"{path} {name}".strip()
        yield full, command
        if hasattr(command, "commands"):
            yield from commands(command, full)


NAMES = [name for name, _ in commands()]
EVERY = [line for lines in EXAMPLES.values() for line in lines]


def help_of(name: str, flag: str = "--help") -> str:
    result = CliRunner().invoke(app, [*name.split(), flag])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_ends_with_examples(name: str) -> None:
    lines = help_of(name).splitlines()
    examples = EXAMPLES["webcam" if name == "live" else name or "realtime-nst"]
    assert lines[-len(examples) - 1 :] == ["Examples:", *(f"  {line}" for line in examples)]


@pytest.mark.parametrize("name", ["", *NAMES])
def test_short_help_option(name: str) -> None:
    assert help_of(name, "-h") == help_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_help_names_what_is_accepted_instead_of_types(name: str) -> None:
    assert not re.search(r"<(str|int|float|path|list|Path)\b", help_of(name))


@pytest.mark.parametrize(("name", "command"), [*commands()])
def test_every_parameter_has_a_help_text(name: str, command: Any) -> None:
    for parameter in command.params:
        assert parameter.hidden or parameter.help, f"{name}: {parameter.name}"


@pytest.mark.parametrize("name", ["", "styles", "evaluate", "bench"])
def test_command_list_is_not_shortened(name: str) -> None:
    assert "..." not in help_of(name).replace("[ARGS]...", "")


def test_options_and_commands_are_grouped() -> None:
    headings = re.findall(r"^(\S.*):$", help_of("webcam"), re.MULTILINE)
    assert {"Input", "Output", "Style", "Performance", "Options"} <= set(headings)
    assert {"Stylize live", "Convert files"} <= set(
        re.findall(r"^(\S.*):$", help_of(""), re.MULTILINE)
    )


@pytest.mark.parametrize("example", EVERY)
def test_examples_can_be_parsed(example: str) -> None:
    program, *rest = shlex.split(example)
    assert program == "realtime-nst"
    parsed, context = GROUP, GROUP.make_context("realtime-nst", list(rest))
    while hasattr(parsed, "commands") and rest and rest[0] in parsed.commands:
        name, *rest = rest
        parsed = parsed.commands[name]
        context = parsed.make_context(name, list(rest), parent=context)
    assert context.command is parsed
