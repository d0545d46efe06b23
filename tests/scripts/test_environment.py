"""The scripts a newcomer runs first, with whatever Python there is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
FIRST = ("environment.py", "check.py", "demo.py")


def run(*arguments: object, old: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a script; ``old`` makes Python say that it is 3.8."""
    pretend = "sys.version_info = (3, 8, 18, 'final', 0); " if old else ""
    code = (
        f"import runpy, sys, argparse, venv; {pretend}"
        "sys.argv = sys.argv[1:]; sys.path.insert(0, sys.argv[0].rpartition('/')[0]); "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", FIRST)
def test_an_old_python_is_told_what_is_needed(name: str) -> None:
    script = SCRIPTS / name
    ast.parse(script.read_text(encoding="utf-8"), feature_version=(3, 7))
    refused = run(script, old=True)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Python 3.11 or newer is needed")


@pytest.mark.parametrize("name", ["environment.py", "demo.py"])
def test_help_installs_nothing(name: str) -> None:
    shown = run(SCRIPTS / name, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"usage: {name} [-h]")


@pytest.mark.parametrize(
    ("name", "argument", "message"),
    [
        ("environment.py", "trian", "there is no extra trian; extras: "),
        ("demo.py", "none.mp4", "there is no none.mp4"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_installed(
    name: str, argument: str, message: str
) -> None:
    refused = run(SCRIPTS / name, argument)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert refused.stdout == ""
