"""HTTP sink: clients get the newest frame, and the pipeline waits for none of them."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import cv2
import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.sinks import http, open_sink
from realtime_nst.sinks.http import SNAPSHOT, STREAM, HttpSink, LatestFrame

INFO = StreamInfo("x", 64, 48, None, None)
PATIENCE = 10.0


def frame(value: int, size: tuple[int, int] = (48, 64)) -> Frame:
    return Frame(np.full((*size, 3), value, np.uint8), value, Fraction(value), 0.0)


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with HttpSink("//127.0.0.1:0/", INFO) as opened:
        yield opened


def value(jpeg: bytes) -> int:
    """Return the JPEG of a gray image."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return round(float(image.mean()))


def get(sink: HttpSink, path: str) -> bytes:
    with urlopen(sink.url + path.lstrip("/"), timeout=PATIENCE) as answer:
        content: bytes = answer.read()
    return content


def part(stream: BinaryIO) -> bytes:
    """Return the next image of a stream."""
    length = 0
    while (line := stream.readline().strip()) or not length:
        if line.lower().startswith(b"content-length"):
            length = int(line.split(b":")[1])
    return stream.read(length)


def test_a_snapshot_is_the_newest_frame(sink: HttpSink) -> None:
    for number in (10, 20, 200):
        sink.write(frame(number))
    assert value(get(sink, SNAPSHOT)) == 200


def test_the_page_shows_the_stream(sink: HttpSink) -> None:
    assert f'src="{STREAM}"'.encode() in get(sink, "/")


def test_a_viewer_gets_each_frame_it_waits_for(sink: HttpSink) -> None:
    sink.write(frame(10))
    with urlopen(sink.url + STREAM[1:], timeout=PATIENCE) as stream:
        assert stream.headers.get_content_type() == "multipart/x-mixed-replace"
        seen = [value(part(stream))]
        for number in (60, 120, 180):
            sink.write(frame(number))
            seen.append(value(part(stream)))
    assert seen == [10, 60, 120, 180]


def test_opencv_and_so_we_ourselves_can_look(sink: HttpSink) -> None:
    stop = threading.Event()

    def play() -> None:
        while not stop.wait(0.01):
            sink.write(frame(77))

    player = threading.Thread(target=play)
    player.start()
    capture = cv2.VideoCapture(sink.url + STREAM[1:], cv2.CAP_FFMPEG)
    there, image = capture.read()
    capture.release()
    stop.set()
    player.join()
    assert there
    assert image.shape == (48, 64, 3)
    assert image.mean() == pytest.approx(77, abs=2)


