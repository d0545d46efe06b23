"""How fast frames come, how old they are, and which stage they wait for."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import TypeVar

from realtime_nst.frame import Frame

T = TypeVar("T")
R = TypeVar("R")

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


class Stopwatch:
    """How long each stage of a run was at work; waiting for another stage does not count.

    Each stage runs on one thread, and no two have the same name.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self.busy: dict[str, float] = {}
        """Seconds by stage."""

    def items(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """The same items; what it takes to make them counts."""
        following, iterator, end = self.calls(stage, next), iter(items), object()
        return iter(lambda: following(iterator, end), end)

    def calls(self, stage: str, function: Callable[..., R]) -> Callable[..., R]:
        """The same function; the time inside it counts."""
        self.busy[stage] = 0.0

        def timed(*arguments: object) -> R:
            started = self._clock()
            try:
                return function(*arguments)
            finally:
                self.busy[stage] += self._clock() - started

        return timed
