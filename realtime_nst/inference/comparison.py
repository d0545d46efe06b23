"""Compare candidates on the same small frames.

All of them run in turn, so that a busy moment slows all of them down alike, and the shortest time
of each counts.
"""

from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np

from realtime_nst.errors import NstError
from realtime_nst.frame import Image
from realtime_nst.image_metrics import decibels
from realtime_nst.inference.devices import DEVICES
from realtime_nst.inference.engines import Size
from realtime_nst.inference.trials import AutotuneResult, Candidate, Measurement

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
Stylize = Callable[[Image], Image]
Open = Callable[[Candidate, Size], Stylize]


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