def test_http_sink_slow_client_gets_latest_frame(
    sink: HttpSink,
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    host, port = sink.url.removeprefix("http://").strip("/").split(":")
    with socket.create_connection((host, int(port))) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        lazy.sendall(f"GET {STREAM} HTTP/1.0\r\n\r\n".encode())
        for number in range(50):  # 15 MB of JPEG, far more than what lies in between can hold
            sink.write(Frame(noise, number, Fraction(number), 0.0))
        for number in (100, 200):
            sink.write(frame(number))
        assert value(get(sink, SNAPSHOT)) == 200
        lazy.settimeout(PATIENCE)
        stream = lazy.makefile("rb")
        seen = [value(part(stream))]
        while seen[-1] != 200:
            seen.append(value(part(stream)))
        assert len(seen) <= 5  # what lay in between, then the newest


def test_http_sink_encodes_nothing_without_clients(
    sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded: list[Image] = []
    jpeg = http._jpeg

    def counted(image: Image) -> bytes:
        coded.append(image)
        return jpeg(image)

    monkeypatch.setattr(http, "_jpeg", counted)
    for number in range(20):
        sink.write(frame(number))
    assert coded == []
    for _ in range(3):
        get(sink, SNAPSHOT)
    assert len(coded) == 1


def test_closing_disconnects_all_clients() -> None:
    before = threading.active_count()
    with HttpSink("//127.0.0.1:0/", INFO) as sink:
        host, port = sink.url.removeprefix("http://").strip("/").split(":")
        place = (host, int(port))
        silent = socket.create_connection(place)  # never asks
        early = socket.create_connection(place)  # waits for a first frame
        early.sendall(f"GET {STREAM} HTTP/1.0\r\n\r\n".encode())
        assert early.makefile("rb").readline().startswith(b"HTTP/1.0 200")
    assert threading.active_count() == before
    for viewer in (silent, early):
        viewer.settimeout(PATIENCE)
        while viewer.recv(1 << 16):
            pass
        viewer.close()


def test_closing_twice_is_safe_and_frees_the_port() -> None:
    with HttpSink("//127.0.0.1:0/", INFO) as sink:
        address = sink.url.removeprefix("http:")
    with sink:
        pass
    with HttpSink(address, INFO) as again:
        assert again.url == sink.url


def test_a_port_that_is_taken_is_an_error_with_another_one() -> None:
    with HttpSink("//127.0.0.1:0/", INFO) as sink:
        address = sink.url.removeprefix("http:")
        with pytest.raises(SinkError, match="in use") as caught:
            HttpSink(address, INFO)
    assert "--sink http://127.0.0.1:" in caught.value.hint


@pytest.mark.parametrize("address", ["8080", "//127.0.0.1:many/", "//127.0.0.1:99999", "//a/b"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(SinkError, match="cannot read") as caught:
        HttpSink(address, INFO)
    assert caught.value.hint


@pytest.mark.parametrize("address", ["https://127.0.0.1/", "ftp://example.org/live"])
def test_other_protocols_are_refused(address: str) -> None:
    with pytest.raises(SinkError, match="cannot write to"):
        open_sink(address, INFO)


def test_http_sink_rejects_requests_for_another_host(sink: HttpSink) -> None:
    sink.write(frame(10))
    for host, expected in (
        ("evil.example", 403),
        ("localhost:1", 200),
        ("[::1]:1", 200),
        ("[::1", 403),
    ):
        asked = Request(sink.url + SNAPSHOT[1:], headers={"Host": host})
        try:
            with urlopen(asked, timeout=PATIENCE) as answer:
                code = answer.status
        except HTTPError as error:
            code = error.code
            error.close()
        assert code == expected


def test_what_is_not_there(sink: HttpSink) -> None:
    with pytest.raises(HTTPError) as caught:
        get(sink, "/other")
    assert caught.value.code == 404
    caught.value.close()


def test_snapshot_times_out_without_frames() -> None:
    newest = LatestFrame()
    assert newest.after(0, timeout=0) is None
    newest.put(frame(1).image)
    assert newest.after(1, timeout=0) is None
    newest.close()
    assert newest.after(0) is None


BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.skipif(not BROWSER, reason="needs Chromium")
def test_the_page_comes_back_when_the_program_is_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = threading.Event()
    stream = http._RequestHandler._stream

    def noted(handler: http._RequestHandler) -> None:
        watched.set()
        stream(handler)

    monkeypatch.setattr(http._RequestHandler, "_stream", noted)
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}")
    with ExitStack() as running:
        with HttpSink("//127.0.0.1:0/", INFO) as first:
            first.write(frame(10))
            command = [str(BROWSER), *options, "--remote-debugging-port=0", first.url]
            browser = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            running.callback(browser.wait)
            running.callback(browser.kill)
            assert watched.wait(60)
        watched.clear()
        monkeypatch.setattr(http, "PAGE", http.PAGE.replace(http.RUN, "another run"))
        with HttpSink(first.url.removeprefix("http:"), INFO) as second:
            second.write(frame(200))
            assert watched.wait(60)


def test_http_sink_keeps_other_sites_from_showing_its_frames(sink: HttpSink) -> None:
    sink.write(frame(10))
    for path in ("", SNAPSHOT[1:], STREAM[1:]):
        with urlopen(sink.url + path, timeout=PATIENCE) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_http_sink_answers_head(sink: HttpSink) -> None:
    sink.write(frame(10))
    for path in ("", SNAPSHOT[1:], STREAM[1:]):
        with urlopen(Request(sink.url + path, method="HEAD"), timeout=PATIENCE) as answer:
            assert answer.status == 200
            assert answer.read() == b""
