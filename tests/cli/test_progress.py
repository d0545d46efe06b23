"""Progress without a terminal: a line every ten seconds."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from realtime_nst.cli import messages, progress
from realtime_nst.frame import Frame
from realtime_nst.stats import FrameStats


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def as_json() -> Iterator[None]:
    progress.use("json")
    messages.console.as_json = True
    yield
    progress.use("auto")
    messages.console.as_json = False


def frame(index: int) -> Frame:
    return Frame(np.zeros((1, 1, 3), np.uint8), index, Fraction(index), 0.0)


def test_frames_prints_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    meter = FrameStats(clock)
    with progress.frames(100, meter, clock) as shown:
        for index in range(50):
            clock.now += 0.5
            shown.on_frame(frame(index))
    assert capsys.readouterr().err.splitlines() == [
        "20 of 100 frames, 2.0 fps, 0:40 left",
        "40 of 100 frames, 2.0 fps, 0:30 left",
    ]


def test_frames_without_total(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress.frames(None, FrameStats(clock), clock) as shown:
        for index in range(20):
            clock.now += 1
            shown.on_frame(frame(index))
    assert capsys.readouterr().err.splitlines()[-1] == "20 frames, 1.0 fps"


def test_frames_of_one_image_prints_elapsed_time(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress.frames(1, FrameStats(clock), clock) as shown:
        for _ in range(25):
            clock.now += 1
            shown.on_wait()
    assert capsys.readouterr().err.splitlines() == [
        "0 of 1 frames, 0:10 so far",
        "0 of 1 frames, 0:20 so far",
    ]


def test_steps_prints_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress.steps("sunset", 9, clock) as show:
        for step in range(1, 10):
            clock.now += 4
            show(step, f"{step}/9")
    assert capsys.readouterr().err.splitlines() == ["sunset: 3/9", "sunset: 6/9", "sunset: 9/9"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_say_prints_above_the_bar() -> None:
    import pty

    code = (
        "from realtime_nst.cli import messages, progress\n"
        "with progress.steps('sunset', 2) as show:\n"
        "    show(1, '1/2'); messages.say('preview: 1.png'); show(2, '2/2')\n"
    )
    terminal, stderr = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    subprocess.run([sys.executable, "-c", code], stderr=stderr, env=environment, check=True)
    os.close(stderr)
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)
    before, _, _ = shown.partition("preview: 1.png\r\n")
    assert before != shown
    assert before.endswith("\x1b[2K")  # the bar's line was cleared


@pytest.mark.parametrize(("term", "wanted"), [("xterm", True), ("dumb", False)])
def test_frames_prints_lines_on_dumb_terminal(
    term: str, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert progress.is_interactive() is wanted


@pytest.mark.usefixtures("as_json")
def test_frames_prints_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress.frames(5, FrameStats(clock), clock, file="in.mp4") as shown:
        for index in range(5):
            clock.now += 0.25
            shown.on_frame(frame(index))
    rows = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [row["frame"] for row in rows] == [0, 2, 4, 5]
    assert rows[1] == {
        "stage": "convert",
        "frame": 2,
        "frames": 5,
        "fps": 4.0,
        "eta": 0.8,
        "file": "in.mp4",
    }
    assert (rows[0]["fps"], rows[0]["eta"], rows[-1]["eta"]) == (None, None, 0.0)


@pytest.mark.usefixtures("as_json")
def test_steps_prints_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress.steps("sunset", 3, clock, stage="train") as show:
        for step in range(1, 4):
            clock.now += 0.25
            show(step, f"{step}/3")
    rows = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(row["stage"], row["frame"], row["eta"]) for row in rows] == [
        ("train", 2, 0.2),
        ("train", 3, 0.0),
    ]
    assert (rows[0]["file"], rows[0]["text"]) == ("sunset", "2/3")
