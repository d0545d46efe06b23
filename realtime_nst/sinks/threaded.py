"""A sink on a thread of its own: a slow one misses frames, and delays no other."""

import os
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks import Sink
from realtime_nst.stages import POLL, QueuePolicy, StageQueue, no_op

QUEUE_BYTES = 64_000_000
"""Bytes of frames that may wait for a recording: about 20 in 1280x720."""
MAX_QUEUED = 60
"""Maximum number of frames that may wait for a recording."""
NICENESS = 5
"""Priority of the thread and of the encoder's threads on Linux: below that of the window."""

Raised = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def queue_depth(info: StreamInfo) -> int:
    """Return how many frames may wait for a recording."""
    return max(2, min(MAX_QUEUED, QUEUE_BYTES // (3 * info.width * info.height)))


class ThreadedSink:
    """Opens, writes and closes another sink on one thread, behind a short queue.

    ``write`` never waits: when the queue is full, its oldest frame is dropped. Frames keep their
    times, so a recording that misses some shows the previous ones longer.

    Args:
        opener: opens the sink; called on the thread.
        name: name for messages.
        depth: maximum number of frames that wait.
        patience: seconds to wait for the thread at the end; None waits as long as needed.
        on_drop: called with every dropped frame.

    Raises:
        SinkError: the sink cannot be opened.
    """

    def __init__(
        self,
        opener: Callable[[], Sink],
        name: str,
        *,
        depth: int = 2,
        patience: float | None = None,
        on_drop: Callable[[Frame], None] = no_op,
    ) -> None:
        self.name, self._patience = name, patience
        self._stop, self._opened, self._done = Event(), Event(), Event()
        self._queue: StageQueue[Frame] = StageQueue(
            QueuePolicy(depth, drop_oldest=True), on_drop, self._stop
        )
        self._sink: Sink | None = None
        self._error: BaseException | None = None
        self._raised: Raised = (None, None, None)
        self._thread = Thread(target=self._run, args=(opener,), name=f"sink {name}", daemon=True)
        self._thread.start()
        while not self._opened.wait(POLL):  # polled, so that Ctrl-C interrupts it everywhere
            pass
        self.raise_error()

    @property
    def notes(self) -> tuple[str, ...]:
        """Return the notes of the sink."""
        return self._sink.notes if self._sink else ()

    @property
    def is_done(self) -> bool:
        """Return whether the sink is closed, after ``end`` or an error."""
        return self._done.is_set()

    def raise_error(self) -> None:
        """Raise what the sink has raised on its thread, once.

        Raises:
            SinkError: a frame could not be written, or the output not be finished.
        """
        if error := self._error:
            self._error = None
            raise error

    def write(self, frame: Frame) -> None:
        """Queue a frame without waiting.

        Raises:
            SinkError: an earlier frame could not be written; the sink is closed.
        """
        self.raise_error()
        self._queue.put(frame)

    def end(self, raised: Raised = (None, None, None)) -> None:
        """Write the frames that wait, and close the sink, without waiting for it."""
        self._raised = raised
        self._queue.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end((kind, error, trace))
        self._thread.join(self._patience)
        if self._thread.is_alive():
            self._stop.set()  # it ends if it ever returns from its write
            warnings.warn(f"{self.name} hangs and was left behind", stacklevel=2)
        self.raise_error()

    def _run(self, opener: Callable[[], Sink]) -> None:
        _lower_priority()
        try:
            self._sink = opener()
            self._opened.set()
            self._write_all(self._sink)
        except BaseException as error:
            self._error = error
        self._done.set()
        self._opened.set()

    def _write_all(self, sink: Sink) -> None:
        try:
            for frame in self._queue:
                sink.write(frame)
        except BaseException as error:
            with suppress(SinkError):  # the first error is the one to report
                sink.__exit__(type(error), error, error.__traceback__)
            raise
        sink.__exit__(*self._raised)


def _lower_priority() -> None:
    """Let the window's threads go first; threads that the sink starts inherit it."""
    if sys.platform == "linux":  # elsewhere it would be the priority of the whole program
        with suppress(OSError):
            niceness = os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
