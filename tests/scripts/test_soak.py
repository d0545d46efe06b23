"""The soak script runs and judges; how fast it is here is no test's business."""

import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "scripts" / "soak.py"
SMALL = ("--clip", "synthetic:320x240,30,30", "--size", "320x240", "--device", "cpu")


def soak(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SOAK), *SMALL, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_ages_are_read_from_pixels_and_a_limit_that_is_missed_is_told() -> None:
    ended = soak("--minutes", "0.03", "--fps", "1000", "--age", "5000")
    assert ended.returncode == 1, ended.stderr
    assert " 0 unread" in ended.stdout
    assert "threads left: none" in ended.stdout
    assert "MISSED  at least 1000 fps" in ended.stdout
    assert "the age in the window is" in ended.stdout
    assert ended.stdout.count("kept  ") >= 4


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_nothing_stays_behind_when_all_is_opened_and_closed_again() -> None:
    ended = soak("--cycles", "3", "--sink", "http://127.0.0.1:0/")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "3 times  1 threads" in ended.stdout
