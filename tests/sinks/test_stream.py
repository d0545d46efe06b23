"""Streams to real servers on loopback: PyAV listens itself."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction

import av
import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.pyav import open_input
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.stream import StreamSink

INFO = StreamInfo("camera 0", 129, 97, Fraction(30), None)
PATIENCE = 20.0
LISTEN = {
    "rtmp": {"listen": "1"},
    "tcp": {"listen": "1"},
    "rtsp": {"rtsp_flags": "listen", "listen_timeout": "20"},
}


def frame(index: int) -> Frame:
    image = np.full((INFO.height, INFO.width, 3), 40 + index % 160, np.uint8)
    return Frame(image, index, Fraction(index, 30), 0.0)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def receive(url: str, count: int) -> list[tuple[int, int, float]]:
    """Return size and time of frames that a client sends."""
    options = LISTEN.get(url.partition(":")[0], {})
    with open_input(url, options=options, timeout=PATIENCE) as container:
        found = []
        for decoded in container.decode(video=0):
            found.append((decoded.width, decoded.height, decoded.time or 0.0))
            if len(found) == count:
                break
    return found


def connect(url: str, server: "Future[list[tuple[int, int, float]]]") -> StreamSink:
    """Connect as soon as the server listens."""
    while True:
        try:
            return StreamSink(url, INFO)
        except SinkError:
            assert not server.done(), server.result()


@pytest.mark.parametrize("scheme", ["rtmp", "rtsp", "tcp"])
def test_stream_reaches_a_server(scheme: str, port: int, pool: ThreadPoolExecutor) -> None:
    url = f"{scheme}://127.0.0.1:{port}/live/key"
    server = pool.submit(receive, url, 10)
    with connect(url, server) as sink:
        index = 0
        while not server.done():
            sink.write(frame(index))
            index += 1
    found = server.result()
    assert {size[:2] for size in found} == {(128, 96)}
    times = [time - found[1][2] for *_, time in found[1:]]  # RTSP guesses the first one
    assert times == pytest.approx([number / 30 for number in range(9)], abs=0.002)


def test_stream_over_udp(port: int, pool: ThreadPoolExecutor) -> None:
    url = f"udp://127.0.0.1:{port}"
    server = pool.submit(receive, url, 5)
    with open_sink(url, INFO) as sink:
        index = 0
        while not server.done():  # nobody may listen yet
            sink.write(frame(index))
            index += 1
    assert server.result()[0][:2] == (128, 96)


def test_stream_connects_again(port: int, pool: ThreadPoolExecutor) -> None:
    url = f"tcp://127.0.0.1:{port}"
    now, notes = 0.0, list[str]()
    first = pool.submit(receive, url, 3)
    connect(url, first).close()
    with pytest.raises(av.FFmpegError):
        first.result()
    server = pool.submit(receive, url, 3)
    index = 0
    connected = connect(url, server)
    sink = connected
    sink._on_note, sink._clock = notes.append, lambda: now
    with sink:
        while not notes:  # until the server has its three frames and leaves
            sink.write(frame(index))
            index += 1
        assert server.result()
        sink.write(frame(index))  # not before its delay is over
        assert len(notes) == 1
        server = pool.submit(receive, url, 3)
        while not server.done():
            now += 100
            sink.write(frame(index))
            index += 1
        assert server.result()
    assert notes[1] == f"streaming to tcp://127.0.0.1:{port} again"


def test_stream_without_a_server_hides_the_key(port: int) -> None:
    with pytest.raises(SinkError, match="refused") as caught:
        StreamSink(f"rtmp://me:secret@127.0.0.1:{port}/live/key", INFO)
    assert "key" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "no answer" not in str(caught.value)
    assert caught.value.hint


def test_stream_without_srt_says_so(port: int) -> None:
    with pytest.raises(SinkError, match="cannot stream to srt") as caught:
        StreamSink(f"srt://127.0.0.1:{port}?timeout=1000", INFO)
    assert caught.value.hint
