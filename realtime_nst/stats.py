"""Statistics of a run: frame rate, latency, and how busy each stage is."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from time import perf_counter
from typing import TypeVar

from realtime_nst.frame import Frame

T = TypeVar("T")
R = TypeVar("R")

WINDOW = 120
"""Number of recent frames that the current frame rate and latency are computed from."""


class FrameStats:
    """Frame rate and latency at the sink; pass ``record`` as ``on_frame`` of ``pipeline.run``."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=WINDOW)
        self._ages: deque[float] = deque(maxlen=WINDOW)
        self._milliseconds: Counter[int] = Counter()
        self._first = 0.0
        self.frames = 0
        self.dropped = 0
        """Number of frames dropped before the last recorded one."""

    def record(self, frame: Frame) -> None:
        """Count a frame that has reached the sink."""
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
        """Current frames per second at the sink; 0 before the second frame."""
        return _rate(len(self._times), self._times[-1] - self._times[0] if self._times else 0.0)

    @property
    def seconds(self) -> float:
        """Seconds from the first recorded frame to the last one."""
        return self._times[-1] - self._first if self._times else 0.0

    @property
    def overall_fps(self) -> float:
        """Frames per second over all recorded frames; 0 before the second frame."""
        return _rate(self.frames, self.seconds)

    def latency(self, quantile: float) -> float:
        """Return the current latency in seconds from source to sink; 0.5 gives the median."""
        ages = sorted(self._ages)
        return ages[min(int(quantile * len(ages)), len(ages) - 1)] if ages else 0.0

    def overall_age(self, quantile: float) -> float:
        """Return the latency over all recorded frames, to the millisecond; 0 before any frame."""
        ages, before = sorted(self._milliseconds.items()), 0
        for milliseconds, frames in ages:
            before += frames
            if before > quantile * self.frames:
                return milliseconds / 1000
        return ages[-1][0] / 1000 if ages else 0.0


def _rate(frames: int, seconds: float) -> float:
    return (frames - 1) / seconds if seconds > 0 else 0.0


class StageTimer:
    """Timer of the stages of a run; the time a stage waits for another does not count.

    Each stage runs on one thread and has its own name.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._lock = Lock()
        self._since = clock()
        self.busy: dict[str, float] = {}
        """Busy time in seconds, by stage."""
        self.seconds = 0.0
        """Duration of the measurement, after ``stop``."""

    def restart(self) -> None:
        """Measure from now on, also of calls in progress."""
        with self._lock:
            self._since = self._clock()
            self.busy.update(dict.fromkeys(self.busy, 0.0))

    def stop(self) -> None:
        """Take the duration; call it when the stages have ended."""
        self.seconds = self._clock() - self._since

    def time_iterable(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """Iterate the items, and add the time it takes to produce them to the stage."""
        timed_next, iterator, end = self.time_calls(stage, next), iter(items), object()
        return iter(lambda: timed_next(iterator, end), end)

    def time_calls(self, stage: str, function: Callable[..., R]) -> Callable[..., R]:
        """Wrap a function so that the time of its calls is added to the stage."""
        self.busy.setdefault(stage, 0.0)

        def timed(*arguments: object) -> R:
            started = self._clock()
            try:
                return function(*arguments)
            finally:
                with self._lock:
                    self.busy[stage] += self._clock() - max(started, self._since)

        return timed
