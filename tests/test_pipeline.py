"""The whole pipeline with a synthetic source and simple sinks."""

import threading
from collections.abc import Iterator
from fractions import Fraction
from time import perf_counter, sleep

import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame
from realtime_nst.pipeline import queue_policy, run
from realtime_nst.sinks.null import NullSink
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.stats import FrameStats, StageTimer


class Full(NullSink):
    """A disk with room for three frames."""

    room = 3

    def write(self, frame: Frame) -> None:
        if frame.index >= self.room:
            raise SinkError("full")


def same(frame: Frame) -> Frame:
    """Return the frame itself, in place of a style."""
    return frame


def test_run_keeps_all_frames_of_a_file() -> None:
    shown: list[Frame] = []
    source = SyntheticSource(32, 24, Fraction(30000, 1001), 20)
    run(source, same, NullSink(source.info), on_frame=shown.append)
    assert [frame.index for frame in shown] == list(range(20))
    assert [frame.pts for frame in shown] == [index * Fraction(1001, 30000) for index in range(20)]


def test_run_live_reports_dropped_frames() -> None:
    source = SyntheticSource(32, 24, frames=50)
    source.live = True
    dropped: list[Frame] = []
    meter = FrameStats()
    run(source, same, NullSink(source.info), on_frame=meter.record, on_drop=dropped.append)
    assert meter.frames + meter.dropped == 50
    assert meter.dropped == len(dropped)


def test_run_stops_when_asked() -> None:
    source = SyntheticSource(32, 24)
    shown: list[Frame] = []
    sink = NullSink(source.info)
    run(source, same, sink, on_frame=shown.append, stopped=lambda: bool(shown))
    assert len(shown) == 1


def test_run_on_wait_and_stop() -> None:
    wanted = threading.Event()

    def slow(frame: Frame) -> Frame:
        wanted.wait(10)
        return frame

    waits: list[int] = []

    def on_wait() -> None:
        waits.append(1)
        if len(waits) == 3:
            wanted.set()

    source = SyntheticSource(32, 24, frames=5)
    shown: list[Frame] = []
    run(source, slow, NullSink(source.info), on_frame=shown.append, on_wait=on_wait)
    assert len(shown) == 5
    assert len(waits) >= 3

    def stopped() -> bool:
        wanted.set()  # the stylizer must end, too
        return True

    wanted.clear()
    run(source, slow, NullSink(source.info), on_frame=shown.append, stopped=stopped)
    assert len(shown) == 5


def test_run_raises_error_of_sink() -> None:
    source = SyntheticSource(32, 24)
    with pytest.raises(SinkError, match="full"):
        run(source, same, Full(source.info))


def test_stage_timer_ignores_waiting() -> None:
    clock = iter(range(100))
    watch = StageTimer(lambda: next(clock))
    items = watch.time_iterable("source", "ab")
    assert (next(items), next(items)) == ("a", "b")
    for _ in range(10):
        next(clock)  # another stage is busy
    assert list(items) == []
    assert watch.time_calls("style", str.upper)("a") == "A"
    assert watch.busy == {"source": 3, "style": 1}


def test_stage_timer_restarts_within_a_call() -> None:
    now = 0.0
    watch = StageTimer(lambda: now)

    def work(before: float, after: float = 0.0) -> None:
        nonlocal now
        now += before
        if after:
            watch.restart()
            now += after

    timed = watch.time_calls("style", work)
    timed(100.0)
    timed(50.0, 1.0)
    timed(2.0)
    now += 1.0
    watch.stop()
    assert (watch.busy, watch.seconds) == ({"style": 3.0}, 4.0)


def test_run_stages_overlap() -> None:
    """Three stages of 10 ms take 10 ms per frame, not 30."""
    frames, pause = 30, 0.01

    def slow(frame: Frame) -> Frame:
        sleep(pause)
        return frame

    class Slow(NullSink):
        def write(self, frame: Frame) -> None:
            slow(frame)

    class SlowSource(SyntheticSource):
        def __iter__(self) -> Iterator[Frame]:
            return map(slow, super().__iter__())

    source, watch, started = SlowSource(32, 24, frames=frames), StageTimer(), perf_counter()
    run(source, slow, Slow(source.info), stopwatch=watch)
    seconds = perf_counter() - started
    assert list(watch.busy) == ["source", "style", "sink"]
    assert all(frames * pause <= busy <= seconds for busy in watch.busy.values())
    assert seconds < 0.6 * sum(watch.busy.values())


def shown_at(index: int, captured: float) -> Frame:
    return Frame(np.zeros((1, 1, 3), np.uint8), index, Fraction(0), captured)


def test_frame_stats() -> None:
    moments = iter([10.0, 10.1, 10.2])
    meter = FrameStats(lambda: next(moments))
    assert (meter.fps, meter.latency(0.5), meter.overall_age(0.5)) == (0.0, 0.0, 0.0)
    for index, captured in ((0, 9.9), (3, 9.8), (4, 10.15)):
        meter.record(shown_at(index, captured))
    assert meter.fps == pytest.approx(10)
    assert (meter.latency(0.5), meter.overall_age(0.5)) == pytest.approx((0.1, 0.1))
    assert (meter.latency(0.95), meter.overall_age(0.95)) == pytest.approx((0.3, 0.3))
    assert (meter.frames, meter.dropped) == (3, 2)


def test_frame_stats_current_and_overall() -> None:
    now = [0.0]
    meter = FrameStats(lambda: now[0])
    for index in range(1000):
        slow = index < 500
        now[0] += 0.1 if slow else 0.025
        meter.record(shown_at(index, now[0] - (0.2 if slow else 0.04)))
    assert meter.fps == pytest.approx(40)
    assert meter.overall_fps == pytest.approx(999 / meter.seconds)
    assert meter.seconds == pytest.approx(499 * 0.1 + 500 * 0.025)
    assert (meter.latency(0.95), meter.overall_age(0.95)) == pytest.approx((0.04, 0.2))


@pytest.mark.parametrize(
    ("width", "height", "depth"), [(640, 480, 4), (1920, 1080, 4), (3840, 2160, 1), (7680, 4320, 1)]
)
def test_queue_policy_of_large_frames(width: int, height: int, depth: int) -> None:
    """Large frames leave the memory to the network and the encoder."""
    assert queue_policy(SyntheticSource(width, height).info).depth == depth
