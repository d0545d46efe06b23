"""Network streams, and videos on the web, through FFmpeg."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from http.client import HTTPResponse
from itertools import chain
from time import perf_counter
from typing import NamedTuple

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.sources.network.opening import open_stream
from realtime_nst.sources.network.packets import PacketReader
from realtime_nst.sources.network.pixels import PixelConverter
from realtime_nst.sources.network.request import disconnect
from realtime_nst.sources.video.container import rational, seconds_of
from realtime_nst.sources.video.conversion import FrameConverter
from realtime_nst.sources.video.opening import PLAYLISTS, choose_stream
from realtime_nst.urls import redact

DEFAULT_RATE = Fraction(25)
"""Frames per second where a stream does not tell."""
MIN_STEP = Fraction(1, 90000)
"""Minimum time between two frames, in seconds."""
KEPT_ARRIVALS = 64
"""Packets whose arrival is remembered: more than a decoder holds back."""


class Decoded(NamedTuple):
    """A decoded frame."""

    frame: VideoFrame
    number: int
    """Its position in the stream, with those that were skipped."""
    arrived: float
    """``time.perf_counter()`` at the arrival of its packet."""


class StreamSource(Closing):
    """Frames of a network stream or of a video on the web.

    A live stream is decoded as it arrives, and of the frames that wait only the newest one is
    converted. What arrives faster than it is shown, as a video and HLS do, has ``live`` False:
    every frame comes, with its own time.

    Args:
        url: a URL, or the path of an ``.sdp`` file.
        response: answer of an HTTP server that is to be read, if it is already there.

    Raises:
        SourceError: it cannot be opened, or has no video.
    """

    def __init__(self, url: str, response: HTTPResponse | None = None) -> None:
        self._name, self._response = redact(url), response
        container = open_stream(url, response)
        try:
            stream = choose_stream(self._name, container)
            stream.codec_context.thread_count = 1  # each further thread would delay a frame
        except BaseException:
            container.close()
            raise
        self.has_end = seconds_of(container) is not None
        """Whether it is a file, which can be played again."""
        self.live = not (self.has_end or _is_playlist(container))
        self._decoder, self._tick = stream.codec_context, rational(stream.time_base) or Fraction(1)
        self._packets = PacketReader(container, stream, self._name)
        try:
            self._open(rational(stream.average_rate or stream.guessed_rate))
        except BaseException:
            self.close()
            raise

    def _open(self, rate: Fraction | None) -> None:
        """Decode the first frame, which alone has the true size."""
        self._frames = self._newest() if self.live else self._all()
        first = next(self._frames, None)
        if first is None:
            hint = "check that the address opens in a player such as ffplay or VLC"
            raise SourceError(f"cannot read {self._name}: it sends no frames", hint)
        self._first, self._convert = first, self._converter(first.frame)
        height, width = self._convert(first.frame).shape[:2]
        self.info = StreamInfo(self._name, width, height, rate or DEFAULT_RATE, None)

    def _converter(self, first: VideoFrame) -> Callable[[VideoFrame], Image]:
        if self.live:
            return PixelConverter()
        convert = FrameConverter(first)
        return lambda frame: convert(frame, Fraction(1), 0.0)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames.

        Raises:
            SourceError: a live stream stopped, or a file cannot be read to its end.
        """
        pts, seconds_of_one = Fraction(0), self._seconds()
        for decoded in chain([self._first], self._frames):
            pts = max(seconds_of_one(decoded), pts + MIN_STEP if decoded.number else pts)
            image = self._convert(decoded.frame)
            yield Frame(image, decoded.number, pts, decoded.arrived)
        if self.live:
            raise SourceError(f"{self._name} stopped", "check that the other side is still sending")

    def _seconds(self) -> Callable[[Decoded], Fraction]:
        """Return a function that gives the seconds since the first frame."""
        first = self._first
        if self.live:
            return lambda one: Fraction(one.arrived - first.arrived)
        return lambda one: ((one.frame.pts or 0) - (first.frame.pts or 0)) * self._tick

    def _all(self) -> Iterator[Decoded]:
        """Yield every frame."""
        frames = (frame for packet, _ in self._packets for frame in self._decoded(packet))
        for index, frame in enumerate(frames):
            yield Decoded(frame, index, perf_counter())

    def _newest(self) -> Iterator[Decoded]:
        """Yield the newest frame of those that are there."""
        arrivals: dict[int | None, float] = {}
        count = 0
        for waiting in self._packets.newest():
            arrivals = dict([*arrivals.items(), *((p.pts, t) for p, t in waiting)][-KEPT_ARRIVALS:])
            frames = [frame for packet, _ in waiting for frame in self._decoded(packet)]
            if frames:
                count += len(frames)
                arrived = arrivals.get(frames[-1].pts, waiting[-1][1])
                yield Decoded(frames[-1], count - 1 + self._packets.skipped, arrived)

    def _decoded(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        """Decode a packet; damaged frames are left out."""
        with suppress(av.FFmpegError):
            return [frame for frame in self._decoder.decode(packet) if not frame.is_corrupt]
        return []

    def close(self) -> None:
        """Disconnect."""
        if self._response:
            disconnect(self._response)
        self._packets.close()
        if self._response:
            self._response.close()


def _is_playlist(container: InputContainer) -> bool:
    return bool(PLAYLISTS & set(container.format.name.split(",")))
