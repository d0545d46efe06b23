"""A sink on a thread of its own: it delays nobody, and reports its errors."""

import threading
from fractions import Fraction
from threading import Event

import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.threaded import ThreadedSink, queue_depth

INFO = StreamInfo("camera 0", 64, 48, None, None)
PATIENCE = 10.0


def frame(index: int) -> Frame:
    return Frame(np.zeros((48, 64, 3), np.uint8), index, Fraction(index), 0.0)


class Slow(NullSink):
    """Blocks in its first write until it is released."""

    def __init__(self) -> None:
        super().__init__(INFO)
        self.started, self.release, self.closed = Event(), Event(), Event()
        self.written: list[int] = []
        self.threads = {threading.current_thread().name}
        self.raised: object = None

    def write(self, frame: Frame) -> None:
        self.started.set()
        assert self.release.wait(PATIENCE)
        self.threads.add(threading.current_thread().name)
        self.written.append(frame.index)

    def __exit__(self, *raised: object) -> None:
        self.raised = raised[0]
        self.closed.set()


def test_threaded_sink_drops_the_oldest_frames_while_its_sink_blocks() -> None:
    inner: list[Slow] = []
    dropped: list[int] = []

    def opener() -> Slow:
        inner.append(Slow())
        return inner[0]

    with ThreadedSink(
        opener, "slow", depth=2, on_drop=lambda frame: dropped.append(frame.index)
    ) as sink:
        sink.write(frame(0))
        assert inner[0].started.wait(PATIENCE)
        for index in range(1, 6):
            sink.write(frame(index))  # returns although the sink blocks
        inner[0].release.set()
    assert inner[0].written == [0, 4, 5]
    assert dropped == [1, 2, 3]
    assert inner[0].threads == {"sink slow"}  # opened and written on its own thread
    assert inner[0].closed.is_set()


def test_threaded_sink_ends_without_waiting() -> None:
    inner = Slow()
    sink = ThreadedSink(lambda: inner, "slow")
    sink.write(frame(0))
    sink.end()
    assert not sink.is_done
    inner.release.set()
    assert inner.closed.wait(PATIENCE)
    with sink:
        pass
    assert sink.is_done
    assert inner.written == [0]


def test_threaded_sink_raises_an_error_once_and_closes_its_sink() -> None:
    class Full(Slow):
        def write(self, frame: Frame) -> None:
            raise SinkError("disk full", "make room")

    inner = Full()
    sink = ThreadedSink(lambda: inner, "full")
    sink.write(frame(0))
    assert inner.closed.wait(PATIENCE)
    sink._done.wait(PATIENCE)
    with pytest.raises(SinkError, match="disk full"):
        sink.write(frame(1))
    with sink:
        pass
    assert inner.raised is SinkError


def test_threaded_sink_raises_an_error_of_closing() -> None:
    class Broken(Slow):
        def __exit__(self, *raised: object) -> None:
            raise SinkError("disk full", "make room")

    with pytest.raises(SinkError, match="disk full"), ThreadedSink(Broken, "broken"):
        pass


def test_threaded_sink_that_cannot_open_leaves_no_thread() -> None:
    before = threading.active_count()

    def fails() -> NullSink:
        raise SinkError("no device", "plug it in")

    with pytest.raises(SinkError, match="no device"):
        ThreadedSink(fails, "device")
    assert threading.active_count() == before


def test_threaded_sink_leaves_a_device_that_hangs_behind() -> None:
    inner = Slow()
    with (
        pytest.warns(UserWarning, match="slow hangs"),
        ThreadedSink(lambda: inner, "slow", patience=0.0) as sink,
    ):
        sink.write(frame(0))
        assert inner.started.wait(PATIENCE)
    inner.release.set()
    assert inner.closed.wait(PATIENCE)


def test_threaded_sink_passes_on_what_ended_the_run() -> None:
    inner = Slow()
    with pytest.raises(RuntimeError), ThreadedSink(lambda: inner, "any"):
        raise RuntimeError
    assert inner.raised is RuntimeError


@pytest.mark.parametrize(("size", "depth"), [((64, 48), 60), ((1280, 720), 23), ((7680, 4320), 2)])
def test_queue_depth_is_limited_in_bytes(size: tuple[int, int], depth: int) -> None:
    assert queue_depth(StreamInfo("x", *size, None, None)) == depth
