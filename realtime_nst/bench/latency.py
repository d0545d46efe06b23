"""Time models: one after the other, or two in turns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from realtime_nst.bench.memory import forget_peak, peak
from realtime_nst.bench.subject import BenchRequest, ModelUnderTest, RuntimeDescription, Size
from realtime_nst.errors import ModelError
from realtime_nst.timing import (
    REST,
    TURN,
    Budget,
    Ratio,
    Timing,
    interleave,
    ratio,
    time_call,
    together,
)


@dataclass(frozen=True, slots=True)
class Speed:
    """What a picture costs, from bytes to bytes."""

    runner: RuntimeDescription
    width: int
    height: int
    median_ms: float
    p95_ms: float
    calls: int
    """That counted."""
    opened_ms: float
    """To open the model and prove that it runs."""
    first_ms: float
    """The first picture of this size."""
    peak_mb: float | None
    """The most memory the process held meanwhile."""
    batch: int = 1
    """Pictures a call."""

    @property
    def fps(self) -> float:
        """Pictures a second, if nothing else had to be done."""
        return 1000 * self.batch / self.median_ms


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two that took turns."""

    first: Speed
    second: Speed
    longer: Ratio
    """How many times as long the second takes as the first."""


def need_single(batch: int) -> None:
    """A model takes one picture a call; that is what live pictures and films have to give.

    Raises:
        ModelError: more than one was asked for.
    """
    if batch != 1:
        message = "a model takes one frame at a time: its input is (1, height, width, 3)"
        raise ModelError(message, "leave --batch out")


def measure(
    wanted: Sequence[BenchRequest],
    sizes: Sequence[Size],
    effort: Budget,
    tier: str | None = None,
    on_start: Callable[[RuntimeDescription, Size], None] = lambda runner, size: None,
) -> Iterator[Speed]:
    """Time each model at each size.

    It is opened anew for every size, so that memory and the first picture are this size's own.
    """
    for one, size in product(wanted, sizes):
        yield _measured(one, size, effort, tier, on_start)


def _measured(
    wanted: BenchRequest,
    size: Size,
    effort: Budget,
    tier: str | None,
    on_start: Callable[[RuntimeDescription, Size], None],
) -> Speed:
    forget_peak()
    subject = ModelUnderTest(wanted, size, tier)
    on_start(subject.runner, size)
    first = subject.first_picture()
    return speed(subject, time_call(subject.painting(), effort), first)


def compare(
    wanted: tuple[BenchRequest, BenchRequest],
    size: Size,
    rounds: int,
    tier: str | None = None,
    *,
    turn: Budget = TURN,
    rest: float = REST,
    on_round: Callable[[int], None] = lambda number: None,
) -> Comparison:
    """Let two models paint in turns, and compare turn by turn."""
    forget_peak()
    subjects = {
        name: ModelUnderTest(one, size, tier) for name, one in zip("AB", wanted, strict=True)
    }
    firsts = {name: subject.first_picture() for name, subject in subjects.items()}
    calls = {name: subject.painting() for name, subject in subjects.items()}
    turns = interleave(calls, rounds, turn, rest=rest, on_round=on_round)
    first, second = (
        speed(subject, together(turns[name]), firsts[name]) for name, subject in subjects.items()
    )
    return Comparison(first, second, ratio(turns["B"], turns["A"]))


def speed(subject: ModelUnderTest, timing: Timing, first: float) -> Speed:
    """What was measured, rounded to what can be meant by it."""
    most = peak()
    return Speed(
        subject.runner,
        *subject.size,
        median_ms=milliseconds(timing.median),
        p95_ms=milliseconds(timing.p95),
        calls=len(timing.seconds),
        opened_ms=milliseconds(subject.opened),
        first_ms=milliseconds(first),
        peak_mb=None if most is None else round(most, 1),
    )


def milliseconds(seconds: float) -> float:
    """To a microsecond."""
    return round(1000 * seconds, 3)
