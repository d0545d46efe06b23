"""One frame to several sinks: a window, a recording, ..."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from realtime_nst.frame import Frame
from realtime_nst.sinks import Sink


class Tee:
    """Opens several sinks, writes to each in turn, and closes all, whatever any of them does."""

    notes: tuple[str, ...] = ()

    def __init__(self, openers: Sequence[Callable[[], Sink]]) -> None:
        self._openers = openers
        self._sinks: list[Sink] = []
        self._opened = ExitStack()

    def write(self, frame: Frame) -> None:
        for sink in self._sinks:
            sink.write(frame)

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._sinks = [opened.enter_context(opener()) for opener in self._openers]
            self._opened = opened.pop_all()  # one that cannot be opened closes those before it
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, error, trace)
