"""Decode packets to frames with timestamps, handling the quirks of codecs and containers."""

from collections import deque
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import cast

import av
from av.codec import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from realtime_nst.sources.video.container import rational

Timed = tuple[int | None, VideoFrame]
"""A frame and its timestamp in the time base, if known."""
ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders by codec for streams with alpha, which FFmpeg's own decoders drop."""


class Decoder:
    """Decodes one stream.

    AVI stores no presentation times, and Theora repeats a frame by an empty packet.

    Args:
        container: the open file.
        stream: the stream of it to decode.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        codec = stream.codec_context.codec.canonical_name
        self._context = _context_of(stream, codec)
        self.sorts = container.format.name == "avi" and codec in ("h264", "hevc")
        """Whether frames get the sorted decoding times as timestamps: AVI stores no others."""
        self._times: list[int] = []
        self._repeats = codec == "theora"
        self._repeated: deque[int] = deque()
        self._shown: VideoFrame | None = None

    @property
    def pixel_aspect(self) -> Fraction | None:
        """Return the pixel aspect ratio (width / height) of the codec for the last frame."""
        return rational(self._context.sample_aspect_ratio)

    def decode(self, packet: "Packet[VideoStream] | None") -> list[Timed]:
        """Decode a packet; return the frames that it completes.

        None, or the empty packet at the end of a stream, flushes the decoder.

        Raises:
            av.FFmpegError: the packet is damaged.
        """
        is_last = packet is None or (packet.dts is None and not packet.size)
        if packet and not packet.size and not is_last:
            if self._repeats and packet.pts is not None:
                self._repeated.append(packet.pts)
            return []
        timed = [one for frame in self._frames(packet) for one in self._with_repeats(frame)]
        return [*timed, *self._repeats_before(None)] if is_last else timed

    def _frames(self, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
        if self.sorts and packet and packet.dts is not None:
            heappush(self._times, packet.dts)
        try:
            return self._context.decode(packet)
        except av.FFmpegError:
            if self.sorts and packet and packet.dts is not None:
                self._times.remove(packet.dts)  # its frame will not come
                heapify(self._times)
            raise

    def _with_repeats(self, frame: VideoFrame) -> list[Timed]:
        pts = heappop(self._times) if self.sorts and self._times else frame.pts
        before = self._repeats_before(pts)
        self._shown = frame
        return [*before, (pts, frame)]

    def _repeats_before(self, pts: int | None) -> list[Timed]:
        repeated: list[Timed] = []
        while self._shown and self._repeated and (pts is None or self._repeated[0] < pts):
            repeated.append((self._repeated.popleft(), self._shown))
        return repeated


def _context_of(stream: VideoStream, codec: str) -> VideoCodecContext:
    name = ALPHA_DECODERS.get(codec)
    tags = {tag.lower(): value for tag, value in stream.metadata.items()}
    if name in av.codecs_available and tags.get("alpha_mode") == "1":
        return cast(VideoCodecContext, CodecContext.create(name, "r"))
    stream.thread_type = "AUTO"
    return stream.codec_context
