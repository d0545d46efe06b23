"""The timestamps of a file's frames, in its own unit."""

from fractions import Fraction
from math import ceil

from realtime_nst.frame import StreamInfo
from realtime_nst.sinks.video.codecs import Container

HIGHEST_RATE = 120
"""Frames per second up to which a file of one rate takes the rate of all timestamps: some files
claim their unit of time, 90000."""
LOWEST_TIME_BASE = 1000
"""Frames per second from which on a rate is no rate, but the unit of time, as raw DV claims."""
DRIFT = Fraction(3, 2)
"""Units that a frame may come early or late before it is reported."""


class Clock:
    """Gives each frame a timestamp, which rises.

    Args:
        container: the kind of file.
        info: the frames that will come.
        ending: name of the kind of file, for messages.
        notes: gets a line if not every frame has its place.
    """

    def __init__(
        self, container: Container, info: StreamInfo, ending: str, notes: list[str]
    ) -> None:
        self._container, self._ending, self._notes = container, ending, notes
        self.rate = _rate(container, info)
        """Frames per second, for the encoder and for files that hold nothing else."""
        self.unit = _unit(container, info, self.rate)
        """Seconds."""
        self.last = -1
        """The last timestamp given, in units."""
        self._reported = False
        if container.shortest > 1 and info.rate and info.rate > self._most:
            self._report_dropped()

    @property
    def _most(self) -> Fraction:
        """Frames per second that fit."""
        return 1 / (self.unit * self._container.shortest)

    def next(self, seconds: Fraction) -> int | None:
        """Return the timestamp of a frame; None: there is no room for it.

        Args:
            seconds: after the beginning of the file.
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
        most = f"{float(self._most):g} frames a second"
        self._report(f"{self._ending} shows at most {most}: some are left out")

    def _report_drift(self, ticks: int, ideal: Fraction) -> None:
        if self.last < 0 and not self._container.gapless and ideal > DRIFT:
            early = f"the first frame comes {float(ideal * self.unit):.1f} s early"
            self._report(f"{early}: {self._ending} begins all streams at once")
        elif abs(ticks - ideal) > DRIFT:
            why = f"{self._ending} has {float(self.rate):.5g} fps only"
            self._report(f"frames come early or late: {why}; --fps {ceil(self.rate)} repeats some")

    def _report(self, note: str) -> None:
        if not self._reported:
            self._notes.append(note)
        self._reported = True


def _rate(container: Container, info: StreamInfo) -> Fraction:
    """Return the average, or, for a file of one rate, a rate at which every frame has its place.

    Twice the average is that of interlaced video's fields.
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
