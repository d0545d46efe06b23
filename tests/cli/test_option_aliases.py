"""Options keep their old spellings, and show one."""

import pytest
import typer.main

from realtime_nst.cli.app import app


@pytest.mark.parametrize(
    ("command", "shown", "spellings", "value"),
    [
        ("webcam", "--stabilize", ["--stabilise"], "0.5"),
        ("live", "--stabilize", ["--stabilise"], "0.5"),
        ("video", "--stabilize", ["--stabilise"], "0.5"),
        ("webcam", "--keep-colors", ["--keep-colours", "--keep-colour", "--keep-color"], None),
        ("gatys", "--keep-colors", ["--keep-colours", "--keep-colour", "--keep-color"], "match"),
    ],
)
def test_old_spellings_of_options(
    command: str, shown: str, spellings: list[str], value: str | None
) -> None:
    group = typer.main.get_command(app)
    needed = {"video": ["a.mp4", "b.mp4", "-s", "x"], "gatys": ["a.jpg", "b.jpg", "-o", "c.png"]}
    parsed = []
    for option in (shown, *spellings):
        arguments = [command, *needed.get(command, []), option, *([value] if value else [])]
        with group.make_context("realtime-nst", arguments) as context:
            name, found, rest = group.resolve_command(context, arguments)  # type: ignore[attr-defined]
            with found.make_context(name, list(rest), parent=context) as made:
                parsed.append(made.params)
                help_text = made.get_help()
    assert all(each == parsed[0] for each in parsed)
    assert shown in help_text
    assert not any(f"{option} " in help_text for option in spellings)
