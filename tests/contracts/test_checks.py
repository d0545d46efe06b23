"""What every check of the doctor promises. A new check is one more entry of ``CHECKS``."""

import re
import shlex
from functools import cache
from typing import get_args

import pytest
import typer.main

from realtime_nst.cli.app import app
from realtime_nst.doctor import CHECKS, Finding
from realtime_nst.doctor.finding import Level

COMMAND = re.compile(r"realtime-nst [^#;&]+")


@cache
def found(name: str) -> list[Finding]:
    return list(CHECKS[name]())


every = pytest.mark.parametrize("name", CHECKS)


@every
def test_something_is_said_of_this_machine(name: str) -> None:
    assert found(name)


@every
def test_a_finding_is_a_line_of_a_known_level(name: str) -> None:
    for finding in found(name):
        assert finding.level in get_args(Level)
        assert finding.about
        for text in (finding.line, finding.hint):
            assert "\n" not in text
            assert text == text.strip()
        assert "Traceback" not in finding.line


@every
def test_what_is_not_well_has_a_cure(name: str) -> None:
    for finding in found(name):
        assert finding.line
        assert finding.level == "ok" or finding.hint, finding


@every
def test_a_cure_of_ours_is_a_command_there_is(name: str) -> None:
    """Parsed as when typed, not run."""
    group = typer.main.get_command(app)
    for finding in found(name):
        for line in COMMAND.findall(finding.hint):
            arguments = shlex.split(line)[1:]
            with group.make_context("realtime-nst", list(arguments)) as context:
                named, command, rest = group.resolve_command(context, arguments)  # type: ignore[attr-defined]
                command.make_context(named, list(rest), parent=context)


@every
def test_looking_twice_finds_the_same(name: str) -> None:
    """A check changes nothing: whoever asks again gets the same findings, but for the speed."""
    again = list(CHECKS[name]())
    assert [finding.about for finding in again] == [finding.about for finding in found(name)]
