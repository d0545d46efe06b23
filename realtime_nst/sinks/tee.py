"""One frame to several sinks: a window, a recording, ..."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from realtime_nst.frame import Frame
from realtime_nst.sinks import Sink


class Tee:
    """Opens several sinks, writes to each in turn, and closes all, whatever any of them does.

    Sinks can come and go between two frames.
    """

    def __init__(self, openers: Sequence[Callable[[], Sink]]) -> None:
        self._openers = openers
        self._sinks: list[Sink] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """Those of all that are open."""
        return tuple(note for sink in self._sinks for note in sink.notes)

    def write(self, frame: Frame) -> None:
        for sink in self._sinks:
            if sink in self._sinks:  # the one before may have removed it: a key in the window
                sink.write(frame)

    def add(self, opener: Callable[[], Sink]) -> Sink:
        """Open one more; it gets the frames from now on."""
        sink = opener().__enter__()
        self._sinks = [*self._sinks, sink]
        return sink

    def remove(self, sink: Sink) -> None:
        """Close one; the others go on."""
        self._sinks = [other for other in self._sinks if other is not sink]
        sink.__exit__(None, None, None)

    def __enter__(self) -> Self:
        with ExitStack() as opened:  # one that cannot be opened closes those before it
            opened.push(self)
            for opener in self._openers:
                self.add(opener)
            opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        closing = ExitStack()
        for sink in self._sinks:
            closing.push(sink)
        self._sinks = []
        closing.__exit__(kind, error, trace)
