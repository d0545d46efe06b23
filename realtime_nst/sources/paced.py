"""A file that behaves like a camera."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from types import TracebackType
from typing import Self

from realtime_nst.frame import Frame
from realtime_nst.sources import Source


class Paced:
    """Gives each frame of a source when its time has come, again and again.

    ``reopen`` opens the source once more for the next round.
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
        self.info = replace(self._source.info, frames=None, path=None)

    def __iter__(self) -> Iterator[Frame]:
        began, offset, index = self._clock(), Fraction(0), 0
        while True:
            last, step = Fraction(0), Fraction(1, 25)
            for frame in self._source:
                step = frame.pts - last or step
                last = frame.pts
                self._sleep(max(0.0, began + float(offset + last) - self._clock()))
                yield Frame(frame.image, index, offset + last, self._clock())
                index += 1
            offset += last + step
            self._source.__exit__(None, None, None)
            if not self._loop:
                return
            self._source = self._reopen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._source.__exit__(kind, error, trace)
