"""The size the network works at, so that it keeps up with the rate asked for."""

from collections import deque
from statistics import median

Size = tuple[int, int]
"""Width and height in pixels."""

MULTIPLE = 16
SHARES = (1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25)
"""Of the camera's width and height."""
SMALLEST = 160
"""Pixels of a side that a step may have: strokes on less are mush."""
FULL, ROOMY = 1.0, 0.8
"""Shares of a frame's time: above the first the size falls; it rises to what needs the second."""
FALL, RISE, LONGEST = 0.5, 3.0, 60.0
"""Seconds to watch before the size falls; before it rises; and at most, where that was in vain."""
FRAMES = 5
"""To judge by, at least; a single slow one is no reason."""
REMEMBERED = 30
"""The latest frames, by whose median it is judged."""


def sizes(width: int, height: int) -> tuple[Size, ...]:
    """The camera's own size and smaller ones, the largest first, in multiples of 16."""
    steps = [(_rounded(share * width), _rounded(share * height)) for share in SHARES[1:]]
    fitting = [step for step in steps if min(step) >= SMALLEST and step < (width, height)]
    return tuple(dict.fromkeys([(width, height), *fitting]))


def _rounded(pixels: float) -> int:
    return MULTIPLE * round(pixels / MULTIPLE)


class AdaptiveResolution:
    """Chooses among sizes by how long frames take. Times are passed in; it has no clock.

    It falls as far as it must at once, and rises step by step; a step up that has to be taken
    back makes it wait twice as long before the next try.

    Args:
        steps: sizes to choose from, the largest first; a single one is kept.
        fps: frames a second to hold.
    """

    def __init__(self, steps: tuple[Size, ...], fps: float) -> None:
        self._steps, self._budget = steps, 1 / fps
        self._step = 0
        self._taken: deque[float] = deque(maxlen=REMEMBERED)
        self._since: float | None = None
        self._patience = RISE
        self._rising = False

    @property
    def size(self) -> Size:
        """To work at from the next frame on."""
        return self._steps[self._step]

    def begin(self, seconds: float) -> None:
        """Before the first frame, when one of the present size is known to take so long."""
        self._step = self._fitting(seconds, FULL)

    def record(self, seconds: float, now: float) -> None:
        """A frame of this size took so long and was done now."""
        self._since = now - seconds if self._since is None else self._since
        self._taken.append(seconds)
        watched = now - self._since
        if len(self._taken) < FRAMES or watched < FALL:
            return
        usual = median(self._taken)
        if usual > FULL * self._budget:
            self._fall(usual, now)
        elif watched >= self._patience:
            self._rise(usual, now)

    def _fall(self, usual: float, now: float) -> None:
        if self._step == len(self._steps) - 1:
            return
        if self._rising:
            self._patience = min(2 * self._patience, LONGEST)
        self._go(max(self._step + 1, self._fitting(usual, ROOMY)), now)
        self._rising = False

    def _rise(self, usual: float, now: float) -> None:
        if self._rising:  # the step before has stood the test
            self._patience, self._rising = RISE, False
        if self._step and self._predicted(usual, self._step - 1) <= ROOMY * self._budget:
            self._go(self._step - 1, now)
            self._rising = True

    def _fitting(self, usual: float, share: float) -> int:
        """The largest size, but none above the present one, that keeps to a share of the time."""
        steps = range(self._step, len(self._steps))
        fitting = (step for step in steps if self._predicted(usual, step) <= share * self._budget)
        return next(fitting, steps[-1])

    def _go(self, step: int, now: float) -> None:
        self._step, self._since = step, now
        self._taken.clear()

    def _predicted(self, usual: float, step: int) -> float:
        """What a frame would take, in proportion to its pixels."""
        width, height = self._steps[step]
        return usual * width * height / (self.size[0] * self.size[1])
