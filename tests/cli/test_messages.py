"""What the commands print besides their results: levels, the log, and JSON for programs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.video_clips import Clip, make

COMMAND = [sys.executable, "-m", "realtime_nst"]
STYLE = ["-s", "invert", "--device", "cpu"]


@pytest.fixture
def clip(models: Path, tmp_path: Path) -> Path:
    return make(tmp_path / "in.mp4", Clip())


def video(
    clip: Path, *options: object, before: tuple[str, ...] = (), code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Convert a video in a real process."""
    command = [*COMMAND, *before, "video", str(clip), str(clip.parent / "out.mkv"), "-y", *STYLE]
    result = subprocess.run(
        [*command, *map(str, options)], capture_output=True, text=True, check=False, env=os.environ
    )
    assert result.returncode == code, result.stderr
    return result


@pytest.mark.parametrize("before", [True, False])
def test_quiet_prints_nothing(clip: Path, before: bool) -> None:
    result = video(clip, before=("-q",)) if before else video(clip, "--quiet")
    assert (result.stdout, result.stderr) == ("", "")
    assert (clip.parent / "out.mkv").exists()


def test_quiet_prints_errors(clip: Path) -> None:
    result = video(clip, "-q", "--codec", "nothing", code=1)
    assert re.match(r"error: .*nothing", result.stderr)
    assert "hint: " in result.stderr


def test_log_level(clip: Path) -> None:
    assert video(clip, "--log-level", "error").stderr == ""
    lines = video(clip, "--log-level", "DEBUG").stderr.splitlines()
    assert any(
        re.match(r"info: realtime_nst\.inference\.\w+: opening tiny-invert on cpu fp32", line)
        for line in lines
    )


def test_verbose_prints_log(clip: Path) -> None:
    assert "info: realtime_nst.models.registry: style invert: " in video(clip, "-v").stderr
    assert "info: " not in video(clip).stderr


def test_log_file_has_messages_and_log(clip: Path, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "run.log"
    video(clip, "-q", "--log-file", log)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (INFO|DEBUG) ", line) for line in lines)
    text = "\n".join(lines)
    assert "realtime_nst.models.registry: style invert: " in text
    assert re.search(r"realtime_nst.cli.messages: .*out.mkv: 10 frames in ", text)
    video(clip, "-q", "--log-file", log)
    assert log.read_text(encoding="utf-8").startswith(text)  # a log is appended to


def test_log_file_cannot_be_written(clip: Path) -> None:
    result = video(clip, "--log-file", clip / "run.log", code=1)
    assert result.stderr.startswith(f"error: cannot write {clip}/run.log: ")


@pytest.mark.parametrize("option", ["--log-level", "--progress"])
def test_unknown_value(clip: Path, option: str) -> None:
    result = video(clip, option, "much", code=2)
    assert f"Invalid value for {option}: 'much' is none of " in result.stderr


def test_json_progress_is_all_json(clip: Path) -> None:
    result = video(clip, "--progress", "json")
    rows = [json.loads(line) for line in result.stderr.splitlines()]
    frames = [row for row in rows if row["stage"] == "convert"]
    assert (frames[0]["frame"], frames[-1]["frame"]) == (0, 10)
    assert {row["file"] for row in frames} == {str(clip)}
    assert rows[-1]["stage"] == "message"
    assert result.stdout == ""


def test_json_progress_reports_errors(clip: Path) -> None:
    result = video(clip, "--progress", "json", "--codec", "nothing", code=1)
    (row,) = [json.loads(line) for line in result.stderr.splitlines()]
    assert row["stage"] == "error"
    assert row["hint"]
