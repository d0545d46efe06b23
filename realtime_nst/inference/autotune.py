"""Find the fastest engine and precision on this machine, once; the result is cached."""

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
"""Folder of the results in the cache."""
BUDGET = 1.0
"""Seconds of stylization for all candidates; those left when it is spent are not measured."""
MAX_FRAME_SHARE = 0.1
"""Share of the budget that one frame may take; otherwise all are measured on smaller frames."""
TIMED_SECONDS = 0.08
"""Seconds of stylization after which the measurement of one candidate ends."""
MIN_TIMED_FRAMES, MAX_TIMED_FRAMES = 2, 8
"""Number of frames measured per candidate, after one warm-up frame."""
MIN_PSNR = 15.0
"""Minimum PSNR in dB against the first candidate. int8 rounding stays above 20 dB on the test
image, which is harder than photos; a black or overflowed image is around 10 dB."""
SIZE_DIVISORS = (1, 2, 4)
"""Divisors of a frame's sides, tried in turn until the frame is small enough."""
PROBE_DIVISOR = 4
"""Divisor of the sides of the frame that the time per pixel is estimated from. Much smaller frames
would measure the overhead of a call instead."""

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
    complete: bool = True
    """False if the budget was spent before all candidates were measured, e.g. on a busy machine."""

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

    An incomplete result is not cached: the machine may be less busy at the next start.

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
        if result.complete:
            remember(KIND, full_key, asdict(result))
    return result


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

    Args:
        candidates: at least one; the images of the others are compared with the first one's.
        open_at: opens a candidate for a frame size.
        size: height and width of the frames to come.
        clock: returns the time in seconds.
        budget: seconds of stylization for all candidates; opening them is not counted.

    Raises:
        NstError: no candidate runs; this is the error of the last one.
    """
    spent = 0.0
    trials: list[Measurement] = []
    failures: list[NstError] = []
    reference: Image | None = None
    stylize: Stylize | None = None
    complete = True
    for candidate in candidates:
        if trials and spent > budget:
            complete = False
            break
        try:
            if not trials:
                size = _affordable_size(candidate, open_at, size, clock, MAX_FRAME_SHARE * budget)
            stylize = None  # frees the previous candidate's memory before the next one is opened
            stylize = open_at(candidate, size)
            started = clock()
            seconds, stylized = _time_frames(stylize, size, clock)
            spent += clock() - started
        except NstError as error:
            failures.append(error)
            continue
        reference = stylized if reference is None else reference
        if _psnr(stylized, reference) >= MIN_PSNR:
            trials.append(Measurement(candidate.device, candidate.precision, seconds))
        else:
            failures.append(_wrong_output(candidate))
    if not trials:
        raise failures[-1]
    trials.sort(key=lambda trial: trial.seconds)
    return AutotuneResult(tuple(trials), size, tuple(str(each) for each in failures), complete)


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


def _affordable_size(
    candidate: Candidate, open_at: Open, size: Size, clock: Clock, limit: float
) -> Size:
    """Return the frame size to measure at: the time of a frame grows with its pixels."""
    small = _divided(size, PROBE_DIVISOR)
    seconds, _ = _time_frames(open_at(candidate, small), small, clock, least=1)
    rate = seconds / (small[0] * small[1])
    sizes = [_divided(size, by) for by in SIZE_DIVISORS]
    fitting = [each for each in sizes if rate * each[0] * each[1] <= limit]
    return fitting[0] if fitting else sizes[-1]


def _divided(size: Size, by: int) -> Size:
    smallest = 64
    return max(size[0] // by, min(size[0], smallest)), max(size[1] // by, min(size[1], smallest))


def _time_frames(
    stylize: Stylize, size: Size, clock: Clock, least: int = MIN_TIMED_FRAMES
) -> tuple[float, Image]:
    """Return the seconds of the fastest frame, and the stylized frame."""
    image = sample_image(size)
    stylized = stylize(image)
    times: list[float] = []
    while len(times) < least or (len(times) < MAX_TIMED_FRAMES and sum(times) < TIMED_SECONDS):
        started = clock()
        stylize(image)
        times.append(clock() - started)
    return min(times), stylized


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
