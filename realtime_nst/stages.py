"""Pipeline stages on threads, connected by bounded queues; the only module that starts them.

A ``StagePipeline`` runs each stage on its own thread, with a small queue between two stages. A
stage is any iterable: the pipeline iterates it on the stage's thread and passes its items on::

    with StagePipeline(FILE) as stages:
        frames = stages.add_stage(source, "source", patience=2.0)
        stylized = stages.add_stage(map(stylize, frames), "stylizer")
        for frame in stylized: ...

Threads end on every path: at the end of the stream, when the ``with`` block is left early, and
when a stage raises. An error passes through the queues after the items made before it, and is
raised in the loop that iterates the last stage.
"""

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Condition, Event, Thread
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")

POLL = 0.1
"""Seconds between checks of the stop event. Waits are polled because Ctrl-C cannot interrupt a
blocking lock on Windows before Python 3.14 (cpython#125541)."""


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """Capacity of a queue between two stages, and its behavior when full."""

    depth: int
    """Maximum number of items."""
    drop_oldest: bool
    """True: the oldest item is dropped; False: the preceding stage waits."""


LIVE = QueuePolicy(depth=1, drop_oldest=True)
"""Policy of live sources: each additional queued frame would add the time of one model run to the
latency."""
FILE = QueuePolicy(depth=4, drop_oldest=False)
"""Policy of files: no frame is dropped."""


def no_op(item: object) -> None:
    """Do nothing; the default of callbacks."""


class StageQueue(Generic[T]):
    """Queue between two stages: one thread puts items, another iterates them."""

    def __init__(self, policy: QueuePolicy, on_drop: Callable[[T], None], stop: Event) -> None:
        self._policy, self._on_drop, self._stop = policy, on_drop, stop
        self._items: deque[T] = deque()
        self._changed = Condition()
        self._ended = False
        self._error: BaseException | None = None

    def put(self, item: T) -> bool:
        """Add an item; return False if the pipeline is stopping."""
        with self._changed:
            while self._full() and not self._policy.drop_oldest and not self._stop.is_set():
                self._changed.wait(POLL)
            if self._stop.is_set():
                return False
            dropped = [self._items.popleft()] if self._full() else []
            self._items.append(item)
            self._changed.notify()
        for old in dropped:
            self._on_drop(old)
        return True

    def end(self, error: BaseException | None = None) -> None:
        """Mark the end of the items; an error is raised after the last one."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        with self._changed:
            while not self._ready():
                self._changed.wait(POLL)
            if self._items and not self._stop.is_set():
                self._changed.notify()
                return self._items.popleft()
            if self._error and not self._stop.is_set():
                raise self._error
            raise StopIteration

    def iter_with_timeout(self, seconds: float) -> Iterator[T | None]:
        """Yield the items, and None whenever none has arrived for that many seconds."""
        while True:
            with self._changed:
                ready = self._changed.wait_for(self._ready, seconds)
            try:
                yield next(self) if ready else None
            except StopIteration:
                return

    def _ready(self) -> bool:
        """Return whether an item is queued, or no more items will come."""
        return bool(self._items) or self._ended or self._stop.is_set()

    def _full(self) -> bool:
        return len(self._items) >= self._policy.depth


class StagePipeline:
    """Stages on threads. Leaving the ``with`` block stops the stages and joins their threads.

    Args:
        policy: of the queue behind each stage.
        on_drop: called with every dropped item, on the thread that dropped it.
    """

    def __init__(self, policy: QueuePolicy, on_drop: Callable[[Any], None] = no_op) -> None:
        self._policy, self._on_drop = policy, on_drop
        self._stop = Event()
        self._stages: list[tuple[Thread, float | None]] = []

    def add_stage(
        self, items: Iterable[T], name: str, *, patience: float | None = None
    ) -> StageQueue[T]:
        """Iterate ``items`` on a new thread and return the queue it fills.

        Args:
            items: the stage; only the new thread may use it from now on.
            name: name of the thread.
            patience: seconds to wait for the thread at the end. A device can hang inside a read,
                which Python cannot interrupt: a warning then names the thread, which is abandoned.
                None waits as long as needed, for stages that only compute.

        Returns:
            The queue, to be iterated by one thread.
        """
        queue: StageQueue[T] = StageQueue(self._policy, self._on_drop, self._stop)
        thread = Thread(target=_run_stage, args=(items, queue), name=name, daemon=True)
        self._stages.append((thread, patience))
        thread.start()
        return queue

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stop.set()
        for thread, patience in self._stages:
            thread.join(patience)
            if thread.is_alive():
                warnings.warn(f"the {thread.name} hangs and was left behind", stacklevel=2)


def _run_stage(items: Iterable[T], queue: StageQueue[T]) -> None:
    """Put all items into the queue; an exception is passed to the thread that iterates it."""
    error: BaseException | None = None
    try:
        for item in items:
            if not queue.put(item):
                break
    except BaseException as raised:
        error = raised
    queue.end(error)
