"""A live source that is opened again when it vanishes, while its last picture stays up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from threading import Event
from time import perf_counter
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image
from realtime_nst.sources import Source
from realtime_nst.stages import LIVE, StagePipeline

FIRST, LONGEST = 0.5, 5.0
"""Seconds before the first try to open it again, and between later ones at most."""
REPEAT = 0.1
"""Seconds between two showings of the last picture: keys and the notice stay alive."""
SILENCE = 1.0
"""Seconds without a picture after which people are told."""
PATIENCE = 6.0
"""Seconds to wait at the end for a device that hangs; longer than streams are given to answer."""
TICK = 1e-4
"""Seconds between two frames at least."""


@dataclass
class _Drops:
    """How many frames nobody took. Not a method of the source: a line that knew its source would
    keep the last frames of a closed one until the garbage is collected.
    """

    count: int = 0

    def __call__(self, frame: Frame) -> None:
        self.count += 1


class ReconnectingSource:
    """Frames of what ``reopen`` opens; when it breaks, it is opened again, ever more patiently.

    It is read on a thread of its own, since devices can hang inside a read: its frames, or the
    last one again and again, come whatever it does. What ends quietly ends here, too.

    Args:
        reopen: opens the source; called at once, and again after each break.
        patience: seconds to go on trying before the source's own error is raised.
        clock: seconds.
        pause: waits so many seconds; True when it was told to stop. For tests.

    Raises:
        SourceError: it cannot be opened the first time, or not again for ``patience``.
    """

    live = True

    def __init__(
        self,
        reopen: Callable[[], Source],
        *,
        patience: float = inf,
        clock: Callable[[], float] = perf_counter,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._reopen, self._patience, self._clock = reopen, patience, clock
        self._source = reopen()
        self.info = self._source.info
        self._closing = Event()
        self._pause = pause or self._closing.wait
        self._lost, self._seen = False, clock()
        self._drops = _Drops()
        self._line = StagePipeline(LIVE, self._drops)
        self._box = self._line.add_stage(self._read(), "camera", patience=PATIENCE)

    @property
    def notice(self) -> str:
        """What is wrong at the moment, for people; empty while pictures come. From any thread."""
        silent = self._clock() - self._seen
        if not self._lost and silent < SILENCE:
            return ""
        return f"{self.info.name}: no picture for {silent:.0f} s, trying again"

    def __iter__(self) -> Iterator[Frame]:
        last: Frame | None = None
        began, moment, before = 0.0, -TICK, 0
        for number, image in enumerate(self._images()):
            now = image.captured_at
            if last is None:  # what came before anyone looked is not missed
                began, before = now, self._drops.count
            moment = max(moment + TICK, now - began)
            index = number + self._drops.count - before
            last = Frame(image.image, index, Fraction(moment), now)
            yield last

    def _images(self) -> Iterator[Frame]:
        """As they come; the last one again while there is something wrong."""
        last: Frame | None = None
        for frame in self._box.iter_with_timeout(REPEAT):
            if frame is not None:
                self._seen = self._clock()
                last = frame.with_image(fitted(frame.image, self.info.width, self.info.height))
                yield last
            elif last is not None and self.notice:
                yield replace(last, captured_at=self._clock())

    def _read(self) -> Iterator[Frame]:
        """What comes from the source, on the thread that may hang."""
        while True:
            try:
                for frame in self._source:
                    self._lost = False
                    yield frame
                return
            except SourceError:
                self._lost = True
            self._source.__exit__(None, None, None)
            if not self._came_back():
                return

    def _came_back(self) -> bool:
        """Whether it is open again; False when nobody wants it any more."""
        since = self._clock()
        for seconds in waits():
            if self._pause(seconds) or self._closing.is_set():
                break
            try:
                self._source = self._reopen()
                return True
            except SourceError:
                if self._clock() - since > self._patience:
                    raise
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._line.__exit__(kind, error, trace)
        self._source.__exit__(kind, error, trace)


def waits() -> Iterator[float]:
    """Seconds between tries: 0.5, 1, 2, 4, 5, 5, ..."""
    seconds = FIRST
    while True:
        yield seconds
        seconds = min(2 * seconds, LONGEST)


def fitted(image: Image, width: int, height: int) -> Image:
    """A picture in the size that was announced, whole and undistorted, with black beside it.

    Cameras may come back with another size, but windows and files cannot change theirs.
    """
    if image.shape[:2] == (height, width):
        return image
    scale = min(width / image.shape[1], height / image.shape[0])
    size = max(1, round(scale * image.shape[1])), max(1, round(scale * image.shape[0]))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas
