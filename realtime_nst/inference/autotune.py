"""Find the fastest engine and precision for a model on this machine, once; the result is cached.

All candidates run the same small frames in turn, so that a busy moment slows all of them down
alike, and the shortest time of each counts. The result holds for frames of every size.
"""

import logging
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

LOG = logging.getLogger(__name__)
KIND = "choices"
"""Folder of the results in the cache."""
BUDGET = 2.0
"""Seconds to open the candidates and to run their frames; the rest is skipped when they are spent,
as on a busy machine."""
ROUNDS = 8
"""Number of frames that each candidate is timed on, after one warm-up frame."""
HALVES = slice(0, None, 2), slice(1, None, 2)
"""Every other frame: what both halves say is no accident."""
TOLERANCE = 1.1
"""Ratio of two times that counts as equal: the likely faster candidate is then preferred."""
MIN_PSNR = 15.0
"""Minimum PSNR in dB against the reference. int8 rounding stays above 20 dB on the test image,
which is harder than photos; a black or overflowed image is around 10 dB."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device and a precision that can run a model."""

    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """Measured speed of a candidate."""

    device: str
    precision: str
    seconds: float
    """Shortest time of a frame."""

    @property
    def label(self) -> str:
        """Human-readable name of the device."""
        return DEVICES[self.device].label


@dataclass(frozen=True, slots=True)
class AutotuneResult:
    """Result of a comparison."""

    trials: tuple[Measurement, ...]
    """Measurements, the fastest first."""
    size: Size
    """Height and width of the frames that were measured."""
    failures: tuple[str, ...] = ()
    """Why candidates are missing: one message each."""
    certain: bool = True
    """False if the budget was spent too early, or if the first and the second half of the frames
    disagree on the fastest candidate; as on a busy machine."""

    @property
    def ranking(self) -> list[Candidate]:
        """Candidates, the fastest first."""
        return [Candidate(trial.device, trial.precision) for trial in self.trials]


Stylize = Callable[[Image], Image]
Open = Callable[[Candidate, Size], Stylize]


def autotune(
    candidates: Sequence[Candidate],
    open_at: Open,
    size: Size,
    key: Key,
    clock: Clock = perf_counter,
) -> AutotuneResult:
    """Return the cached result, or compare the candidates and cache the result.

    An uncertain result is not cached: the machine may be less busy at the next start.

    Args:
        candidates: see ``compare``.
        open_at: see ``compare``.
        size: see ``compare``.
        key: everything else that the result depends on.
        clock: returns the time in seconds.

    Raises:
        NstError: no candidate runs; this is the error of the last one.
    """
    full_key = {**key, "candidates": [asdict(each) for each in candidates], "size": size}
    result = _cached(full_key, candidates)
    if result is None:
        result = compare(candidates, open_at, size, clock)
        _log(result)
        if result.certain:
            remember(KIND, full_key, asdict(result))
    return result


def _log(result: AutotuneResult) -> None:
    for trial in result.trials:
        LOG.info("%s %s: %.1f ms a frame", trial.device, trial.precision, 1000 * trial.seconds)
    for failure in result.failures:
        LOG.info("does not run: %s", failure)


def _cached(key: Key, candidates: Sequence[Candidate]) -> AutotuneResult | None:
    stored = recall(KIND, key)
    try:
        trials = tuple(Measurement(**trial) for trial in stored["trials"])
        height, width = stored["size"]
        result = AutotuneResult(trials, (int(height), int(width)), tuple(stored["failures"]))
        return result if set(result.ranking) <= set(candidates) and trials else None
    except (TypeError, KeyError, ValueError, IndexError):
        return None


def compare(
    candidates: Sequence[Candidate],
    open_at: Open,
    size: Size,
    clock: Clock = perf_counter,
    budget: float = BUDGET,
) -> AutotuneResult:
    """Measure every candidate on a few frames.

    In doubt, the likely faster candidate is taken: the first of ``candidates`` that runs, if the
    budget is too small to measure any.

    Args:
        candidates: at least one, the likely fastest first and the reference last; the images of
            the others are compared with the reference's.
        open_at: opens a candidate for a frame size.
        size: height and width of the frames to measure.
        clock: returns the time in seconds.
        budget: seconds for everything.

    Raises:
        NstError: no candidate runs; this is the error of the last one.
    """
    deadline = clock() + budget
    entrants, failures, all_opened = _enter(candidates, open_at, size, clock, deadline)
    if not entrants:
        raise failures[-1]
    image, rounds = sample_image(size), 0
    while rounds < ROUNDS and clock() < deadline:
        for entrant in entrants:
            entrant.time(image, clock)
        rounds += 1
    picks = [_fastest(entrants, half) for half in HALVES] if rounds > 1 else entrants[:1]
    certain = all_opened and rounds == ROUNDS and len(set(picks)) == 1
    first = min(picks, key=entrants.index)
    others = sorted((each for each in entrants if each is not first), key=_Entrant.seconds)
    trials = tuple(each.measurement() for each in (first, *others))
    return AutotuneResult(trials, size, tuple(str(each) for each in failures), certain)


