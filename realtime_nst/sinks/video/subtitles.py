"""Convert text subtitles between formats."""

from contextlib import suppress
from fractions import Fraction
from typing import Any, cast

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle, SubtitleSet

from realtime_nst.sinks.video.cues import CueStack, SubtitleCue

TEXTS = frozenset(("subrip", "ass", "ssa", "mov_text", "webvtt", "text"))
"""FFmpeg's names of text subtitle codecs. Others are images, as on DVDs, and are only copied."""
CODECS = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}
"""Text subtitle codec of each container, by muxer."""


def text_codec(stream: Stream, output: OutputContainer) -> str | None:
    """Return the codec to convert a stream to for an output; None if it cannot be converted."""
    context = stream.codec_context
    known = stream.type == "subtitle" and context and context.codec.canonical_name in TEXTS
    return CODECS.get(output.format.name) if known else None


def clip(packet: "Packet[Any]", seconds: Fraction | None) -> None:
    """Clip the interval in which a packet is shown to a range from 0.

    Args:
        packet: the packet to change.
        seconds: end of the range; None for no end.
    """
    if packet.pts is None or not packet.duration:
        return
    start, end = max(packet.pts, 0), packet.pts + packet.duration
    if seconds is not None:
        end = min(end, round(seconds / Fraction(packet.time_base)))
    packet.pts = packet.dts = start
    packet.duration = end - start


class SubtitleTranscoder:
    """Converts a text subtitle stream and writes it to another file.

    Args:
        stream: the stream to decode.
        output: the file to write to; its header is not written yet.
        codec: FFmpeg's name of the encoder.
    """

    def __init__(self, stream: Stream, output: OutputContainer, codec: str) -> None:
        source = cast(SubtitleStream, stream)
        self._decoder = source.codec_context
        self._decoder.open(strict=False)  # its header is available only then
        self._output, self._time_base = output, Fraction(source.time_base or 1)
        self.result = cast(SubtitleStream, output.add_stream(codec))
        self._encoder = self.result.codec_context
        self._encoder.subtitle_header = self._decoder.subtitle_header
        self._encoder.time_base = Fraction(1, 1000)
        # Overlapping samples fail an assertion in FFmpeg's muxer, which ends the process.
        self._stack = CueStack() if codec == "mov_text" else None

    def mux(self, packet: "Packet[Any]") -> None:
        """Convert and write the lines of a packet; one that clears the screen has none."""
        with suppress(av.InvalidDataError):  # damaged lines are skipped, as in players
            if not (packet.size and (lines := self._decoder.decode2(packet))):
                return
            start, end = packet.pts or 0, (packet.pts or 0) + (packet.duration or 0)
            if self._stack is None:
                self._mux(lines, start, end)
                return
            for line in lines:
                if isinstance(line, AssSubtitle):
                    self._mux_cues(self._stack.add(SubtitleCue(start, end, line.ass)))

    def finish(self) -> None:
        """Write the lines that are still shown."""
        if self._stack:
            self._mux_cues(self._stack.rest())

    def _mux_cues(self, cues: list[SubtitleCue]) -> None:
        for cue in cues:
            self._mux(SubtitleSet.create(cue.text, 0, 0), cue.start, cue.end)

    def _mux(self, lines: SubtitleSet, start: int, end: int) -> None:
        packet = self._encoder.encode_subtitle(lines)
        packet.pts = packet.dts = start
        packet.duration, packet.time_base = end - start, self._time_base
        packet.stream = self.result
        self._output.mux(packet)
