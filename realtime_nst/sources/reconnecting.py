"""A live source that reconnects when the device fails, while its last frame stays visible."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from threading import Event
from time import perf_counter

import cv2
import numpy as np

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image
from realtime_nst.sources import Source
from realtime_nst.stages import LIVE, StagePipeline

FIRST_DELAY, MAX_DELAY = 0.5, 5.0
"""Seconds before the first attempt to reconnect, and at most between later ones."""
REPEAT_INTERVAL = 0.1
"""Seconds after which the last frame is repeated, so that keys and the notice keep working."""
NOTICE_AFTER = 1.0
"""Seconds without a frame after which a notice is shown."""
CLOSE_TIMEOUT = 6.0
"""Seconds to wait on closing for a device that hangs; longer than the timeout of streams."""
MIN_STEP = 1e-4
"""Minimum time between two frames, in seconds."""


@dataclass
class _Drops:
    """Number of frames that were dropped.

    Not a method of the source: a pipeline that refers to its source would keep the last frames
    of a closed one until the next garbage collection.
    """

    count: int = 0

    def __call__(self, frame: Frame) -> None:
        self.count += 1


class ReconnectingSource(Closing):
    """A live source that reconnects, with growing delays, when the device fails.

    The device is read on a thread of its own, since it can hang inside a read; meanwhile the
    last frame is repeated. A source that ends without an error ends here, too.

    Args:
        reopen: opens the source; called at once, and again after each failure.
        patience: seconds to retry before the source's own error is raised.
        clock: returns the time in seconds.
        pause: waits for so many seconds and returns True when the source is being closed;
            for tests.

    Raises:
        SourceError: the source cannot be opened the first time, or not again for ``patience``.
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
        self._pipeline = StagePipeline(LIVE, self._drops)
        self._queue = self._pipeline.add_stage(self._read(), "camera", patience=CLOSE_TIMEOUT)

    @property
    def notice(self) -> str:
        """Return the current problem, human-readable; empty while frames arrive. Thread-safe."""
        silent = self._clock() - self._seen
        if not self._lost and silent < NOTICE_AFTER:
            return ""
        return f"{self.info.name}: no frame for {silent:.0f} s, reconnecting"

    def __iter__(self) -> Iterator[Frame]:
        last: Frame | None = None
        began, pts, before = 0.0, -MIN_STEP, 0
        for number, frame in enumerate(self._frames()):
            now = frame.captured_at
            if last is None:  # frames dropped before the first read do not count
                began, before = now, self._drops.count
            pts = max(pts + MIN_STEP, now - began)
            index = number + self._drops.count - before
            last = Frame(frame.image, index, Fraction(pts), now)
            yield last

    def _frames(self) -> Iterator[Frame]:
        """Yield frames as they arrive; repeat the last one while the device fails."""
        last: Frame | None = None
        for frame in self._queue.iter_with_timeout(REPEAT_INTERVAL):
            if frame is not None:
                self._seen = self._clock()
                last = frame.with_image(fitted(frame.image, self.info.width, self.info.height))
                yield last
            elif last is not None and self.notice:
                yield replace(last, captured_at=self._clock())

    def _read(self) -> Iterator[Frame]:
        """Yield the frames of the source, on the thread that may hang."""
        while True:
            try:
                expected = 0
                for frame in self._source:
                    self._lost = False
                    self._drops.count += frame.index - expected  # dropped by the source itself
                    expected = frame.index + 1
                    yield frame
                return
            except SourceError:
                self._lost = True
            self._source.__exit__(None, None, None)
            if not self._reconnect():
                return

    def _reconnect(self) -> bool:
        """Open the source again and return True; False if this source is being closed."""
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

    def close(self) -> None:
        """Stop reconnecting and close the device."""
        self._closing.set()
        self._pipeline.__exit__(None, None, None)
        self._source.__exit__(None, None, None)


def waits() -> Iterator[float]:
    """Yield the delays between attempts in seconds: 0.5, 1, 2, 4, 5, 5, ..."""
    seconds = FIRST_DELAY
    while True:
        yield seconds
        seconds = min(2 * seconds, MAX_DELAY)


def fitted(image: Image, width: int, height: int) -> Image:
    """Return an image scaled to fit a size, undistorted, with black bars.

    Cameras may return with another resolution, but windows and files cannot change theirs.
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
