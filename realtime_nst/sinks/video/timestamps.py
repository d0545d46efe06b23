"""Compute the timestamps of frames in a file's time base."""

from fractions import Fraction
from math import ceil

from realtime_nst.frame import StreamInfo
from realtime_nst.sinks.video.codecs import Container

HIGHEST_RATE = 120
"""Highest frame rate that a constant-rate file takes from the timestamps: some files report their
time base, 90000."""
LOWEST_TIME_BASE = 1000
"""Frame rate from which a value is the time base instead, as in raw DV."""
DRIFT = Fraction(3, 2)
"""Units by which a frame may be early or late before a note is added."""


class Clock:
    """Assigns rising timestamps to frames.

    Args:
        container: the file format.
        info: properties of the frames.
        ending: name of the file format, for messages.
        notes: receives a line if frames cannot keep their times.
    """

    def __init__(
        self, container: Container, info: StreamInfo, ending: str, notes: list[str]
    ) -> None:
        self._container, self._ending, self._notes = container, ending, notes
        self.rate = _rate(container, info)
        """Frames per second, for the encoder and for files with a constant rate."""
        self.unit = _unit(container, info, self.rate)
        """Time base in seconds."""
        self.last = -1
        """Last timestamp assigned, in units."""
        self._reported = False
        if container.shortest > 1 and info.rate and info.rate > self._most:
            self._report_dropped()

    @property
    def _most(self) -> Fraction:
        """Return the highest frame rate that the format can hold."""
        return 1 / (self.unit * self._container.shortest)

    def next(self, seconds: Fraction) -> int | None:
        """Return the timestamp of a frame; None if there is no room for it.

        Args:
            seconds: its time after the beginning of the file.
        """
        ideal, shortest = seconds / self.unit, self._container.shortest
        earliest = 0 if self.last < 0 else self.last + shortest
        ticks = max(earliest, round(ideal))
        if shortest > 1 and ticks - ideal > shortest / 2:
            self._report_dropped()
            return None
        if self._container.constant_rate:
            self._report_drift(ticks, ideal)
        self.last = ticks
        return ticks

    def _report_dropped(self) -> None:
        most = f"{float(self._most):g} frames per second"
        self._report(f"{self._ending} holds at most {most}: some are dropped")

    def _report_drift(self, ticks: int, ideal: Fraction) -> None:
        if self.last < 0 and not self._container.gapless and ideal > DRIFT:
            early = f"the first frame is {float(ideal * self.unit):.1f} s early"
            self._report(f"{early}: {self._ending} starts all streams at once")
        elif abs(ticks - ideal) > DRIFT:
            why = f"{self._ending} has a constant {float(self.rate):.5g} fps"
            self._report(f"frames are early or late: {why}; use --fps {ceil(self.rate)}")

    def _report(self, note: str) -> None:
        if not self._reported:
            self._notes.append(note)
        self._reported = True


def _rate(container: Container, info: StreamInfo) -> Fraction:
    """Return the average, or for constant-rate files a rate at which every frame fits.

    Twice the average is the field rate of interlaced video.
    """
    average, base = info.rate or Fraction(1), info.base_rate
    if not base or not info.rate or base > HIGHEST_RATE:
        return average
    if average > LOWEST_TIME_BASE:
        return base
    times = base / average
    fields = abs(times - 2) < Fraction(1, 100)
    return (
        base if container.constant_rate and times > Fraction(101, 100) and not fields else average
    )


def _unit(container: Container, info: StreamInfo, rate: Fraction) -> Fraction:
    frame = 1 / rate if info.rate else Fraction(1, 90000)
    if container.time_base:
        return Fraction(1, container.time_base)
    return frame if container.constant_rate else info.time_base or frame
