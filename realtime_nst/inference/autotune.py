"""Which engine and precision paint a frame fastest on this machine: tried once, then remembered."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np

from realtime_nst.errors import NstError
from realtime_nst.frame import Image
from realtime_nst.image_metrics import decibels
from realtime_nst.inference.cache import Key, recall, remember
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines import Size

KIND = "choices"
BUDGET = 1.0
"""Seconds of painting for all trials; when they are over, those left are not tried."""
SHARE = 0.1
"""Of the budget, what one frame may take: else all are tried on smaller ones."""
ENOUGH = 0.08
"""Seconds of frames after which a trial ends."""
LEAST, MOST = 2, 8
"""Frames that count in a trial, after one that does not."""
FLOOR = 15.0
"""dB that a painting may differ from the first candidate's. Rounding to bytes leaves 20 and more on
the picture tried, which is harder than photos; another picture, black or overflow leave 10."""
SMALLER = (1, 2, 4)
"""A frame's sides are divided by these, in turn, until it is small enough."""
NARROW = 4
"""How much smaller the frame is that tells how small it must be. Much smaller ones would tell of
the time that every frame takes whatever its size."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to run a model."""

    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """What became of a candidate."""

    device: str
    precision: str
    seconds: float
    """A frame's; the shortest."""

    @property
    def label(self) -> str:
        """The device, for people."""
        return DEVICES[self.device].label


@dataclass(frozen=True, slots=True)
class AutotuneResult:
    """The outcome, the fastest first."""

    trials: tuple[Measurement, ...]
    size: Size
    """Of the frames that were tried."""
    failures: tuple[str, ...] = ()
    """Why a candidate is not among them."""
    complete: bool = True
    """False where time was over before all had been tried, as on a machine that is busy."""

    @property
    def ranking(self) -> list[Candidate]:
        """What to run, the best first."""
        return [Candidate(trial.device, trial.precision) for trial in self.trials]


Paint = Callable[[Image], Image]
Open = Callable[[Candidate, Size], Paint]


def autotune(
    candidates: Sequence[Candidate],
    open_at: Open,
    size: Size,
    key: Key,
    clock: Clock = perf_counter,
) -> AutotuneResult:
    """The outcome of an earlier start, or else of a comparison, which is then remembered.

    One that was cut short is made again at the next start: the machine may be less busy by then.

    Args:
        candidates: see ``compare``.
        open_at: see ``compare``.
        size: see ``compare``.
        key: all that the outcome hangs on besides the candidates and the size.
        clock: counts seconds.

    Raises:
        NstError: what the last candidate failed of, if all did.
    """
    known = {**key, "candidates": [asdict(each) for each in candidates], "size": size}
    verdict = _remembered(known, candidates)
    if verdict is None:
        verdict = compare(candidates, open_at, size, clock)
        if verdict.complete:
            remember(KIND, known, asdict(verdict))
    return verdict


def _remembered(key: Key, candidates: Sequence[Candidate]) -> AutotuneResult | None:
    known = recall(KIND, key)
    try:
        trials = tuple(Measurement(**trial) for trial in known["trials"])
        height, width = known["size"]
        verdict = AutotuneResult(trials, (int(height), int(width)), tuple(known["failures"]))
        return verdict if set(verdict.ranking) <= set(candidates) and trials else None
    except (TypeError, KeyError, ValueError, IndexError):
        return None


