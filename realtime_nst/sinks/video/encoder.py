"""Pictures in, packets of one track out, in pieces that need nothing of one another."""

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

REORDERED = 3
"""Frames from which on an encoder may store them in another order than they are shown in. x265
knows how far it does only then, and before gives moments of decoding from memory that nobody
initialized: most of them are impossible, some only wrong."""


class Encoder:
    """Encodes a track; ``renew`` begins another piece, as if a film ended and one began.

    Args:
        stream: where the packets belong; its own encoder makes the first piece.
        options: of the encoder.
        prepare: sets what an encoder must know, and gives what makes its frames.
    """

    def __init__(
        self,
        stream: VideoStream,
        options: dict[str, str],
        prepare: Callable[[VideoCodecContext], FrameFactory],
    ) -> None:
        self._stream, self._options, self._prepare = stream, options, prepare
        self._context = stream.codec_context
        self._painter = prepare(self._context)
        self._decoded: Fraction | None = None  # the last moment of decoding, in seconds
        self._count = 0  # frames of this piece

    def encode(self, image: Image, ticks: int) -> "list[Packet[VideoStream]]":
        """What comes out when a picture goes in.

        Args:
            image: (height, width, 3) uint8 BGR.
            ticks: its time.
        """
        picture = self._painter(image)
        picture.pts, picture.time_base = ticks, Fraction(self._context.time_base)
        self._count += 1
        return self._marked(self._context.encode(picture))

    def flush(self) -> "list[Packet[VideoStream]]":
        """The rest of the piece."""
        packets = self._context.encode(None)
        if self._count < REORDERED:
            for packet in packets:
                packet.dts = packet.pts
        return self._marked(packets)

    def renew(self) -> None:
        """Begin another piece; the last one was flushed."""
        first = self._stream.codec_context
        context = Library(first.codec.name, "w").create("video")
        context.options = dict(self._options)
        # As PyAV sets up the encoder of a stream.
        context.framerate, context.flags = first.framerate, first.flags
        context.bit_rate, context.bit_rate_tolerance = 0, 128_000
        self._painter = self._prepare(context)
        self._context, self._count = context, 0

    def passed(self, packet: "Packet[VideoStream]") -> "list[Packet[VideoStream]]":
        """A packet that another run has encoded, as one of this run."""
        return self._marked([packet])

    def _marked(self, packets: "list[Packet[Any]]") -> "list[Packet[VideoStream]]":
        """Packets with their track, and with moments of decoding that rise."""
        for packet in packets:
            packet.stream = self._stream
            if packet.pts is not None and packet.dts is not None:
                packet.dts = self._moment_of_decoding(packet)
                self._decoded = packet.dts * Fraction(packet.time_base)
        return packets

    def _moment_of_decoding(self, packet: "Packet[Any]") -> int:
        decoded, tick = packet.dts or 0, Fraction(packet.time_base)
        # An encoder begins before its first picture, which may be before the end of the last piece.
        return decoded if self._decoded is None else max(decoded, floor(self._decoded / tick) + 1)
