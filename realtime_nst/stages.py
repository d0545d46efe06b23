"""Frames on their way through threads; the only module that knows threads.

A ``Line`` runs stages one behind the other, each on its own thread, with a small box between two.
A stage is any iterable: the line iterates it on the stage's thread and hands its items over::

    with Line(FILE) as line:
        frames = line.hand_over(source, "source", patience=2.0)
        styled = line.hand_over(map(stylize, frames), "stylizer")
        for frame in styled: ...

Threads end on every path: at the end of the stream, when the ``with`` block is left early, and
when a stage raises. An error travels down the line behind the items made before it, and is raised
in the loop at the end of the line.
"""

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Condition, Event, Thread
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")

POLL = 0.1
"""Seconds between looks at the stop sign. Waits are polled since a blocking lock cannot be
interrupted by Ctrl-C on Windows before Python 3.14 (cpython#125541)."""


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """What a box between two stages does when it is full."""

    depth: int
    """How many items it holds."""
    drop_oldest: bool
    """True: the newest item is what counts; False: the stage before waits."""


LIVE = QueuePolicy(depth=1, drop_oldest=True)
"""Every further waiting frame would add the time of one model run to the picture's age."""
FILE = QueuePolicy(depth=4, drop_oldest=False)


def no_op(item: object) -> None:
    """For callbacks nobody listens to."""


class StageQueue(Generic[T]):
    """The box between two stages: one thread puts, one iterates."""

    def __init__(self, policy: QueuePolicy, on_drop: Callable[[T], None], stop: Event) -> None:
        self._policy, self._on_drop, self._stop = policy, on_drop, stop
        self._items: deque[T] = deque()
        self._changed = Condition()
        self._ended = False
        self._error: BaseException | None = None

    def put(self, item: T) -> bool:
        """Hand an item over; False when the line stops and nobody wants more."""
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
        """No more items will come; the error, if any, is raised behind the last one."""
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
        """The same items, and None each time that none has come for so long."""
        while True:
            with self._changed:
                there = self._changed.wait_for(self._ready, seconds)
            try:
                yield next(self) if there else None
            except StopIteration:
                return

    def _ready(self) -> bool:
        """Whether there is an item, or no more to wait for."""
        return bool(self._items) or self._ended or self._stop.is_set()

    def _full(self) -> bool:
        return len(self._items) >= self._policy.depth


class StagePipeline:
    """Stages on threads. Leaving the ``with`` block stops them and waits for their threads."""

    def __init__(self, policy: QueuePolicy, on_drop: Callable[[Any], None] = no_op) -> None:
        self._policy, self._on_drop = policy, on_drop
        self._stop = Event()
        self._stages: list[tuple[Thread, float | None]] = []

    def add_stage(
        self, items: Iterable[T], name: str, *, patience: float | None = None
    ) -> StageQueue[T]:
        """Iterate ``items`` on a new thread and yield them here.

        Args:
            items: one stage; it belongs to the new thread from now on.
            name: of the thread.
            patience: seconds to wait for the thread at the end. A device can hang inside a read,
                and Python cannot stop that: the thread is then named in a warning and left behind.
                None is for stages that only compute.
        """
        box: StageQueue[T] = StageQueue(self._policy, self._on_drop, self._stop)
        thread = Thread(target=_work, args=(items, box), name=name, daemon=True)
        self._stages.append((thread, patience))
        thread.start()
        return box

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stop.set()
        for thread, patience in self._stages:
            thread.join(patience)
            if thread.is_alive():
                warnings.warn(f"the {thread.name} hangs and was left behind", stacklevel=2)


def _work(items: Iterable[T], box: StageQueue[T]) -> None:
    """What a stage's thread does. Whatever it raises is raised again at the end of the line."""
    error: BaseException | None = None
    try:
        for item in items:
            if not box.put(item):
                break
    except BaseException as raised:
        error = raised
    box.end(error)
