"""Write each frame to several sinks, such as a window and a recording."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from realtime_nst.frame import Frame
from realtime_nst.sinks import Sink


class Tee:
    """Opens several sinks, writes to each in turn, and closes all, whatever any of them raises.

    Sinks can be added and removed between frames.

    Args:
        openers: functions that open the sinks.
    """

    def __init__(self, openers: Sequence[Callable[[], Sink]]) -> None:
        self._openers = openers
        self._sinks: list[Sink] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """Return the notes of all open sinks."""
        return tuple(note for sink in self._sinks for note in sink.notes)

    def write(self, frame: Frame) -> None:
        """Write a frame to all sinks."""
        for sink in self._sinks:
            if sink in self._sinks:  # a previous one may have removed it, through a key press
                sink.write(frame)

    def add(self, opener: Callable[[], Sink]) -> Sink:
        """Open another sink, which receives the frames from now on."""
        sink = opener().__enter__()
        self._sinks = [*self._sinks, sink]
        return sink

    def remove(self, sink: Sink) -> None:
        """Close one sink; the others continue."""
        self._sinks = [other for other in self._sinks if other is not sink]
        sink.__exit__(None, None, None)

    def __enter__(self) -> Self:
        with ExitStack() as opened:  # a failure closes the sinks already open
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
