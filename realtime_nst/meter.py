"""How fast frames come and how old they are."""

from collections import deque
from collections.abc import Callable
from time import perf_counter

from realtime_nst.frame import Frame

WINDOW = 120
"""Frames the numbers look back on: the present speed, not that of the warm-up."""


class Meter:
    """Counts frames at the end of the line; ``shown`` and ``drop`` fit the callbacks of ``run``."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=WINDOW)
        self._ages: deque[float] = deque(maxlen=WINDOW)
        self.frames = 0
        self.dropped = 0

    def shown(self, frame: Frame) -> None:
        """A frame has reached the sink."""
        now = self._clock()
        self._times.append(now)
        self._ages.append(now - frame.captured_at)
        self.frames += 1

    def drop(self, frame: Frame) -> None:
        """A frame was thrown away because a newer one came."""
        self.dropped += 1

    @property
    def fps(self) -> float:
        """Frames per second at the sink; 0 before the second frame."""
        seconds = self._times[-1] - self._times[0] if self._times else 0.0
        return (len(self._times) - 1) / seconds if seconds > 0 else 0.0

    def age(self, quantile: float) -> float:
        """Seconds from the source to the sink; ``age(0.5)`` is the median. 0 before any frame."""
        ages = sorted(self._ages)
        return ages[min(int(quantile * len(ages)), len(ages) - 1)] if ages else 0.0
