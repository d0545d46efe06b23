"""Files that are played in real time, on a clock of the tests."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.frame import Frame
from realtime_nst.sources import Source, open_source
from realtime_nst.sources.paced import PacedSource
from realtime_nst.sources.synthetic import SyntheticSource


class Clock:
    """Stands still but for the waits, which it notes."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def paced(source: Source, clock: Clock) -> PacedSource:
    return PacedSource(lambda: source, clock=clock, sleep=clock.sleep)


def test_a_video_keeps_its_timestamps_and_loops() -> None:
    clock = Clock()
    with paced(SyntheticSource(32, 32, Fraction(10), 3), clock) as source:
        frames = list(islice(source, 7))
    assert [frame.index for frame in frames] == list(range(7))
    assert [frame.pts for frame in frames] == [Fraction(n, 10) for n in range(7)]
    assert clock.waits == pytest.approx([0, *[0.1] * 6])
    assert (source.info.frames, source.info.path) == (None, None)


def test_it_ends_where_it_is_not_to_start_over() -> None:
    clock = Clock()
    film = SyntheticSource(32, 32, Fraction(10), 3)
    with PacedSource(lambda: film, loop=False, clock=clock, sleep=clock.sleep) as source:
        assert len(list(source)) == 3


def test_a_still_is_shown_all_the_time_and_read_once_a_second(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(cv2.imencode(".png", np.full((20, 30, 3), 7, np.uint8))[1].tobytes())
    clock, opened = Clock(), []

    def reopen() -> Source:
        opened.append(clock.now)
        return open_source(path)

    with PacedSource(reopen, clock=clock, sleep=clock.sleep) as source:
        frames = list(islice(source, 60))
    times = [float(frame.pts) for frame in frames]
    assert times == sorted(set(times))
    assert max(np.diff(times)) < 0.081
    assert times[-1] == pytest.approx(2.4, abs=0.1)
    assert opened == pytest.approx([0, 0, 1, 2])
    assert [frame.index for frame in frames] == list(range(60))


def test_a_gap_in_a_video_repeats_the_last_frame() -> None:
    class Gap(SyntheticSource):
        def __iter__(self) -> Iterator[Frame]:
            for index, pts in enumerate((Fraction(0), Fraction(1))):
                yield Frame(np.full((32, 32, 3), index, np.uint8), index, pts, 0.0)

    with paced(Gap(32, 32, Fraction(10), 2), Clock()) as source:
        frames = list(islice(source, 5))
    greys = [int(frame.image[0, 0, 0]) for frame in frames]
    assert greys == [0, 0, 0, 0, 1]
    assert [float(frame.pts) for frame in frames] == pytest.approx([0, 0.2, 0.4, 0.6, 1])


def test_after_a_standstill_later_frames_are_delayed_and_not_hurried() -> None:
    clock = Clock()

    class Stalling(SyntheticSource):
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                clock.now += 5.0 if frame.index == 2 else 0.0
                yield frame

    with paced(Stalling(32, 32, Fraction(10), 5), clock) as source:
        shown = []
        for frame in islice(source, 5):
            shown.append(clock.now)
            assert frame.image.size
    assert np.diff(shown) == pytest.approx([0.1, 5.0, 0.1, 0.1])
