"""A live source that fails: its last frame repeats, and it reconnects."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_io.write import write_image
from realtime_nst.sources.camera.capture import CameraRequest
from realtime_nst.sources.live import LiveSource, open_live, wait_for_source
from realtime_nst.sources.network.address import open_url
from realtime_nst.sources.paced import PacedSource
from realtime_nst.sources.reconnecting import MAX_DELAY, ReconnectingSource, fitted, waits
from realtime_nst.stages import no_op
from tests.helpers.http_camera import running

PATIENCE = 10.0
"""Seconds a test waits for what should come at once."""


class Fake:
    """A camera that yields ``count`` gray frames, each when ``allowed``, and then fails."""

    live = True

    def __init__(self, grey: int = 0, count: int = 1, *, quietly: bool = False) -> None:
        self.info = StreamInfo("camera 7", 32, 24, None, None)
        self.closed = 0
        self._grey, self._count, self._quietly = grey, count, quietly

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self._count):
            image = np.full((24, 32, 3), self._grey, np.uint8)
            yield Frame(image, index, Fraction(index), index / 10)
        if not self._quietly:
            raise SourceError("camera 7 shows nothing any more", "is it still plugged in?")

    def __enter__(self) -> "Fake":
        return self

    def __exit__(self, *details: object) -> None:
        self.closed += 1


class Waits:
    """Records the delays it is called with, and returns ``stop`` the last time."""

    def __init__(self, last: int) -> None:
        self.seconds: list[float] = []
        self._last = last

    def __call__(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return len(self.seconds) >= self._last


def opening(*turns: Fake | SourceError) -> Callable[[], Fake]:
    """Opens one after the other; the last one again and again."""
    waiting = list(turns)

    def reopen() -> Fake:
        turn = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(turn, SourceError):
            raise turn
        return turn

    return reopen


GONE = SourceError("there is no camera 7", "plug it in")


def test_waits_double_up_to_the_longest() -> None:
    assert list(islice(waits(), 6)) == [0.5, 1, 2, 4, MAX_DELAY, MAX_DELAY]


def test_one_that_is_not_there_at_first_is_an_error_at_once() -> None:
    with pytest.raises(SourceError, match="there is no camera 7"):
        ReconnectingSource(opening(GONE))


def test_it_reconnects_with_growing_delays_until_closed() -> None:
    first, pause = Fake(), Waits(5)
    with ReconnectingSource(opening(first, GONE), pause=pause) as source:
        frames = list(source)
    assert pause.seconds == [0.5, 1, 2, 4, 5]
    assert len(frames) == 1
    assert first.closed >= 1


def test_it_gives_up_when_its_patience_is_over() -> None:
    now = iter(range(1000))
    source = ReconnectingSource(
        opening(Fake(), GONE), patience=3, clock=lambda: next(now), pause=Waits(99)
    )
    with source, pytest.raises(SourceError, match="there is no camera 7") as caught:
        list(source)
    assert caught.value.hint == "plug it in"


def test_what_ends_quietly_ends_here_too() -> None:
    with ReconnectingSource(opening(Fake(quietly=True)), pause=Waits(1)) as source:
        assert len(list(source)) == 1


def test_the_last_frame_repeats_with_a_notice_until_it_reconnects() -> None:
    back = threading.Event()

    def pause(seconds: float) -> bool:
        return not back.wait(PATIENCE)

    with ReconnectingSource(opening(Fake(50), Fake(90, quietly=True)), pause=pause) as source:
        coming = iter(source)
        shown = list(islice(coming, 4))
        assert [frame.image.mean() for frame in shown] == [50] * 4
        assert "camera 7: no frame for" in source.notice
        back.set()
        after = list(coming)
        assert after[-1].image.mean() == 90
        assert source.notice == ""
    frames = [*shown, *after]
    assert [frame.index for frame in frames] == sorted({frame.index for frame in frames})
    assert [frame.pts for frame in frames] == sorted({frame.pts for frame in frames})
    assert frames[0].pts == 0


def test_a_read_that_hangs_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither frames, nor the notice, nor the end."""
    monkeypatch.setattr("realtime_nst.sources.reconnecting.CLOSE_TIMEOUT", 0.01)
    monkeypatch.setattr("realtime_nst.sources.reconnecting.NOTICE_AFTER", 0.0)
    released = threading.Event()

    class Hanging(Fake):
        def __iter__(self) -> Iterator[Frame]:
            yield from islice(super().__iter__(), 1)
            released.wait(PATIENCE)

    source = ReconnectingSource(opening(Hanging()))
    assert len(list(islice(source, 3))) == 3
    assert source.notice
    with pytest.warns(UserWarning, match="the camera hangs"):
        source.__exit__(None, None, None)
    released.set()