def compare(
    candidates: Sequence[Candidate],
    open_at: Open,
    size: Size,
    clock: Clock = perf_counter,
    budget: float = BUDGET,
) -> AutotuneResult:
    """Let every candidate paint a few frames.

    Args:
        candidates: at least one; the first one's picture is the measure of the others'.
        open_at: makes one ready for a size.
        size: height and width of the frames to come.
        clock: counts seconds.
        budget: how many of them may pass while frames are painted; opening is not counted.

    Raises:
        NstError: what the last candidate failed of, if all did.
    """
    spent = 0.0
    trials: list[Measurement] = []
    failures: list[NstError] = []
    wanted: Image | None = None
    paint: Paint | None = None
    complete = True
    for candidate in candidates:
        if trials and spent > budget:
            complete = False
            break
        try:
            if not trials:
                size = _affordable(candidate, open_at, size, clock, SHARE * budget)
            paint = None  # or it would be held in memory while the next one is opened
            paint = open_at(candidate, size)
            began = clock()
            seconds, painted = _timed(paint, size, clock)
            spent += clock() - began
        except NstError as error:
            failures.append(error)
            continue
        wanted = painted if wanted is None else wanted
        if _psnr(painted, wanted) >= FLOOR:
            trials.append(Measurement(candidate.device, candidate.precision, seconds))
        else:
            failures.append(_wrong(candidate))
    if not trials:
        raise failures[-1]
    trials.sort(key=lambda trial: trial.seconds)
    return AutotuneResult(tuple(trials), size, tuple(str(each) for each in failures), complete)


def described(trials: Sequence[Measurement], tried: Size, size: Size) -> str:
    """``4.9 ms; ONNX Runtime int8 6.1, fp32 17.9 ms``: the first one's time, then the others'.

    Args:
        trials: the first one is named already.
        tried: height and width of the frames they painted.
        size: of the frames to come.
    """
    first, *others = trials
    shrunk = "" if tried == size else f" at {tried[1]}x{tried[0]}"
    by_device: dict[str, list[str]] = {}
    for trial in others:
        by_device.setdefault(trial.label, []).append(f"{trial.precision} {_ms(trial)}")
    rest = [f"{label} {', '.join(times)} ms" for label, times in by_device.items()]
    return "; ".join([f"{_ms(first)} ms{shrunk}", *rest])


def _ms(trial: Measurement) -> str:
    return f"{1000 * trial.seconds:.1f}"


def _affordable(
    candidate: Candidate, open_at: Open, size: Size, clock: Clock, limit: float
) -> Size:
    """The size to try at: what a frame takes grows with its pixels."""
    narrow = _divided(size, NARROW)
    seconds, _ = _timed(open_at(candidate, narrow), narrow, clock, least=1)
    rate = seconds / (narrow[0] * narrow[1])
    sizes = [_divided(size, by) for by in SMALLER]
    fitting = [each for each in sizes if rate * each[0] * each[1] <= limit]
    return fitting[0] if fitting else sizes[-1]


def _divided(size: Size, by: int) -> Size:
    smallest = 64
    return max(size[0] // by, min(size[0], smallest)), max(size[1] // by, min(size[1], smallest))


def _timed(paint: Paint, size: Size, clock: Clock, least: int = LEAST) -> tuple[float, Image]:
    """Seconds of the quickest frame, and what it looks like."""
    picture = sample_image(size)
    painted = paint(picture)
    times: list[float] = []
    while len(times) < least or (len(times) < MOST and sum(times) < ENOUGH):
        began = clock()
        paint(picture)
        times.append(clock() - began)
    return min(times), painted


def sample_image(size: Size) -> Image:
    """A picture with smooth and busy places."""
    y, x = np.mgrid[:64, :64]
    patch = [
        127 + 80 * np.sin(2 * np.pi * (x * a + y * b) / 64) for a, b in ((1, 2), (7, 3), (0, 11))
    ]
    tile = np.stack(patch, axis=-1).astype(np.uint8)
    repeats = (-(-size[0] // 64), -(-size[1] // 64), 1)
    return np.ascontiguousarray(np.tile(tile, repeats)[: size[0], : size[1]])


def _psnr(image: Image, wanted: Image) -> float:
    """dB, over some of the pixels; 99 for equal ones."""
    difference = image[::3, ::3].astype(np.float32) - wanted[::3, ::3]
    return decibels(float(np.mean(difference**2)))


def _wrong(candidate: Candidate) -> NstError:
    label = DEVICES[candidate.device].label
    return NstError(f"{label} {candidate.precision} paints another picture")
