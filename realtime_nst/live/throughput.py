"""Frame rates before and behind the stylizer."""

from collections import deque
from typing import NamedTuple

MAX_GAP = 1.0
"""Seconds without a frame after which counting starts over: the camera was away."""


class _Counts(NamedTuple):
    now: float
    arrived: int
    shown: int


class Throughput:
    """Frames per second that arrive from the source and that reach the outputs.

    Args:
        frames: number of latest frames to count.
    """

    def __init__(self, frames: int) -> None:
        self._counts: deque[_Counts] = deque(maxlen=frames)

    def add(self, now: float, arrived: int, shown: int) -> None:
        """Add the numbers of frames that have arrived and were shown until now."""
        counts = _Counts(now, arrived, shown)
        if self._counts:
            last = self._counts[-1]
            if now - last.now > MAX_GAP or arrived < last.arrived or shown < last.shown:
                self._counts.clear()
        self._counts.append(counts)

    def clear(self) -> None:
        """Start over."""
        self._counts.clear()

    @property
    def seconds(self) -> float:
        """Seconds that were counted."""
        return self._counts[-1].now - self._counts[0].now if self._counts else 0.0

    @property
    def arrived(self) -> float:
        """Frames per second from the source, those dropped included; 0 before the second frame."""
        return self._per_second([counts.arrived for counts in self._counts])

    @property
    def shown(self) -> float:
        """Frames per second at the outputs; 0 before the second frame."""
        return self._per_second([counts.shown for counts in self._counts])

    def _per_second(self, frames: list[int]) -> float:
        return (frames[-1] - frames[0]) / self.seconds if self.seconds else 0.0