def test_one_that_comes_back_in_another_size_is_fitted_in() -> None:
    wide = np.full((10, 40, 3), 200, np.uint8)
    image = fitted(wide, 20, 20)
    assert image.shape == (20, 20, 3)
    assert (image[8:12] > 190).all()
    assert image[:7].max() == image[13:].max() == 0
    assert fitted(wide, 40, 10) is wide


def test_a_camera_that_restarts_resumes() -> None:
    """A process; the waits are cut short, not the camera."""
    like = ("--clip", "synthetic:64x48,30,5", "--rate", 30)
    there = threading.Event()

    def pause(seconds: float) -> bool:
        return not there.wait(PATIENCE)

    with running(*like) as (url, process):
        port = url.split(":")[2].split("/")[0]
        source = ReconnectingSource(lambda: open_url(url), pause=pause)
        coming = iter(source)
        last = next(coming)
        process.kill()
    with source:
        for _ in range(3):
            lost = next(frame for frame in coming if source.notice)
            with running(*like, "--port", port):
                there.set()
                back = next(frame for frame in coming if not source.notice)
                there.clear()
            assert back.index > lost.index > last.index
            assert back.pts > lost.pts > last.pts
            last = back
        there.set()


def test_files_are_played_as_if_live_and_the_rest_is_steady() -> None:
    with open_live("synthetic:32x32,30,3") as source:
        assert isinstance(source, PacedSource)
        assert source.notice == ""
    camera = running("--clip", "synthetic:64x48,30,5", "--rate", 30)
    with camera as (url, _), open_live(url) as source:
        assert isinstance(source, ReconnectingSource)
        assert next(iter(source)).image.shape == (48, 64, 3)
    with pytest.raises(SourceError, match="no file and no camera named") as caught:
        open_live("film.mp4")
    assert "cameras" in caught.value.hint


def test_what_came_before_anyone_looked_is_no_dropped_frame() -> None:
    done = threading.Event()

    class Fast(Fake):
        def __iter__(self) -> Iterator[Frame]:
            yield from super().__iter__()
            done.set()

    with ReconnectingSource(opening(Fast(count=20, quietly=True))) as source:
        assert done.wait(PATIENCE)
        frames = list(source)
    assert [frame.index for frame in frames] == [0]
    assert frames[0].pts == 0


@pytest.mark.parametrize(
    ("address", "kind"), [("synthetic:32x32,30,3", "recording"), ("http://127.0.0.1:9/x", "stream")]
)
def test_a_file_cannot_be_asked_to_be_another(address: str, kind: str) -> None:
    with pytest.raises(SourceError, match=f"it is a {kind}") as raised:
        open_live(address, CameraRequest((640, 480)))
    assert "--working-size" in raised.value.hint


def test_a_source_without_a_name_is_refused() -> None:
    with pytest.raises(SourceError, match="without a name"):
        open_live("")


def test_numbered_images_are_played_as_a_video(tmp_path: Path) -> None:
    for number in range(3):
        write_image(tmp_path / f"{number:02}.png", np.full((24, 32, 3), 60 * number, np.uint8))
    with open_live(str(tmp_path / "%02d.png"), loop=False) as source:
        assert source.info.rate == 25
        assert [round(frame.image.mean()) for frame in source] == [0, 60, 120]


def test_a_source_is_waited_for_and_each_reason_told_once() -> None:
    told: list[str] = []
    other = SourceError("camera 7 is in use", "")
    opener = opening(GONE, GONE, other, GONE, Fake())
    found = wait_for_source(
        cast(Callable[[], LiveSource], opener), lambda error: told.append(str(error)), no_op
    )
    assert isinstance(found, Fake)
    assert told == [str(GONE), str(other), str(GONE)]


def test_frames_that_the_source_skipped_count_as_dropped() -> None:
    class Skipping(Fake):
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                allowed.acquire()
                yield replace(frame, index=5 * frame.index)

    allowed = threading.Semaphore(1)
    indices = []
    with ReconnectingSource(opening(Skipping(count=3, quietly=True))) as source:
        for frame in source:
            indices.append(frame.index)
            allowed.release()
    assert indices == [0, 5, 10]
