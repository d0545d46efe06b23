"""Live stream to a server or a player: RTMP, RTSP, SRT, and MPEG-TS over UDP or TCP."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from time import perf_counter
from typing import IO

import numpy as np

from realtime_nst.closing import Closing
from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks.stream_formats import NO_PROTOCOL, TIME_BASE, StreamRequest
from realtime_nst.sinks.video.live_options import x264_preset
from realtime_nst.stages import no_op
from realtime_nst.urls import redact

SHORTEST = 90
"""Minimum duration of a frame in units of the time base: FLV counts in milliseconds."""
RATE = Fraction(30)
"""Frames per second reported to the encoder if the camera has no frame rate."""
FIRST_DELAY, LONGEST_DELAY = 1.0, 15.0
"""Seconds until a connection that broke off is opened again; each failure doubles them."""
CLOSE_SECONDS = 2.0
"""Seconds to wait until the server has received the rest."""
COMMAND = [sys.executable, "-m", "realtime_nst.sinks.stream_process"]


class StreamSink(Closing):
    """Sends frames as H.264 to a URL, and connects again when the connection breaks off.

    There is no sound. The resolution is rounded down to even numbers; the last odd row or column
    is cropped. The path of a URL may contain a stream key: it is never shown.

    Args:
        url: where to send the frames.
        info: properties of the frames.
        on_note: called when the connection breaks off, and when it is back.
        clock: returns the time in seconds.

    Raises:
        SinkError: there is no connection at the beginning.
    """

    def __init__(
        self,
        url: str,
        info: StreamInfo,
        on_note: Callable[[str], None] = no_op,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._name, self._on_note, self._clock = redact(url), on_note, clock
        rate = info.rate or RATE
        width, height = info.width // 2 * 2, info.height // 2 * 2
        preset = x264_preset(info, os.cpu_count() or 1)
        self._request = StreamRequest(url, width, height, float(rate), preset)
        self._connection: _Connection | None = self._connect()
        self._delay, self._retry_at = FIRST_DELAY, 0.0
        self.notes: tuple[str, ...] = (f"streaming to {self._name}, without sound",)

    def write(self, frame: Frame) -> None:
        """Send a frame; while there is no connection, it is dropped."""
        if self._connection is None and self._clock() >= self._retry_at:
            self._reconnect()
        if self._connection:
            try:
                self._connection.send(frame)
            except OSError:
                self._lose()

    def close(self) -> None:
        """Send what the encoder still holds, and disconnect."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _connect(self) -> "_Connection":
        connection = _Connection(self._request)
        if connection.problem == NO_PROTOCOL:
            scheme = self._request.url.partition(":")[0].upper()
            message = f"cannot stream to {self._name}: this build of PyAV has no {scheme}"
            hint = "send rtmp:// or rtsp:// to a server such as MediaMTX, which converts it"
            raise SinkError(message, hint)
        if connection.problem:
            message = f"cannot stream to {self._name}: {connection.problem}"
            raise SinkError(message, "check the address, and that its server runs")
        return connection

    def _lose(self) -> None:
        self.close()
        self._delay, self._retry_at = FIRST_DELAY, self._clock() + FIRST_DELAY
        self._on_note(f"the connection to {self._name} broke off; connecting again")

    def _reconnect(self) -> None:
        try:
            self._connection = self._connect()
        except SinkError:
            self._delay = min(2 * self._delay, LONGEST_DELAY)
            self._retry_at = self._clock() + self._delay
        else:
            self._on_note(f"streaming to {self._name} again")


class _Connection:
    """A process that encodes and sends; its clock starts with the first frame."""

    def __init__(self, request: StreamRequest) -> None:
        self._width, self._height = request.width, request.height
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            COMMAND, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
        self._zero: Fraction | None = None
        self._last = -SHORTEST
        self.problem = self._begin(request)
        """Why there is no connection; empty if there is one."""
        if self.problem:
            self.close()

    def _begin(self, request: StreamRequest) -> str:
        with suppress(OSError):  # it has ended
            self._stdin.write(request.line())
            self._stdin.flush()
        assert self._process.stdout
        answer = self._process.stdout.readline().decode()
        return answer.strip() if answer else "no answer"

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin
        return self._process.stdin

    def send(self, frame: Frame) -> None:
        """Pass a frame to the process.

        Raises:
            OSError: the process has ended, since its connection broke off.
        """
        self._zero = frame.pts if self._zero is None else self._zero
        self._last = max(self._last + SHORTEST, round((frame.pts - self._zero) / TIME_BASE))
        image = np.ascontiguousarray(frame.image[: self._height, : self._width])
        self._stdin.write(self._last.to_bytes(8, "little"))
        self._stdin.write(image.data)
        self._stdin.flush()

    def close(self) -> None:
        """End the process, which sends the rest first."""
        with suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
