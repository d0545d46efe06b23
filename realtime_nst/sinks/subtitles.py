"""Subtitles of one kind of text as those of another."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any, cast

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream

TEXTS = frozenset(("subrip", "ass", "ssa", "mov_text", "webvtt", "text"))
"""Codecs of text, by FFmpeg's names. Others are pictures, as on DVDs, and stay what they are."""
CODECS = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}
"""The one that a container takes, by muxer."""


def text_codec(stream: Stream, output: OutputContainer) -> str | None:
    """What a track can become to be taken; None: nothing."""
    context = stream.codec_context
    known = stream.type == "subtitle" and context and context.codec.canonical_name in TEXTS
    return CODECS.get(output.format.name) if known else None


class Lines:
    """One track, on its way into another file."""

    def __init__(self, stream: Stream, output: OutputContainer, codec: str) -> None:
        source = cast(SubtitleStream, stream)
        self._decoder = source.codec_context
        self._decoder.open(strict=False)  # only then it knows its header
        self.result = cast(SubtitleStream, output.add_stream(codec))
        encoder = self.result.codec_context
        encoder.subtitle_header = self._decoder.subtitle_header
        encoder.time_base = Fraction(1, 1000)

    def encode(self, packet: "Packet[Any]") -> "Iterator[Packet[Any]]":
        """The line of a packet; an empty one, which only says that none is shown, gives none."""
        with suppress(av.InvalidDataError):  # a damaged line is left out, as players do
            if not (packet.size and (lines := self._decoder.decode2(packet))):
                return
            result = self.result.codec_context.encode_subtitle(lines)
            result.pts, result.dts, result.duration = packet.pts, packet.pts, packet.duration
            result.time_base, result.stream = packet.time_base, self.result
            yield result
