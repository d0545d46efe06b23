"""Write each frame to several sinks, such as a window and a recording."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame
from realtime_nst.sinks import Sink
from realtime_nst.sinks.http import HttpSink
from realtime_nst.sinks.threaded import ThreadedSink


def _ignore(_sink: Sink, _error: SinkError) -> None:
    """Report nothing."""


class Tee:
    """Opens several sinks, writes to each in turn, and closes all, whatever any of them raises.

    A sink that fails while it is written to is closed, and the others continue; the error of the
    last one is raised. Sinks can be added and removed between frames. Those that must not delay
    the others are a ``ThreadedSink``.

    Args:
        openers: functions that open the sinks.
        on_failure: called with a sink that has failed and was closed, and its error.
    """

    def __init__(
        self,
        openers: Sequence[Callable[[], Sink]],
        on_failure: Callable[[Sink, SinkError], None] = _ignore,
    ) -> None:
        self._openers, self._on_failure = openers, on_failure
        self._sinks: list[Sink] = []
        self._ending: list[tuple[ThreadedSink, Callable[[], None]]] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """Return the notes of all open sinks."""
        return tuple(note for sink in self._sinks for note in sink.notes)

    @property
    def knows_viewers(self) -> bool:
        """Whether every sink can tell whether somebody watches."""
        return all(isinstance(sink, HttpSink) for sink in self._sinks)

    @property
    def is_watched(self) -> bool:
        """Whether somebody watches; a sink that cannot tell counts as watched."""
        return any(not isinstance(sink, HttpSink) or sink.is_watched for sink in self._sinks)

    def is_open(self, sink: Sink) -> bool:
        """Return whether a sink still receives frames."""
        return any(other is sink for other in self._sinks)

    def write(self, frame: Frame) -> None:
        """Write a frame to all sinks.

        Raises:
            SinkError: the last sink has failed.
        """
        for sink in self._sinks:
            if self.is_open(sink):  # a previous one may have removed it, through a key press
                try:
                    sink.write(frame)
                except SinkError as error:
                    self._fail(sink, error)
        self._report_ended()

    def add(self, opener: Callable[[], Sink]) -> Sink:
        """Open another sink, which receives the frames from now on."""
        sink = opener().__enter__()
        self._sinks = [*self._sinks, sink]
        return sink

    def remove(self, sink: Sink, on_end: Callable[[], None] = lambda: None) -> None:
        """Close one sink; the others continue.

        A sink with a thread of its own finishes its output meanwhile.

        Args:
            sink: one of the open sinks.
            on_end: called when it is closed, in this call or in a later ``write``.
        """
        self._drop(sink)
        if isinstance(sink, ThreadedSink):
            sink.end()
            self._ending.append((sink, on_end))
        else:
            sink.__exit__(None, None, None)
            on_end()

    def _drop(self, sink: Sink) -> None:
        self._sinks = [other for other in self._sinks if other is not sink]

    def _fail(self, sink: Sink, error: SinkError) -> None:
        """Close a sink that has failed, and report it; raise its error if it was the last one."""
        self._drop(sink)
        with suppress(SinkError):  # the first error is the one to report
            sink.__exit__(type(error), error, error.__traceback__)
        if not self._sinks:
            raise error
        self._on_failure(sink, error)

    def _report_ended(self) -> None:
        for sink, on_end in [each for each in self._ending if each[0].is_done]:
            self._ending = [each for each in self._ending if each[0] is not sink]
            try:
                sink.raise_error()
            except SinkError as error:
                self._on_failure(sink, error)
            else:
                on_end()

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
        for sink in [*(sink for sink, _ in self._ending), *self._sinks]:
            closing.push(sink)
        self._sinks, self._ending = [], []
        closing.__exit__(kind, error, trace)
