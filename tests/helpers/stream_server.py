"""A server for tests: a process that streams H.264 without audio over TCP, UDP, HTTP or RTMP.

``python -m tests.helpers.stream_server URL`` sends MPEG-TS, 30 frames a second with the time drawn
in, until it is killed. It serves one client. HTTP and RTMP servers are FFmpeg's own, which PyAV
cannot start.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from functools import partial
from itertools import count
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from tests.helpers import timestamp_overlay

ROOT = Path(__file__).parents[2]
RATE = 30
SIZE = (240, 320)
FFMPEG = (
    *("ffmpeg", "-loglevel", "error", "-analyzeduration", "100000", "-f", "mpegts", "-i", "-"),
    *("-c", "copy", "-listen", "1"),
)
SERVERS = {
    "tcp": ("tcp://127.0.0.1:{}?listen=1", ()),
    "udp": ("udp://127.0.0.1:{}?pkt_size=1316", ()),
    "http": ("-", (*FFMPEG, "-f", "mpegts")),
    "rtmp": ("-", (*FFMPEG, "-f", "flv")),
}
"""URL to send to, and the program that serves what it gets, by protocol."""
URLS = {
    "tcp": "tcp://127.0.0.1:{}",
    "udp": "udp://127.0.0.1:{}",
    "http": "http://127.0.0.1:{}/live.ts",
    "rtmp": "rtmp://127.0.0.1:{}/live/secret",
}
"""URL for the client, by protocol."""


@contextmanager
def streaming(protocol: str) -> Iterator[tuple[str, Callable[[float], None]]]:
    """Start a server.

    Yields:
        The URL for the client, and a function to wait with until the server answers.
    """
    target, served = SERVERS[protocol]
    url = URLS[protocol].format(port := free_port(protocol))
    command = [sys.executable, "-m", "tests.helpers.stream_server", target.format(port)]
    with ExitStack() as opened:
        start = partial(subprocess.Popen, cwd=ROOT, stderr=subprocess.DEVNULL)
        sender = opened.enter_context(start(command, stdout=subprocess.PIPE))
        opened.callback(sender.kill)
        if served:
            server = opened.enter_context(start([*served, url], stdin=sender.stdout))
            opened.callback(server.kill)

        def wait(_seconds: float) -> None:
            with suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"the server ended: {sender.wait(0.05)}")

        yield url, wait


def free_port(protocol: str) -> int:
    """Return a port that nothing uses."""
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def send(url: str) -> None:
    """Encode and send frames in real time."""
    with av.open("pipe:1" if url == "-" else url, "w", format="mpegts") as output:
        coding = {"preset": "ultrafast", "tune": "zerolatency", "g": "15"}
        stream = output.add_stream("libx264", RATE, coding)
        stream.height, stream.width = SIZE
        stream.pix_fmt = "yuv420p"
        began = time.monotonic()
        for number in count():
            due = began + number / RATE
            image = np.full((*SIZE, 3), 90, np.uint8)
            timestamp_overlay.draw(image, timestamp_overlay.at(due))
            frame = VideoFrame.from_ndarray(image, "bgr24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            time.sleep(max(0.0, due - time.monotonic()))
            output.mux(stream.encode(frame))


if __name__ == "__main__":
    with suppress(av.FFmpegError):  # the client has gone
        send(sys.argv[1])
