"""Encode images to packets of one stream, in segments that do not depend on each other."""

from collections.abc import Callable
from fractions import Fraction
from math import floor
from typing import Any

from av.codec import Codec as Library
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from realtime_nst.frame import Image
from realtime_nst.sinks.video.color import FrameFactory
from realtime_nst.sinks.video.scheduling import ordinary_scheduling

REORDERED = 3
"""Number of frames from which an encoder may reorder them. x265 knows its reordering depth only
then, and before returns decoding times from uninitialized memory: most of them are impossible,
some only wrong."""


class Encoder:
    """Encodes a stream; ``renew`` starts an independent segment.

    Args:
        stream: the output stream; its own encoder encodes the first segment.
        options: options of the encoder.
        prepare: configures an encoder, and returns the converter of its frames.
    """

    def __init__(
        self,
        stream: VideoStream,
        options: dict[str, str],
        prepare: Callable[[VideoCodecContext], FrameFactory],
    ) -> None:
        self._stream, self._options, self._prepare = stream, options, prepare
        self._context = stream.codec_context
        self._make_frame = prepare(self._context)
        self._last_dts: Fraction | None = None  # in seconds
        self._count = 0  # frames of this segment

    def encode(self, image: Image, ticks: int) -> "list[Packet[VideoStream]]":
        """Encode an image and return the packets that are ready.

        Args:
            image: (height, width, 3) uint8 BGR.
            ticks: its timestamp in the stream's time base.
        """
        frame = self._make_frame(image)
        frame.pts, frame.time_base = ticks, Fraction(self._context.time_base)
        self._count += 1
        with ordinary_scheduling():  # the first frame of a segment opens its encoder
            packets = self._context.encode(frame)
        return self._finalize(packets)

    def flush(self) -> "list[Packet[VideoStream]]":
        """Return the remaining packets of the segment."""
        packets = self._context.encode(None)
        if self._count < REORDERED:
            for packet in packets:
                packet.dts = packet.pts
        return self._finalize(packets)

    def renew(self) -> None:
        """Start another segment; the previous one was flushed."""
        first = self._stream.codec_context
        context = Library(first.codec.name, "w").create("video")
        context.options = dict(self._options)
        # The same settings as those of PyAV for the encoder of a stream.
        context.framerate, context.flags = first.framerate, first.flags
        context.bit_rate, context.bit_rate_tolerance = 0, 128_000
        self._make_frame = self._prepare(context)
        self._context, self._count = context, 0

    def passed(self, packet: "Packet[VideoStream]") -> "list[Packet[VideoStream]]":
        """Return a packet that an earlier run has encoded as one of this stream."""
        return self._finalize([packet])

    def _finalize(self, packets: "list[Packet[Any]]") -> "list[Packet[VideoStream]]":
        """Set the stream of packets, and make their decoding times rise."""
        for packet in packets:
            packet.stream = self._stream
            if packet.pts is not None and packet.dts is not None:
                packet.dts = self._rising_dts(packet)
                self._last_dts = packet.dts * Fraction(packet.time_base)
        return packets

    def _rising_dts(self, packet: "Packet[Any]") -> int:
        dts, tick = packet.dts or 0, Fraction(packet.time_base)
        # An encoder starts before its first frame, perhaps before the end of the last segment.
        return dts if self._last_dts is None else max(dts, floor(self._last_dts / tick) + 1)
