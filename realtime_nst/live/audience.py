"""Stylize only while somebody watches."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

from realtime_nst.frame import Frame
from realtime_nst.sources import Source

NOTE = "frames are stylized only while somebody watches"


class WatchedSource:
    """Passes on the frames of a source only while somebody watches; the others are not counted.

    The source is read all the time, so that the first frame is a new one.

    Args:
        source: an open source, which the caller closes.
        is_watched: returns whether somebody watches; called for each frame.
        is_over: returns whether to end; called for each frame that is not passed on.
    """

    def __init__(
        self, source: Source, is_watched: Callable[[], bool], is_over: Callable[[], bool]
    ) -> None:
        self._source, self._is_watched, self._is_over = source, is_watched, is_over
        self.info, self.live = source.info, source.live

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames, numbered without those that nobody would have seen."""
        skipped = 0
        for frame in self._source:
            if self._is_watched():
                yield replace(frame, index=frame.index - skipped)
            elif self._is_over():
                return
            else:
                skipped += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the source open."""
