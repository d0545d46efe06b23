"""Measure the latency of models: one after the other, or two in turns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from realtime_nst.bench.memory import forget_peak, peak
from realtime_nst.bench.subject import BenchRequest, ModelUnderTest, RuntimeDescription, Size
from realtime_nst.errors import ModelError
from realtime_nst.stages import no_op
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
    """Time per frame, from bytes to bytes."""

    runner: RuntimeDescription
    width: int
    height: int
    median_ms: float
    p95_ms: float
    calls: int
    """Number of measured calls."""
    opened_ms: float
    """Time to open the model and check that it runs."""
    first_ms: float
    """Time of the first frame of this size."""
    peak_mb: float | None
    """Peak memory of the process in megabytes; None if the system does not report it."""
    batch: int = 1
    """Frames per call."""

    @property
    def fps(self) -> float:
        """Frames per second of the network alone."""
        return 1000 * self.batch / self.median_ms


@dataclass(frozen=True, slots=True)
class Comparison:
    """Result of timing two models in turns."""

    first: Speed
    second: Speed
    longer: Ratio
    """Time of the second model relative to the first."""


def need_single(batch: int) -> None:
    """Check that the batch size is 1: models take one frame per call, as live video provides.

    Raises:
        ModelError: the batch size is not 1.
    """
    if batch != 1:
        message = "a model takes one frame at a time: its input is (1, height, width, 3)"
        raise ModelError(message, "leave --batch out")


def _ignore_start(_runner: RuntimeDescription, _size: Size) -> None:
    """Do nothing when a measurement starts."""


def measure(
    wanted: Sequence[BenchRequest],
    sizes: Sequence[Size],
    effort: Budget,
    tier: str | None = None,
    on_start: Callable[[RuntimeDescription, Size], None] = _ignore_start,
) -> Iterator[Speed]:
    """Time each model at each size.

    A model is opened again for every size, so that memory and the first frame belong to that size.

    Args:
        wanted: models to benchmark.
        sizes: frame sizes (width, height).
        effort: number and duration of the calls.
        tier: tier of styles that several models have.
        on_start: called with each model and size when its measurement starts.
    """
    for one, size in product(wanted, sizes):
        yield _measure_one(one, size, effort, tier, on_start)


def _measure_one(
    wanted: BenchRequest,
    size: Size,
    effort: Budget,
    tier: str | None,
    on_start: Callable[[RuntimeDescription, Size], None],
) -> Speed:
    forget_peak()
    subject = ModelUnderTest(wanted, size, tier)
    on_start(subject.runner, size)
    first = subject.time_first_frame()
    return speed(subject, time_call(subject.stylize_call(), effort), first)


def compare(
    wanted: tuple[BenchRequest, BenchRequest],
    size: Size,
    rounds: int,
    tier: str | None = None,
    *,
    turn: Budget = TURN,
    rest: float = REST,
    on_round: Callable[[int], None] = no_op,
) -> Comparison:
    """Time two models in turns, and compare them turn by turn.

    Args:
        wanted: the two models.
        size: frame size (width, height).
        rounds: number of turns of each model.
        tier: tier of styles that several models have.
        turn: number and duration of the calls of a turn.
        rest: seconds between two turns.
        on_round: called with the number of each finished round, from 1.
    """
    forget_peak()
    subjects = {
        name: ModelUnderTest(one, size, tier) for name, one in zip("AB", wanted, strict=True)
    }
    firsts = {name: subject.time_first_frame() for name, subject in subjects.items()}
    calls = {name: subject.stylize_call() for name, subject in subjects.items()}
    turns = interleave(calls, rounds, turn, rest=rest, on_round=on_round)
    first, second = (
        speed(subject, together(turns[name]), firsts[name]) for name, subject in subjects.items()
    )
    return Comparison(first, second, ratio(turns["B"], turns["A"]))


def speed(subject: ModelUnderTest, timing: Timing, first: float) -> Speed:
    """Return the measurement, rounded to its precision."""
    peak_mb = peak()
    return Speed(
        subject.runner,
        *subject.size,
        median_ms=milliseconds(timing.median),
        p95_ms=milliseconds(timing.p95),
        calls=len(timing.seconds),
        opened_ms=milliseconds(subject.opened),
        first_ms=milliseconds(first),
        peak_mb=None if peak_mb is None else round(peak_mb, 1),
    )


def milliseconds(seconds: float) -> float:
    """Convert seconds to milliseconds, rounded to a microsecond."""
    return round(1000 * seconds, 3)
