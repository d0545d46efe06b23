"""Screen capture, on a virtual screen with a window of a known color."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.errors import MissingExtraError, SourceError
from realtime_nst.extras import install_command
from realtime_nst.sources.live import open_live
from realtime_nst.sources.screen import ScreenSource

COLOR = (200, 100, 50)
"""Color in the upper left corner of the screen, in BGR."""


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """800x600, with 400x300 pixels of one color in the upper left corner.

    They are written into the server's memory: a window's first drawing gets lost now and then.
    """
    pytest.importorskip("mss")
    if not shutil.which("Xvfb"):
        pytest.skip("needs Xvfb")
    read, write = os.pipe()
    where = ["-noreset", "-fbdir", str(tmp_path), "-displayfd", str(write)]
    command = ["Xvfb", *where, "-screen", "0", "800x600x24"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as answer:
            monkeypatch.setenv("DISPLAY", f":{answer.readline().strip()}")
        memory = np.memmap(tmp_path / "Xvfb_screen0", np.uint8, "r+")
        pixels = memory[-800 * 600 * 4 :].reshape(600, 800, 4)
        pixels[:300, :400, :3] = COLOR
        yield
        server.terminate()


def test_a_monitor_and_a_part_of_it_are_seen(screen: None) -> None:
    with ScreenSource("0") as source:
        assert (source.info.width, source.info.height, source.live) == (800, 600, True)
    with ScreenSource("100,100,160x120") as source:
        frames = list(islice(source, 3))
    assert frames[0].image.shape == (120, 160, 3)
    assert frames[0].image.flags.c_contiguous
    assert frames[0].image[60, 80].tolist() == list(COLOR)
    assert frames[0].pts == 0
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
        ("700,100,640x480", "exceeds the screen"),
        ("0,0,0x10", "exceeds the screen"),
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
    with pytest.raises(SourceError, match="cannot capture the screen") as caught:
        ScreenSource("0")
    assert "DISPLAY" in caught.value.hint


def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "mss", None)
    with pytest.raises(MissingExtraError) as caught:
        ScreenSource("0")
    assert caught.value.hint == install_command("screen")
