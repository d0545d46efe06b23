"""How fast frames come, how old they are, and which stage they wait for."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import TypeVar

from realtime_nst.frame import Frame

T = TypeVar("T")
R = TypeVar("R")

WINDOW = 120
"""Frames the present numbers look back on."""


class FrameStats:
    """Counts frames at the end of the line; ``shown`` fits the callback ``on_frame`` of ``run``."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=WINDOW)
        self._ages: deque[float] = deque(maxlen=WINDOW)
        self._milliseconds: Counter[int] = Counter()
        self._first = 0.0
        self.frames = 0
        self.dropped = 0
        """Frames that newer ones replaced on their way, up to the one shown last."""

    def record(self, frame: Frame) -> None:
        """A frame has reached the sink."""
        now = self._clock()
        age = now - frame.captured_at
        self._first = self._first if self.frames else now
        self._times.append(now)
        self._ages.append(age)
        self._milliseconds[round(1000 * age)] += 1
        self.frames += 1
        self.dropped = frame.index + 1 - self.frames

    @property
    def fps(self) -> float:
        """Frames per second at the sink at present; 0 before the second frame."""
        return _rate(len(self._times), self._times[-1] - self._times[0] if self._times else 0.0)

    @property
    def seconds(self) -> float:
        """From the first frame shown to the last one."""
        return self._times[-1] - self._first if self._times else 0.0

    @property
    def overall_fps(self) -> float:
        """Frames per second of all that were shown; 0 before the second frame."""
        return _rate(self.frames, self.seconds)

    def latency(self, quantile: float) -> float:
        """Seconds from the source to the sink at present; ``age(0.5)`` is the median."""
        ages = sorted(self._ages)
        return ages[min(int(quantile * len(ages)), len(ages) - 1)] if ages else 0.0

    def overall_age(self, quantile: float) -> float:
        """The same of all frames that were shown, to the millisecond; 0 before any frame."""
        ages, before = sorted(self._milliseconds.items()), 0
        for milliseconds, frames in ages:
            before += frames
            if before > quantile * self.frames:
                return milliseconds / 1000
        return ages[-1][0] / 1000 if ages else 0.0


def _rate(frames: int, seconds: float) -> float:
    return (frames - 1) / seconds if seconds > 0 else 0.0


class StageTimer:
    """How long each stage of a run was at work; waiting for another stage does not count.

    Each stage runs on one thread, and no two have the same name.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self.busy: dict[str, float] = {}
        """Seconds by stage."""

    def time_iterable(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """The same items; what it takes to make them counts."""
        following, iterator, end = self.time_calls(stage, next), iter(items), object()
        return iter(lambda: following(iterator, end), end)

    def time_calls(self, stage: str, function: Callable[..., R]) -> Callable[..., R]:
        """The same function; the time inside it counts, on top of what did before."""
        self.busy.setdefault(stage, 0.0)

        def timed(*arguments: object) -> R:
            started = self._clock()
            try:
                return function(*arguments)
            finally:
                self.busy[stage] += self._clock() - started

        return timed
