"""Subtitles of one kind of text as those of another."""

from contextlib import suppress
from fractions import Fraction
from typing import Any, cast

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle, SubtitleSet

from realtime_nst.sinks.video.cues import Cue, CueStack

TEXTS = frozenset(("subrip", "ass", "ssa", "mov_text", "webvtt", "text"))
"""Codecs of text, by FFmpeg's names. Others are pictures, as on DVDs, and stay what they are."""
CODECS = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}
"""The one that a container takes, by muxer."""


def text_codec(stream: Stream, output: OutputContainer) -> str | None:
    """What a track can become to be taken; None: nothing."""
    context = stream.codec_context
    known = stream.type == "subtitle" and context and context.codec.canonical_name in TEXTS
    return CODECS.get(output.format.name) if known else None


def clip(packet: "Packet[Any]", seconds: Fraction | None) -> None:
    """Cut what a packet shows to the part from 0 to some seconds, or to the end."""
    if packet.pts is None or not packet.duration:
        return
    start, end = max(packet.pts, 0), packet.pts + packet.duration
    if seconds is not None:
        end = min(end, round(seconds / Fraction(packet.time_base)))
    packet.pts = packet.dts = start
    packet.duration = end - start


class SubtitleTranscoder:
    """One track, on its way into another file."""

    def __init__(self, stream: Stream, output: OutputContainer, codec: str) -> None:
        source = cast(SubtitleStream, stream)
        self._decoder = source.codec_context
        self._decoder.open(strict=False)  # only then it knows its header
        self._output, self._tick = output, Fraction(source.time_base or 1)
        self.result = cast(SubtitleStream, output.add_stream(codec))
        self._encoder = self.result.codec_context
        self._encoder.subtitle_header = self._decoder.subtitle_header
        self._encoder.time_base = Fraction(1, 1000)
        # Overlapping samples are an assertion in FFmpeg's muxer that ends the process.
        self._stack = CueStack() if codec == "mov_text" else None

    def mux(self, packet: "Packet[Any]") -> None:
        """Pass the line of a packet on; an empty one, which says that none is shown, gives none."""
        with suppress(av.InvalidDataError):  # a damaged line is left out, as players do
            if not (packet.size and (lines := self._decoder.decode2(packet))):
                return
            start, end = packet.pts or 0, (packet.pts or 0) + (packet.duration or 0)
            if self._stack is None:
                self._mux(lines, start, end)
                return
            for line in lines:
                if isinstance(line, AssSubtitle):
                    self._mux_cues(self._stack.add(Cue(start, end, line.ass)))

    def finish(self) -> None:
        """Pass on the lines that are still shown."""
        if self._stack:
            self._mux_cues(self._stack.rest())

    def _mux_cues(self, cues: list[Cue]) -> None:
        for cue in cues:
            self._mux(SubtitleSet.create(cue.text, 0, 0), cue.start, cue.end)

    def _mux(self, lines: SubtitleSet, start: int, end: int) -> None:
        packet = self._encoder.encode_subtitle(lines)
        packet.pts = packet.dts = start
        packet.duration, packet.time_base = end - start, self._tick
        packet.stream = self.result
        self._output.mux(packet)
