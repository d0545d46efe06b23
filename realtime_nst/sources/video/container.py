"""Read a container's header: duration, frame rate, number of frames, size."""

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer
from av.format import Flags
from av.packet import Packet
from av.video.stream import VideoStream


def seconds_of(container: InputContainer) -> Fraction | None:
    """Return the duration in the header in seconds, or None."""
    return Fraction(container.duration, av.time_base) if container.duration else None


def rational(value: Any) -> Fraction | None:
    """Return a fraction; None if the value is unknown.

    PyAV 19 has its own rational numbers, in which 0/0 is unknown.
    """
    return Fraction(value.numerator, value.denominator) if value else None


def rate_of(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """Return the average number of frames per second."""
    average, guessed = rational(stream.average_rate), rational(stream.guessed_rate)
    return guessed or average if _is_bare(container) else average or guessed


def speed_of(container: InputContainer, stream: VideoStream) -> Fraction:
    """Return the factor from the assumed to the real frame rate of a bare stream (.h264, .hevc)."""
    assumed, rate = rational(stream.average_rate), rate_of(container, stream)
    return rate / assumed if assumed and rate and _is_bare(container) else Fraction(1)


def _is_bare(container: InputContainer) -> bool:
    return bool(container.format.flags & cast(int, Flags.no_timestamps.value))


def frames_of(container: InputContainer, stream: VideoStream) -> int:
    """Return the number of frames to be shown according to the header, or 0."""
    entries = stream.index_entries if "mp4" in container.format.name and stream.frames else ()
    return sum(not entry.is_discard for entry in entries) or stream.frames


def _packets_of(container: InputContainer, stream: VideoStream) -> int:
    """Return the number of packets of an MP4's stream, or 0; an edit list may drop some frames."""
    if "mp4" not in container.format.name:
        return 0
    return min(stream.frames, len(stream.index_entries) or stream.frames)


def matroska_end(path: Path) -> int | None:
    """Return the offset of a Matroska or WebM file's end according to its header, or None.

    RFC 8794, section 4: each element is its name, its size and so many bytes. The header comes
    first, then one segment with all the rest.
    """
    with path.open("rb") as file:
        begin = file.read(4096)
    try:
        _, place = _number(begin, 0)
        length, place = _number(begin, place)
        _, place = _number(begin, place + length)
        length, after = _number(begin, place)
    except IndexError:
        return None
    unknown = length == (1 << 7 * (after - place)) - 1
    return None if unknown else after + length


def _number(data: bytes, place: int) -> tuple[int, int]:
    """Return a variable-length number of one to eight bytes, and the offset after it."""
    length = 9 - data[place].bit_length()
    number = int.from_bytes(data[place : place + length], "big")
    return number & ((1 << 7 * length) - 1), place + length


class TruncationCheck:
    """Detects truncated files: compares what was read with what the header announced.

    FFmpeg's demuxers end at the truncation without an error.

    Args:
        container: the file.
        stream: its video stream.
        lacking: whether the file is shorter than its own header says.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, *, lacking: bool = False
    ) -> None:
        kind = container.format.name
        tick = rational(stream.time_base) or Fraction(0)
        self._stream, self._packets = stream, 0
        self._due = _packets_of(container, stream)
        self._length = stream.frames * tick if kind == "avi" else Fraction(0)
        self._lacking = lacking
        self.seconds = 0.0
        """The latest time that was read, in seconds."""

    def saw(self, packet: "Packet[Any]") -> None:
        """Count a packet that was read."""
        if packet.pts is not None and packet.time_base:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self.seconds = max(self.seconds, float(end))
        self._packets += packet.stream is self._stream and packet.dts is not None

    def seeked(self) -> None:
        """Check only the end from now on, since a seek skipped packets."""
        if self._due:
            duration, tick = self._stream.duration, rational(self._stream.time_base)
            self._length = duration * tick if duration and tick else Fraction(0)
        self._due = 0

    def is_truncated(self) -> bool:
        """Return whether data is missing, once the end of the file was reached."""
        short = self._packets < self._due or self.seconds < float(self._length) - 1
        return short or self._lacking
