"""How long a call takes: many times over, and in turns with others."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Call = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of each call that counted."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """What a call usually takes."""
        return quantile(self.seconds, 0.5)

    @property
    def p95(self) -> float:
        """What one call in twenty exceeds."""
        return quantile(self.seconds, 0.95)


@dataclass(frozen=True, slots=True)
class Budget:
    """How often to call."""

    warmup: int = 5
    """Calls that do not count: memory is fetched, libraries search for their best kernels."""
    seconds: float = 3.0
    """How long to go on."""
    least: int = 10
    """Calls that count, however long they take."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long one thing takes as another, turn by turn."""

    median: float
    low: float
    """A quarter of the turns had less."""
    high: float
    """A quarter of the turns had more."""
    pairs: int


TURN = Budget(warmup=1, seconds=0.15, least=3)
"""Long enough for the data of the one before to leave the caches."""
REST = 0.1
"""Seconds between two turns: ONNX Runtime's idle threads go on spinning for up to 50 ms, and would
take the cores from whoever comes next."""


def quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed, between two of them in proportion."""
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below])


def time_call(call: Call, effort: Budget, clock: Clock = time.perf_counter) -> Timing:
    """Call until both the time and the number asked for are reached."""
    for _ in range(effort.warmup):
        call()
    times: list[float] = []
    end = clock() + effort.seconds
    while len(times) < effort.least or clock() < end:
        began = clock()
        call()
        times.append(clock() - began)
    return Timing(tuple(times))


def interleave(
    calls: Mapping[str, Call],
    rounds: int,
    turn: Budget = TURN,
    *,
    rest: float = REST,
    clock: Clock = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
    on_round: Callable[[int], None] = lambda number: None,
) -> dict[str, list[Timing]]:
    """Let all take turns, so that whatever else the machine does falls on all of them.

    Every second round goes backwards: a machine that grows steadily slower treats nobody worse.

    Args:
        calls: what to time, by name.
        rounds: how many turns each gets.
        turn: what a turn is.
        rest: seconds between two turns.
        clock: counts seconds.
        sleep: waits for seconds.
        on_round: told of every round that is done, from 1.

    Returns:
        By name the timing of each turn, in the order of the rounds.
    """
    turns: dict[str, list[Timing]] = {name: [] for name in calls}
    for number in range(rounds):
        for name in list(calls)[:: -1 if number % 2 else 1]:
            sleep(rest)
            turns[name].append(time_call(calls[name], turn, clock))
        on_round(number + 1)
    return turns


def ratio(longer: Sequence[Timing], shorter: Sequence[Timing]) -> Ratio:
    """Compare what two took in the same rounds."""
    each = [a.median / b.median for a, b in zip(longer, shorter, strict=True)]
    return Ratio(quantile(each, 0.5), quantile(each, 0.25), quantile(each, 0.75), len(each))


def together(turns: Sequence[Timing]) -> Timing:
    """All calls of all turns."""
    return Timing(tuple(seconds for turn in turns for seconds in turn.seconds))


def format_3digits(value: float) -> str:
    """Three digits that count, and no exponent: 0.123, 1.23, 12.3, 123, 1234."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
