"""A file that is played in real time, like a camera."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from realtime_nst.closing import Closing
from realtime_nst.frame import Frame
from realtime_nst.sources import Source

STILL, SLOW = 0.04, 0.2
"""Seconds after which a frame is repeated: for stills, and during a gap in a video."""
MAX_LAG = 1.0
"""Seconds by which a frame may be late; then all later ones are delayed, too, instead of hurried:
the network stood still, or the machine is too slow."""


class PacedSource(Closing):
    """Yields each frame of a source at its presentation time, optionally in a loop.

    A frame that is shown for long is yielded repeatedly, so that the effect of a key pressed
    meanwhile is visible.

    Args:
        reopen: opens the source; called at once, and again for each repetition.
        loop: whether to start over at the end.
        clock: returns the time in seconds.
        sleep: waits for so many seconds.
    """

    live = True
    notice = ""

    def __init__(
        self,
        reopen: Callable[[], Source],
        *,
        loop: bool = True,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._reopen, self._loop = reopen, loop
        self._clock, self._sleep = clock, sleep
        self._source = reopen()
        still = self._source.info.rate is None
        self._step, self._again = (Fraction(1), STILL) if still else (Fraction(1, 25), SLOW)
        self.info = replace(self._source.info, frames=None, path=None)

    def __iter__(self) -> Iterator[Frame]:
        began, offset, index = self._clock(), Fraction(0), 0
        shown: Frame | None = None
        while True:
            last, step = Fraction(0), self._step
            for frame in self._source:
                step = frame.pts - last or step
                last = frame.pts
                late = self._clock() - began - float(offset + last)
                began += late if late > MAX_LAG else 0.0
                for now in self._until(began + float(offset + last)):
                    if shown is not None:
                        yield Frame(shown.image, index, Fraction(now - began), now)
                        index += 1
                shown = Frame(frame.image, index, offset + last, self._clock())
                yield shown
                index += 1
            offset += last + step
            self._source.__exit__(None, None, None)
            if not self._loop:
                return
            self._source = self._reopen()

    def _until(self, due: float) -> Iterator[float]:
        """Wait until a time; during a long wait, yield when to repeat the last frame."""
        while (left := due - self._clock()) > 2 * self._again:
            self._sleep(self._again)
            yield self._clock()
        self._sleep(max(0.0, left))

    def close(self) -> None:
        """Close the source."""
        self._source.__exit__(None, None, None)
