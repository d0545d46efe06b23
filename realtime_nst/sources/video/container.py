"""What a file's header says, put plainly."""

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer
from av.format import Flags
from av.packet import Packet
from av.video.stream import VideoStream


def seconds_of(container: InputContainer) -> Fraction | None:
    """How long a file says it is."""
    return Fraction(container.duration, av.time_base) if container.duration else None


def rational(value: Any) -> Fraction | None:
    """PyAV 19 has its own rational numbers; what is unknown is None or, there, 0/0."""
    return Fraction(value.numerator, value.denominator) if value else None


def rate_of(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """Return the average number of frames per second."""
    average, guessed = rational(stream.average_rate), rational(stream.guessed_rate)
    return guessed or average if _is_bare(container) else average or guessed


def speed_of(container: InputContainer, stream: VideoStream) -> Fraction:
    """Return by what to speed up the times of a bare stream (.h264, .hevc).

    FFmpeg makes them up for 25 frames per second, whatever the stream itself says.
    """
    assumed, rate = rational(stream.average_rate), rate_of(container, stream)
    return rate / assumed if assumed and rate and _is_bare(container) else Fraction(1)


def _is_bare(container: InputContainer) -> bool:
    return bool(container.format.flags & cast(int, Flags.no_timestamps.value))


def frames_of(container: InputContainer, stream: VideoStream) -> int:
    """Return how many frames will be shown, as far as the header says; else 0."""
    entries = stream.index_entries if "mp4" in container.format.name and stream.frames else ()
    return sum(not entry.is_discard for entry in entries) or stream.frames


def _packets_of(container: InputContainer, stream: VideoStream) -> int:
    """Return how many packets an MP4 holds of a stream; else 0. An edit list leaves some out."""
    if "mp4" not in container.format.name:
        return 0
    return min(stream.frames, len(stream.index_entries) or stream.frames)


def matroska_end(path: Path) -> int | None:
    """Where a Matroska or WebM file says that its last byte lies; None: it does not say.

    RFC 8794, section 4: each element is its name, its size and so many bytes. The header comes
    first, then one segment, which holds all the rest.
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
    """A number of one to eight bytes, without the bit that says how many, and what follows it."""
    length = 9 - data[place].bit_length()
    number = int.from_bytes(data[place : place + length], "big")
    return number & ((1 << 7 * length) - 1), place + length


class TruncationCheck:
    """What the header speaks of, where a file that is cut off ends as if all were well.

    Args:
        container: the file.
        stream: its pictures.
        lacking: whether bytes are missing at its end, where the file itself says how many it has.
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
        """The latest moment that was read."""

    def saw(self, packet: "Packet[Any]") -> None:
        """A packet was read."""
        if packet.pts is not None and packet.time_base:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self.seconds = max(self.seconds, float(end))
        self._packets += packet.stream is self._stream and packet.dts is not None

    def seeked(self) -> None:
        """Some packets will never be read, so that only the end tells whether all came."""
        if self._due:
            duration, tick = self._stream.duration, rational(self._stream.time_base)
            self._length = duration * tick if duration and tick else Fraction(0)
        self._due = 0

    def is_truncated(self) -> bool:
        """Whether, at the end of the file, something is missing."""
        short = self._packets < self._due or self.seconds < float(self._length) - 1
        return short or self._lacking
