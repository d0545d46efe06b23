"""Options keep their old spellings, and show one."""

from typing import Any

import pytest
import typer.main

from realtime_nst.cli.app import app


def context_of(names: list[str], arguments: list[str]) -> Any:
    """Parse the arguments of a command, given by its full name."""
    command: Any = typer.main.get_command(app)
    words = [*names, *arguments]
    context = command.make_context("realtime-nst", list(words))
    for name in names:
        words = words[1:]
        command = command.commands[name]
        context = command.make_context(name, list(words), parent=context)
    return context


@pytest.mark.parametrize(
    ("command", "shown", "spellings", "value"),
    [
        ("webcam", "--stabilize", ["--stabilise"], "0.5"),
        ("live", "--stabilize", ["--stabilise"], "0.5"),
        ("video", "--stabilize", ["--stabilise"], "0.5"),
        ("webcam", "--keep-colors", ["--keep-colours", "--keep-colour", "--keep-color"], None),
        ("video", "--keep-colors", ["--keep-colours", "--keep-colour", "--keep-color"], None),
        ("image", "--keep-colors", ["--keep-colours", "--keep-colour", "--keep-color"], None),
        ("train", "--init-from", ["--begin"], "runs/other"),
        ("train", "--from-scratch", ["--scratch"], None),
        ("evaluate stability", "--ground-truth", ["--truth"], "flow"),
        ("gatys", "--keep-colors", ["--keep-colours", "--keep-colour", "--keep-color"], "match"),
    ],
)
def test_old_spellings_of_options(
    command: str, shown: str, spellings: list[str], value: str | None
) -> None:
    needed = {
        "video": ["a.mp4", "b.mp4", "-s", "x"],
        "image": ["a.jpg", "b.jpg", "-s", "x"],
        "gatys": ["a.jpg", "b.jpg", "-o", "c.png"],
        "train": ["a.jpg"],
        "evaluate stability": ["x"],
    }
    parsed = []
    for option in (shown, *spellings):
        arguments = [*needed.get(command, []), option, *([value] if value else [])]
        context = context_of(command.split(), arguments)
        parsed.append(context.params)
        help_text = context.get_help()
    assert all(each == parsed[0] for each in parsed)
    assert shown in help_text
    assert not any(f"{option} " in help_text for option in spellings)