class _Entrant:
    """An open candidate and its times."""

    def __init__(self, candidate: Candidate, stylize: Stylize, image: Image, clock: Clock) -> None:
        self.candidate, self._stylize = candidate, stylize
        self.times: list[float] = []
        started = clock()
        self.stylized = stylize(image)
        self._warm_up = clock() - started

    def time(self, image: Image, clock: Clock) -> None:
        started = clock()
        self._stylize(image)
        self.times.append(clock() - started)

    def seconds(self, part: slice = slice(None)) -> float:
        """Return the shortest time; that of the warm-up frame if there is no other."""
        return min(self.times[part], default=self._warm_up)

    def measurement(self) -> Measurement:
        return Measurement(self.candidate.device, self.candidate.precision, self.seconds())


def _enter(
    candidates: Sequence[Candidate], open_at: Open, size: Size, clock: Clock, deadline: float
) -> tuple[list[_Entrant], list[NstError], bool]:
    """Open the candidates until the deadline, and drop those that fail or compute a wrong image.

    Returns:
        Those that work, in the given order; the errors; whether none was skipped.
    """
    image, failures = sample_image(size), list[NstError]()
    entered: dict[Candidate, _Entrant] = {}
    reference: Image | None = None
    for candidate in (candidates[-1], *candidates[:-1]):
        if len(entered) > 1 and clock() >= deadline:
            break
        try:
            entrant = _Entrant(candidate, open_at(candidate, size), image, clock)
        except NstError as error:
            failures.append(error)
            continue
        reference = entrant.stylized if reference is None else reference
        if _psnr(entrant.stylized, reference) >= MIN_PSNR:
            entered[candidate] = entrant
        else:
            failures.append(_wrong_output(candidate))
    working = [entered[each] for each in candidates if each in entered]
    return working, failures, len(entered) + len(failures) == len(candidates)


def _fastest(entrants: Sequence[_Entrant], part: slice) -> _Entrant:
    """Return the first of those that are about as fast as the fastest."""
    limit = TOLERANCE * min(each.seconds(part) for each in entrants)
    return next(each for each in entrants if each.seconds(part) <= limit)


def format_trials(trials: Sequence[Measurement], measured: Size, size: Size) -> str:
    """Format the first time, then the others: ``4.9 ms; ONNX Runtime int8 6.1, fp32 17.9 ms``.

    Args:
        trials: measurements; the caller has already named the device of the first one.
        measured: height and width of the measured frames.
        size: height and width of the frames to come.
    """
    first, *others = trials
    shrunk = "" if measured == size else f" at {measured[1]}x{measured[0]}"
    by_device: dict[str, list[str]] = {}
    for trial in others:
        by_device.setdefault(trial.label, []).append(f"{trial.precision} {_ms(trial)}")
    rest = [f"{label} {', '.join(times)} ms" for label, times in by_device.items()]
    return "; ".join([f"{_ms(first)} ms{shrunk}", *rest])


def _ms(trial: Measurement) -> str:
    return f"{1000 * trial.seconds:.1f}"


def sample_image(size: Size) -> Image:
    """Return a uint8 BGR image with smooth and detailed regions."""
    y, x = np.mgrid[:64, :64]
    patch = [
        127 + 80 * np.sin(2 * np.pi * (x * a + y * b) / 64) for a, b in ((1, 2), (7, 3), (0, 11))
    ]
    tile = np.stack(patch, axis=-1).astype(np.uint8)
    repeats = (-(-size[0] // 64), -(-size[1] // 64), 1)
    return np.ascontiguousarray(np.tile(tile, repeats)[: size[0], : size[1]])


def _psnr(image: Image, reference: Image) -> float:
    """Return the PSNR in dB over every third pixel each way; 99 for equal images."""
    difference = image[::3, ::3].astype(np.float32) - reference[::3, ::3]
    return decibels(float(np.mean(difference**2)))


def _wrong_output(candidate: Candidate) -> NstError:
    label = DEVICES[candidate.device].label
    return NstError(f"{label} {candidate.precision} computes a wrong image")
