"""Ctrl-C as a question to ask, so that a file is finished before the program ends.

A terminal that is closed and ``kill`` say the same in other words (SIGHUP, SIGTERM).
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Windows has no SIGHUP."""


def _listened_to() -> set[signal.Signals]:
    """Not to what was switched off: ``nohup`` is there so that a program goes on."""
    heard = (each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN)
    return {signal.SIGINT, *heard}


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """While open, the first such signal only makes the callable true; the second one interrupts."""
    asked = threading.Event()

    def on_signal(signum: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = {each: signal.signal(each, on_signal) for each in _listened_to()}
    try:
        yield asked.is_set
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
