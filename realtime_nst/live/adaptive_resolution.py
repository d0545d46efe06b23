"""Adapt the processing resolution to a frame rate."""

from collections import deque
from statistics import median

Size = tuple[int, int]
"""Width and height in pixels."""

MULTIPLE = 16
"""Multiple, in pixels, that reduced sizes are rounded to."""
SCALES = (1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25)
"""Shares of the camera's width and height to choose from."""
MIN_SIDE = 160
"""Smallest side of a reduced size in pixels: below it, strokes can no longer be recognized."""
MAX_LOAD, TARGET_LOAD = 1.0, 0.8
"""Shares of a frame's time: the size falls above the first, and rises only to one that is
predicted to need at most the second."""
FALL_SECONDS, RISE_SECONDS, MAX_RISE_SECONDS = 0.5, 3.0, 60.0
"""Seconds to measure before the size falls, before it rises, and at most, after rises that had to
be taken back."""
MIN_FRAMES = 5
"""Number of frames to measure at least; a single slow one changes nothing."""
MEDIAN_FRAMES = 30
"""Number of latest frames whose median counts: one second at 30 frames per second."""


def sizes(width: int, height: int) -> tuple[Size, ...]:
    """Return the camera's size and smaller ones in multiples of 16, the largest first."""
    steps = [(_rounded(share * width), _rounded(share * height)) for share in SCALES[1:]]
    fitting = [step for step in steps if min(step) >= MIN_SIDE and step < (width, height)]
    return tuple(dict.fromkeys([(width, height), *fitting]))


def _rounded(pixels: float) -> int:
    return MULTIPLE * round(pixels / MULTIPLE)


class AdaptiveResolution:
    """A size that follows the measured time per frame. It has no clock: times are passed in.

    The size falls at once as far as necessary, and rises step by step; a rise that has to be taken
    back doubles the time until the next one.

    Args:
        steps: sizes to choose from, the largest first; a single one is kept.
        fps: frame rate to maintain.

    Example:
        >>> resolution = AdaptiveResolution(sizes(1280, 720), fps=24)
        >>> resolution.begin(0.1)
        >>> resolution.size
        (800, 448)
    """

    def __init__(self, steps: tuple[Size, ...], fps: float) -> None:
        self._steps, self._budget = steps, 1 / fps
        self._step = 0
        self._durations: deque[float] = deque(maxlen=MEDIAN_FRAMES)
        self._since: float | None = None
        self._rise_after = RISE_SECONDS
        self._rising = False

    @property
    def size(self) -> Size:
        """Width and height to process the next frame at."""
        return self._steps[self._step]

    def begin(self, seconds: float) -> None:
        """Choose the first size, given the time that a frame of the largest one takes."""
        self._step = self._largest_fitting(seconds, MAX_LOAD)

    def record(self, seconds: float, now: float) -> None:
        """Record how long a frame of the present size took, and when it was done."""
        self._since = now - seconds if self._since is None else self._since
        self._durations.append(seconds)
        measured = now - self._since
        if len(self._durations) < MIN_FRAMES or measured < FALL_SECONDS:
            return
        typical = median(self._durations)
        if typical > MAX_LOAD * self._budget:
            self._fall(typical, now)
        elif measured >= self._rise_after:
            self._rise(typical, now)

    def _fall(self, typical: float, now: float) -> None:
        if self._step == len(self._steps) - 1:
            return
        if self._rising:
            self._rise_after = min(2 * self._rise_after, MAX_RISE_SECONDS)
        self._switch(max(self._step + 1, self._largest_fitting(typical, TARGET_LOAD)), now)
        self._rising = False

    def _rise(self, typical: float, now: float) -> None:
        if self._rising:  # the last rise was not taken back
            self._rise_after, self._rising = RISE_SECONDS, False
        if self._step and self._predicted(typical, self._step - 1) <= TARGET_LOAD * self._budget:
            self._switch(self._step - 1, now)
            self._rising = True

    def _largest_fitting(self, typical: float, load: float) -> int:
        """Return the largest size, up to the present one, predicted to keep to a load."""
        steps = range(self._step, len(self._steps))
        fitting = (step for step in steps if self._predicted(typical, step) <= load * self._budget)
        return next(fitting, steps[-1])

    def _switch(self, step: int, now: float) -> None:
        self._step, self._since = step, now
        self._durations.clear()

    def _predicted(self, typical: float, step: int) -> float:
        """Return how long a frame would take, in proportion to its pixels."""
        width, height = self._steps[step]
        return typical * width * height / (self.size[0] * self.size[1])
