"""Completion in real shells' own protocol, and quickly: nothing heavy is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from realtime_nst.cli import completion


def completed(shell: str, *words: str) -> str:
    """Return what the program answers when a shell asks it to complete the last word."""
    code = (
        "import sys; sys.argv = ['realtime-nst']\n"
        "from realtime_nst.cli.app import main\n"
        "try: main()\n"
        "finally: print([n for n in ('numpy', 'cv2', 'av') if n in sys.modules], file=sys.stderr)"
    )
    line = " ".join(["realtime-nst", *words])
    environment = {
        **os.environ,
        "_REALTIME_NST_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words)),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words[-1],
    }
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert result.stderr.strip() == "[]", result.stderr
    return result.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("vid",), "video"),
        (("video", "--style", "inv"), "invert"),
        (("webcam", "-s", "star"), "starry-night"),
        (("video", "--codec", "pro"), "prores"),
        (("image", "--device", "open"), "openvino"),
        (("video", "--tier", "joh"), "johnson"),
        (("video", "--preset", "arch"), "archive"),
        (("image", "--preset", "pho"), "phone"),
    ],
)
def test_shell_completes(models: Path, shell: str, words: tuple[str, ...], expected: str) -> None:
    assert expected in completed(shell, *words)


def test_values_are_those_of_the_program() -> None:
    from realtime_nst.inference.devices import DEVICES
    from realtime_nst.sinks.video.codecs import CODECS

    assert set(DEVICES) <= set(completion.DEVICES)
    assert set(completion.CODECS) <= set(CODECS)


def test_no_command_shows_what_most_people_want() -> None:
    command = [sys.executable, "-m", "realtime_nst"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in result.stdout.splitlines() if line.startswith("  realtime-nst")]
    assert [line.split()[1] for line in lines] == ["webcam", "video", "image"]
