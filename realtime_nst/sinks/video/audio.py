"""Transcode audio that a container does not support."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.codec import Codec
from av.container import OutputContainer
from av.packet import Packet

from realtime_nst.errors import SourceError

LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""Channel layouts that encoders accept, by number of channels."""
MAX_CHANNELS = {"libmp3lame": 2}
"""Maximum number of channels, for encoders that do not accept all of ``LAYOUTS``."""
TIMELESS = ("avi",)
"""Muxers that store no audio timestamps: gaps have to be filled with silence."""
LONGEST_GAP = Fraction(1, 20)
"""Longest inaudible gap in seconds. Encoders start some milliseconds early or late anyway."""
REPORTED_ERRORS = 5
"""Maximum number of damaged packets that are reported, as for damaged frames."""


class AudioTranscoder:
    """Decodes an audio stream and encodes it into another file.

    Args:
        path: the file that contains the stream, for messages.
        stream: the stream to decode.
        output: the file to write to; its header is not written yet.
        codec: FFmpeg's name of the encoder.
        notes: receives a line for each skipped packet.
        skip_broken: whether to skip damaged packets; otherwise they are an error.
    """

    def __init__(
        self,
        path: Path,
        stream: AudioStream,
        output: OutputContainer,
        codec: str,
        notes: list[str],
        *,
        skip_broken: bool,
    ) -> None:
        self._path, self._output = path, output
        self._notes, self._skip_broken = notes, skip_broken
        rate = _nearest_rate(codec, stream.rate)
        self.result = cast(AudioStream, output.add_stream(codec, rate))
        self.result.codec_context.layout = layout_of(codec, stream)
        self._timeless = output.format.name in TIMELESS
        self._resampler, self._input = self._new_resampler(), ("", "", 0)
        self._written = 0  # samples
        self._errors = 0

    def mux(self, packet: "Packet[Any]") -> None:
        """Encode the samples of a packet and write them."""
        for frame in self._decode(packet):
            self._encode(self._resampled(frame))

    def finish(self) -> None:
        """Flush the encoder."""
        self._encode(self._rest())
        self._output.mux(self.result.encode(None))

    def _decode(self, packet: "Packet[Any]") -> list[AudioFrame]:
        try:
            return cast("list[AudioFrame]", packet.stream.decode(packet))
        except av.FFmpegError as error:
            seconds = float((packet.pts or 0) * Fraction(packet.time_base))
            message = f"the audio of {self._path} is damaged after {seconds:.1f} s"
            self._report(f"{message}: {error.strerror}", error)
            return []

    def _report(self, message: str, error: av.FFmpegError) -> None:
        if not self._skip_broken:
            hint = "use --on-error skip to skip the damaged part, or --no-audio"
            raise SourceError(message, hint) from error
        self._errors += 1
        if self._errors <= REPORTED_ERRORS:
            more = "; further ones are not reported" if self._errors == REPORTED_ERRORS else ""
            self._notes.append(f"skipped: {message}{more}")

    def _new_resampler(self) -> AudioResampler:
        context = self.result.codec_context
        return AudioResampler(context.format, context.layout, context.rate)

    def _resampled(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """Yield frames in the encoder's format; broadcasts change channels and rate on the way."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._input:
            yield from self._rest()
            self._resampler, self._input = self._new_resampler(), kind
        if frame.pts is not None and frame.time_base:
            frame.pts = round(frame.pts * Fraction(frame.time_base) * frame.sample_rate)
        frame.time_base = Fraction(1, frame.sample_rate)
        yield from self._resampler.resample(frame)

    def _rest(self) -> list[AudioFrame]:
        """Flush the resampler and return the rest of its samples."""
        return [frame for frame in self._resampler.resample(None) if frame]

    def _encode(self, frames: Iterable[AudioFrame]) -> None:
        for frame in frames:
            if self._timeless and frame.pts is not None:
                self._fill_up_to(frame.pts)
            self._written += frame.samples
            self._output.mux(self.result.encode(frame))

    def _fill_up_to(self, sample: int) -> None:
        """Encode silence up to a sample, unless the gap is too short to be heard."""
        context = self.result.codec_context
        if sample - self._written <= LONGEST_GAP * context.rate:
            return
        while (missing := min(sample - self._written, context.rate)) > 0:
            silence = AudioFrame(context.format.name, context.layout.name, missing)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate, silence.pts = context.rate, self._written
            silence.time_base = Fraction(1, context.rate)
            self._written += missing
            self._output.mux(self.result.encode(silence))


def layout_of(codec: str, stream: AudioStream) -> str:
    """Return the channel layout that an encoder is given for a stream."""
    return LAYOUTS[min(stream.channels, MAX_CHANNELS.get(codec, len(LAYOUTS)))]


def has_parameters(stream: AudioStream) -> bool:
    """Return whether a stream's header suffices to decode it."""
    return bool(stream.codec_context and stream.rate and stream.channels)


def _nearest_rate(codec: str, rate: int) -> int:
    """Return the highest rate up to the given one that an encoder supports; 48 kHz for Opus."""
    known = Codec(codec, "w").audio_rates or [rate]
    return 48000 if codec == "libopus" else max([r for r in known if r <= rate], default=min(known))
