"""Time function calls: one repeatedly, or several in turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Call = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations of the measured calls in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median duration in seconds."""
        return quantile(self.seconds, 0.5)

    @property
    def p95(self) -> float:
        """95th percentile of the durations in seconds."""
        return quantile(self.seconds, 0.95)


@dataclass(frozen=True, slots=True)
class Budget:
    """Number and duration of the calls to measure."""

    warmup: int = 5
    """Calls not measured: memory is allocated, libraries search for their fastest kernels."""
    seconds: float = 3.0
    """Minimum total duration."""
    least: int = 10
    """Minimum number of measured calls, however long they take."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ratio of two durations, compared turn by turn."""

    median: float
    low: float
    """First quartile."""
    high: float
    """Third quartile."""
    pairs: int
    """Number of turns compared."""


TURN = Budget(warmup=1, seconds=0.15, least=3)
"""Budget of one turn: long enough to replace the previous call's data in the CPU caches."""
REST = 0.1
"""Seconds between two turns: ONNX Runtime's idle threads keep spinning for up to 50 ms and would
occupy the cores of the next turn."""


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile (0 to 1), interpolated linearly between neighboring values."""
    ranked = sorted(values)
    position = share * (len(ranked) - 1)
    below = int(position)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (position - below) * (ranked[above] - ranked[below])


def time_call(call: Call, effort: Budget, clock: Clock = time.perf_counter) -> Timing:
    """Time calls until both the duration and the number of calls in the budget are reached."""
    for _ in range(effort.warmup):
        call()
    times: list[float] = []
    end = clock() + effort.seconds
    while len(times) < effort.least or clock() < end:
        began = clock()
        call()
        times.append(clock() - began)
    return Timing(tuple(times))


def _ignore(_round: int) -> None:
    """Do nothing after a round."""


def interleave(
    calls: Mapping[str, Call],
    rounds: int,
    turn: Budget = TURN,
    *,
    rest: float = REST,
    clock: Clock = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
    on_round: Callable[[int], None] = _ignore,
) -> dict[str, list[Timing]]:
    """Time several calls in turns, so that other load on the machine affects all of them equally.

    The order is reversed in every second round, so that a machine that slows down steadily favors
    none of them.

    Args:
        calls: functions to time, by name.
        rounds: number of turns for each.
        turn: budget of one turn.
        rest: seconds between two turns.
        clock: returns the time in seconds.
        sleep: waits for a number of seconds.
        on_round: called with the number of each finished round, from 1.

    Returns:
        The timings of the turns by name, in the order of the rounds.
    """
    turns: dict[str, list[Timing]] = {name: [] for name in calls}
    for number in range(rounds):
        for name in list(calls)[:: -1 if number % 2 else 1]:
            sleep(rest)
            turns[name].append(time_call(calls[name], turn, clock))
        on_round(number + 1)
    return turns


def ratio(longer: Sequence[Timing], shorter: Sequence[Timing]) -> Ratio:
    """Return how many times as long the first takes as the second, round by round."""
    each = [a.median / b.median for a, b in zip(longer, shorter, strict=True)]
    return Ratio(quantile(each, 0.5), quantile(each, 0.25), quantile(each, 0.75), len(each))


def together(turns: Sequence[Timing]) -> Timing:
    """Merge the calls of all turns into one timing."""
    return Timing(tuple(seconds for turn in turns for seconds in turn.seconds))


def format_3digits(value: float) -> str:
    """Format a number with three significant digits and no exponent.

    >>> format_3digits(12.345), format_3digits(1234.5)
    ('12.3', '1234')
    """
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
