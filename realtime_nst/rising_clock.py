"""One rising clock for files whose timestamps restart, step back or jump ahead.

Broadcasts that were joined, or recorded across a cut, begin a new clock in the middle. FFmpeg's
command line shifts the packets that follow; its demuxers do not, so readers have to do it here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

MAX_STEP_BACK = Fraction(1, 10)
"""Seconds by which timestamps may step back, or streams overlap, on one clock; as in FFmpeg."""
MIN_STEP = Fraction(1, 1000)
"""Seconds between packets that would step back: the shortest step that Matroska stores."""
MAX_PAUSE = Fraction(10)
"""Seconds without a packet of any stream on one clock; as in FFmpeg."""
RECONNECTING = frozenset(("flv",))
"""Formats that declare no discontinuities, but whose times step back where a live stream
reconnected."""


@dataclass(slots=True)
class _Position:
    """Position of a stream on the rising clock."""

    clock: int
    """Index of the file's clock that applies, from 0."""
    last: Fraction
    """Timestamp of its last packet, in seconds."""
    end: Fraction
    """Time at which its next packet is due, in seconds."""
    begin: Fraction | None = None
    """Time at which the previous clock ended, in seconds; None if there is none."""


class RisingClock:
    """Shifts packets, in the order they are read, onto one rising clock.

    Args:
        container: the file.
        streams: the streams that define the clock. Two readers of one file that pass all packets
            of these streams shift all other packets alike, too.
    """

    def __init__(self, container: "InputContainer", streams: "Iterable[Stream]") -> None:
        from av.format import Flags

        self._jumps = bool(container.format.flags & cast(int, Flags.ts_discont.value))
        self.is_needed = self._jumps or container.format.name in RECONNECTING
        """Whether files of this format may begin a new clock."""
        self._leading = {stream.index for stream in streams}
        self._positions: dict[int, _Position] = {}
        self._shifts, self._latest = [Fraction(0)], [Fraction(-1 << 40)]

    @property
    def restarts(self) -> int:
        """Return how many times a new clock began."""
        return len(self._shifts) - 1

    def move(self, packet: "Packet[Any]") -> bool:
        """Shift a packet and return whether a new clock begins with it for its stream."""
        index = packet.stream.index
        if not self.is_needed or packet.dts is None or not packet.time_base:
            return False
        if index not in self._leading:
            _shift(packet, self._shifts[-1])
            return False
        before = self._positions.get(index)
        clock = self._clock_of(_seconds(packet), before)
        self._latest[clock] = max(self._latest[clock], _seconds(packet))
        _shift(packet, self._shifts[clock])
        self._positions[index] = _after(packet, clock, before)
        return before is not None and clock != before.clock

    def overlaps(self, packet: "Packet[Any]") -> bool:
        """Return whether a shifted audio packet begins before the end of the previous clock."""
        position = self._positions.get(packet.stream.index)
        begin = position.begin if position and packet.stream.type == "audio" else None
        return begin is not None and packet.dts is not None and _seconds(packet) < begin

    def _clock_of(self, raw: Fraction, position: _Position | None) -> int:
        """Return the clock of a packet; streams change to a new one at different packets."""
        if position is None:
            return self.restarts
        for clock in range(position.clock, len(self._shifts)):
            step_back = position.last - (raw + self._shifts[clock])
            pause = raw - self._latest[clock] if self._jumps else Fraction(0)
            if step_back <= MAX_STEP_BACK and pause <= MAX_PAUSE:
                return clock
        ends = [other.end - MAX_STEP_BACK for other in self._positions.values()]
        self._shifts.append(max(position.end, *ends) - raw)
        self._latest.append(raw)
        return self.restarts


def _after(packet: "Packet[Any]", clock: int, before: _Position | None) -> _Position:
    """Keep a shifted packet after the previous one, as muxers require; return the new position."""
    if before and _seconds(packet) <= before.last:
        _shift(packet, before.last + MIN_STEP - _seconds(packet))
    last = _seconds(packet)
    length = (packet.duration or 0) * _time_base(packet)
    if before is None:
        return _Position(clock, last, last + length)
    begin = before.begin if before.clock == clock else before.end
    return _Position(clock, last, last + (length or last - before.last), begin)


def _shift(packet: "Packet[Any]", seconds: Fraction) -> None:
    ticks = round(seconds / _time_base(packet))
    packet.pts = None if packet.pts is None else packet.pts + ticks
    packet.dts = None if packet.dts is None else packet.dts + ticks


def _seconds(packet: "Packet[Any]") -> Fraction:
    return (packet.dts or 0) * _time_base(packet)


def _time_base(packet: "Packet[Any]") -> Fraction:
    return Fraction(packet.time_base.numerator, packet.time_base.denominator)
