"""The sound of one file on its way into another, packet by packet."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet


class Sound:
    """Copies each audio stream bit for bit if the container takes its codec, else encodes it."""

    def __init__(self, path: Path, output: OutputContainer, codec: str) -> None:
        """Open a file's sound.

        Args:
            path: the file to take it from.
            output: the file to put it into; nothing was written to it yet.
            codec: to encode with what the container does not take.
        """
        self._input, self._output = av.open(str(path)), output
        self._copied: dict[int, AudioStream] = {}
        self._encoded: dict[int, AudioStream] = {}
        streams = self._input.streams.audio
        for stream in streams:
            self._add(stream, codec)
        packets = self._input.demux(*streams) if streams else iter(())
        self._packets = cast("Iterator[Packet[AudioStream]]", packets)
        self._next = next(self._packets, None)
        self.start = min((_start(stream) for stream in streams), default=None)
        """Seconds of the first sound on the file's own clock; None: it is silent."""
        self.zero = Fraction(0)
        """Where on the file's own clock the output begins, in seconds."""

    def _add(self, stream: AudioStream, codec: str) -> None:
        if stream.codec.canonical_name in self._output.supported_codecs:
            self._copied[stream.index] = self._output.add_stream_from_template(stream)
            return
        # Opus knows only a few rates; 48 kHz is the one everything is converted to.
        rate = 48000 if codec == "libopus" else stream.rate
        result = cast(AudioStream, self._output.add_stream(codec, rate=rate))
        result.codec_context.layout = "stereo" if stream.channels > 1 else "mono"
        self._encoded[stream.index] = result

    def copy_until(self, seconds: Fraction | None) -> None:
        """Pass on what sounds up to a moment on the file's own clock; None: all of it."""
        while self._next is not None and (seconds is None or _time(self._next) <= seconds):
            self._pass_on(self._next)
            self._next = next(self._packets, None)

    def finish(self) -> None:
        """Flush the encoders; nothing can be passed on any more."""
        for result in self._encoded.values():
            self._output.mux(result.encode(None))

    def close(self) -> None:
        """Close the file the sound comes from."""
        self._input.close()

    def _pass_on(self, packet: "Packet[AudioStream]") -> None:
        index = packet.stream.index
        shift = round(self.zero / packet.time_base) if packet.time_base else 0
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = None if packet.dts is None else packet.dts - shift
        if index in self._encoded:
            for frame in packet.stream.decode(packet):
                self._output.mux(self._encoded[index].encode(frame))
        elif packet.dts is not None:  # None marks the end of the stream
            packet.stream = self._copied[index]
            self._output.mux(packet)


def _start(stream: AudioStream) -> Fraction:
    return (stream.start_time or 0) * _fraction(stream.time_base)


def _time(packet: "Packet[AudioStream]") -> Fraction:
    return (packet.pts or 0) * _fraction(packet.time_base)


def _fraction(value: Any) -> Fraction:
    """PyAV 19 has its own rational numbers, and one that is unknown is falsy."""
    return Fraction(value.numerator, value.denominator) if value else Fraction(0)
