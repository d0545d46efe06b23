"""The screen as a source, on a virtual one with a window of a known colour."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice

import pytest

from realtime_nst.errors import MissingExtra, SourceError
from realtime_nst.extras import install_command
from realtime_nst.sources.live import open_live
from realtime_nst.sources.screen import ScreenSource

WINDOW = """
import sys, threading
import cv2, numpy as np
closed = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), closed.set()), daemon=True).start()
cv2.namedWindow("w", cv2.WINDOW_AUTOSIZE)
cv2.moveWindow("w", 0, 0)
image = np.full((300, 400, 3), (200, 100, 50), np.uint8)
cv2.imshow("w", image)
cv2.waitKey(200)
print(flush=True)
while not closed.is_set():  # on a busy machine the first drawing may get lost
    cv2.imshow("w", image)
    cv2.waitKey(20)
"""


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """800x600, in whose upper left corner a window is."""
    pytest.importorskip("mss")
    if not shutil.which("Xvfb"):
        pytest.skip("needs Xvfb")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as answer:
            monkeypatch.setenv("DISPLAY", f":{answer.readline().strip()}")
        shown = [sys.executable, "-c", WINDOW]
        with subprocess.Popen(shown, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as window:
            assert window.stdout
            assert window.stdout.readline(), "the window has ended"
            yield
            window.communicate()
        server.terminate()


def test_a_monitor_and_a_part_of_it_are_seen(screen: None) -> None:
    with ScreenSource("0") as source:
        assert (source.info.width, source.info.height, source.live) == (800, 600, True)
    with ScreenSource("100,100,160x120") as source:
        stream = iter(source)
        # At once only if nothing is busy.
        first = next(f for f in islice(stream, 600) if f.image[60, 80].any())
        frames = [first, *islice(stream, 2)]
    assert frames[0].image.shape == (120, 160, 3)
    assert frames[0].image.flags.c_contiguous
    assert frames[0].image[60, 80].tolist() == [200, 100, 50]
    assert first.index > 0 or first.pts == 0
    assert [frame.pts for frame in frames] == sorted({frame.pts for frame in frames})


def test_it_comes_at_its_rate_and_through_open_live(screen: None) -> None:
    waits: list[float] = []
    with ScreenSource("100,100,64x48", clock=lambda: 5.0, sleep=waits.append) as source:
        list(islice(source, 3))
    assert waits == pytest.approx([0, 1 / 30, 2 / 30])
    with open_live("screen:100,100,64x48") as live:
        assert next(iter(live)).image.shape == (48, 64, 3)
    with open_live("screen") as live:
        assert live.info.width == 800


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("7", "no monitor 7"),
        ("nonsense", "cannot read screen:nonsense"),
        ("700,100,640x480", "not all on the screen"),
        ("0,0,0x10", "not all on the screen"),
    ],
)
def test_what_is_not_there(screen: None, address: str, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        ScreenSource(address)
    assert caught.value.hint


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is asked for its name")
def test_without_a_display_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mss")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(SourceError, match="screen cannot be read") as caught:
        ScreenSource("0")
    assert "DISPLAY" in caught.value.hint


def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "mss", None)
    with pytest.raises(MissingExtra) as caught:
        ScreenSource("0")
    assert caught.value.hint == install_command("screen")
