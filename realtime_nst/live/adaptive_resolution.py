"""Adapt the processing resolution to a frame rate."""

from collections import deque
from statistics import median

from realtime_nst.live.throughput import Throughput

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

RATE_SECONDS, RATE_FRAMES = 1.5, 60
"""Seconds to count shown frames before their rate is judged, and number of latest frames."""
MIN_SHOWN, MIN_GAIN = 0.9, 1.05
"""Share of the wanted frame rate that must be shown, and the least gain that justifies a smaller
size."""
RETRY_SECONDS, MAX_RETRY_SECONDS = 30.0, 1800.0
"""Seconds until a smaller size is tried again after it did not help: four times as long each time,
and at most."""


def sizes(width: int, height: int) -> tuple[Size, ...]:
    """Return the camera's size and smaller ones in multiples of 16, the largest first."""
    steps = [(_rounded(share * width), _rounded(share * height)) for share in SCALES[1:]]
    fitting = [step for step in steps if min(step) >= MIN_SIDE and step < (width, height)]
    return tuple(dict.fromkeys([(width, height), *fitting]))


def _rounded(pixels: float) -> int:
    return MULTIPLE * round(pixels / MULTIPLE)


class AdaptiveResolution:
    """A size that follows the measured frame rate. It has no clock: times are passed in.

    Where stylization takes too long, the size falls at once as far as necessary. Where fewer frames
    are shown than wanted for another reason, such as an encoder or a decoder that needs the same
    cores, it falls by a step, and returns if that did not help. It rises step by step; a rise that
    has to be taken back doubles the time until the next one.

    Args:
        steps: sizes to choose from, the largest first; a single one is kept.
        fps: frame rate to maintain.
        camera_fps: frame rate that the source promises; None if it is unknown.

    Example:
        >>> resolution = AdaptiveResolution(sizes(1280, 720), fps=24)
        >>> resolution.begin(0.1)
        >>> resolution.size
        (800, 448)
    """

    def __init__(
        self, steps: tuple[Size, ...], fps: float, camera_fps: float | None = None
    ) -> None:
        self._steps, self._budget, self._camera_fps = steps, 1 / fps, camera_fps
        self._throughput = Throughput(RATE_FRAMES)
        self._shown_before: float | None = None
        self._retry_after, self._retry_at = RETRY_SECONDS, float("-inf")
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

    def observe(self, arrived: int, shown: int, now: float) -> None:
        """Note how many frames have arrived from the source and were shown so far."""
        self._throughput.add(now, arrived, shown)

    def record(self, seconds: float, now: float) -> None:
        """Record how long a frame of the present size took, and when it was done."""
        self._since = now - seconds if self._since is None else self._since
        self._durations.append(seconds)
        measured = now - self._since
        if len(self._durations) < MIN_FRAMES or measured < FALL_SECONDS:
            return
        typical = median(self._durations)
        if typical > MAX_LOAD * self._budget:
            self._shown_before = None
            self._fall(max(self._step + 1, self._largest_fitting(typical, TARGET_LOAD)), now)
        elif self._was_in_vain():
            self._return(now)
        elif self._is_late():
            self._try_smaller(now)
        elif measured >= self._rise_after:
            self._rise(typical, now)

    def _is_late(self) -> bool:
        """Return whether too few frames are shown, for whatever reason."""
        counted = self._throughput
        if counted.seconds < RATE_SECONDS:
            return False
        wanted = min(1 / self._budget, self._camera_fps or counted.arrived)
        return counted.shown < MIN_SHOWN * wanted

    def _try_smaller(self, now: float) -> None:
        if now >= self._retry_at and self._step < len(self._steps) - 1:
            self._shown_before = self._throughput.shown
            self._fall(self._step + 1, now)

    def _was_in_vain(self) -> bool:
        """Judge the smaller size that was tried, once enough frames were shown."""
        if self._shown_before is None or self._throughput.seconds < RATE_SECONDS:
            return False
        least, self._shown_before = MIN_GAIN * self._shown_before, None
        return self._throughput.shown < least

    def _return(self, now: float) -> None:
        self._retry_at = now + self._retry_after
        self._retry_after = min(4 * self._retry_after, MAX_RETRY_SECONDS)
        self._switch(self._step - 1, now)

    def _fall(self, step: int, now: float) -> None:
        if self._step == len(self._steps) - 1:
            return
        if self._rising:
            self._rise_after = min(2 * self._rise_after, MAX_RISE_SECONDS)
        self._switch(step, now)
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
        self._throughput.clear()

    def _predicted(self, typical: float, step: int) -> float:
        """Return how long a frame would take, in proportion to its pixels."""
        width, height = self._steps[step]
        return typical * width * height / (self.size[0] * self.size[1])
