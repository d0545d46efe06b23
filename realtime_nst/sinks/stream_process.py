"""Encode frames and send them to a URL, in a process of its own: run by ``StreamSink``.

PyAV holds Python's global lock while it connects and disconnects, which would stop the window for
as long as a server does not answer. Standard input begins with a line of JSON, a ``StreamRequest``;
each frame is its timestamp as 8 bytes, and its pixels. Standard output is one line: empty when the
connection is open, otherwise the reason why it is not. The URL is not an argument because other
users can read those.
"""

import faulthandler
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from realtime_nst.frame import ColorSpec, Image
from realtime_nst.sinks.stream_formats import FORMATS, NO_PROTOCOL, TIME_BASE, StreamRequest
from realtime_nst.sinks.video.color import fill_unspecified, frame_factory

MUXER = {"flush_packets": "1"}
RTSP = {"rtsp_transport": "tcp"}
"""Servers behind a firewall accept nothing else."""
KEY_FRAME_SECONDS = 2
"""Seconds between key frames, as the large platforms ask for."""
BITS_PER_PIXEL = 0.15
"""Maximum bit rate: 4.1 Mbit/s in 1280x720 at 30 frames per second."""
LONGEST_WAIT = 10.0
"""Seconds that a server may take to connect or to receive a frame; then this process ends."""


class Connection:
    """A muxer and an encoder.

    Raises:
        OSError: the server does not answer; its text is ``strerror``.
    """

    def __init__(self, request: StreamRequest) -> None:
        scheme = request.url.partition(":")[0].lower()
        options = {**MUXER, **(RTSP if scheme == "rtsp" else {})}
        url = sized(request.url)
        self._output = av.open(url, "w", format=FORMATS[scheme], options=options)
        self._stream = _add_video(self._output, request)
        colors = fill_unspecified(ColorSpec(), request.height)
        self._make_frame = frame_factory(self._stream.codec_context, colors)
        self._output.start_encoding()

    def send(self, image: Image, ticks: int) -> None:
        """Encode and send an image at a time in units of ``TIME_BASE``."""
        frame = self._make_frame(image)
        frame.pts, frame.time_base = ticks, TIME_BASE
        self._output.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Send what the encoder still holds, and disconnect."""
        with suppress(av.FFmpegError, OSError):
            self._output.mux(self._stream.encode(None))
            self._output.close()


def sized(url: str) -> str:
    """Return a UDP address with the packet size that players expect; others stay unchanged."""
    if not url.startswith("udp:") or "pkt_size=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}pkt_size=1316"


def _add_video(output: OutputContainer, request: StreamRequest) -> VideoStream:
    """Add an H.264 stream without delay and with a limited bit rate."""
    rate = Fraction(request.rate).limit_denominator(1001)
    bits = int(BITS_PER_PIXEL * request.width * request.height * rate)
    options = {
        "preset": request.preset,
        "tune": "zerolatency",
        "crf": "20",
        "maxrate": str(bits),
        "bufsize": str(2 * bits),
        "g": str(round(KEY_FRAME_SECONDS * rate)),
    }
    stream = output.add_stream("libx264", rate, options)
    stream.width, stream.height, stream.pix_fmt = request.width, request.height, "yuv420p"
    stream.codec_context.time_base = TIME_BASE
    return stream


def _frames(pipe: BinaryIO, request: StreamRequest) -> Iterator[tuple[Image, int]]:
    shape = request.height, request.width, 3
    size = request.height * request.width * 3
    while len(head := pipe.read(8)) == 8 and len(pixels := pipe.read(size)) == size:
        yield np.frombuffer(pixels, np.uint8).reshape(shape), int.from_bytes(head, "little")


@contextmanager
def _limited() -> Iterator[None]:
    """End this process if the block takes too long: FFmpeg cannot be interrupted otherwise."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  (it is no file)
        faulthandler.dump_traceback_later(LONGEST_WAIT, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def main() -> int:
    """Connect, say so, and send frames until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the input after Ctrl-C
    pipe = sys.stdin.buffer
    request = StreamRequest(**json.loads(pipe.readline()))
    try:
        with _limited():
            connection = Connection(request)
    except (av.FFmpegError, OSError) as error:
        missing = isinstance(error, av.ProtocolNotFoundError)
        _reply(NO_PROTOCOL if missing else error.strerror or "no answer")
        return 1
    _reply("")
    try:
        for image, ticks in _frames(pipe, request):
            with _limited():
                connection.send(image, ticks)
    except (av.FFmpegError, OSError):
        return 1
    with _limited():
        connection.close()
    return 0


def _reply(reason: str) -> None:
    sys.stdout.write(f"{reason}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
