"""What a file's header says, put plainly."""

from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream


def seconds_of(container: InputContainer) -> Fraction | None:
    """How long a file says it is."""
    return Fraction(container.duration, av.time_base) if container.duration else None


def rational(value: Any) -> Fraction | None:
    """PyAV 19 has its own rational numbers; what is unknown is None or, there, 0/0."""
    return Fraction(value.numerator, value.denominator) if value else None


class Promise:
    """What the header speaks of, where a file that is cut off ends as if all were well."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        kind = container.format.name
        tick = rational(stream.time_base) or Fraction(0)
        self._stream, self._packets = stream, 0
        self._due = stream.frames if "mp4" in kind else 0
        self._length = stream.frames * tick if kind == "avi" else Fraction(0)
        if "matroska" in kind:
            self._length = seconds_of(container) or Fraction(0)
        self.seconds = 0.0
        """The latest moment that was read."""

    def kept(self, packet: "Packet[Any]") -> None:
        """A packet was read."""
        if packet.pts is not None and packet.time_base:
            self.seconds = max(self.seconds, float(packet.pts * packet.time_base))
        self._packets += packet.stream is self._stream and packet.dts is not None

    def jumped(self) -> None:
        """Some packets will never be read, so that only the end tells whether all came."""
        if self._due:
            duration, tick = self._stream.duration, rational(self._stream.time_base)
            self._length = duration * tick if duration and tick else Fraction(0)
        self._due = 0

    def broken(self) -> bool:
        """Whether, at the end of the file, something is missing."""
        return self._packets < self._due or self.seconds < float(self._length) - 1
