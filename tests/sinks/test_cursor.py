"""The cursor is hidden while it rests on a full screen."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from realtime_nst.sinks.cursor import IDLE_SECONDS, CursorHider
from tests.sinks.test_window import at, screen  # noqa: F401  (a fixture)


class Mouse:
    """A mouse, and a clock."""

    def __init__(self) -> None:
        self.place, self.now = (5, 5), 0.0
        self.shown: list[bool] = []

    def position(self) -> tuple[int, int]:
        return self.place

    def show(self, visible: bool) -> None:
        self.shown.append(visible)


def test_the_cursor_hides_when_it_rests_and_comes_back_when_it_moves() -> None:
    mouse = Mouse()
    with CursorHider(mouse, lambda: mouse.now) as cursor:
        for fullscreen, seconds, place in (
            (True, 0.0, (5, 5)),
            (True, IDLE_SECONDS + 0.1, (5, 5)),
            (True, 0.1, (5, 5)),
            (True, 0.1, (6, 5)),
            (True, IDLE_SECONDS + 0.1, (6, 5)),
            (False, 0.1, (6, 5)),
            (False, IDLE_SECONDS + 0.1, (6, 5)),
            (True, 0.1, (6, 5)),
        ):
            mouse.now, mouse.place = mouse.now + seconds, place
            cursor.update(fullscreen)
    assert mouse.shown == [False, True, False, True, False, True]


def test_without_a_pointer_nothing_happens() -> None:
    with CursorHider(None) as cursor:
        cursor.update(True)


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb")
def test_an_x_server_answers(screen: str) -> None:  # noqa: F811
    code = (
        "from realtime_nst.sinks.cursor import X11Pointer\n"
        "pointer = X11Pointer()\nprint(pointer.position())\n"
        "pointer.show(False)\npointer.show(True)\nprint(pointer.position())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=at(screen), capture_output=True, text=True, check=True
    )
    assert len(set(done.stdout.split("\n")[:2])) == 1


def test_without_an_x_server_there_is_no_pointer() -> None:
    code = "from realtime_nst.sinks.cursor import system_pointer\nprint(system_pointer())"
    hidden = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=hidden | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sys.platform == "win32" or done.stdout.strip() == "None"
