"""Handle Ctrl-C, so that files are completed before the program ends.

A closed terminal (SIGHUP) and ``kill`` (SIGTERM) are handled in the same way.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that stop the program; Windows has no SIGHUP."""


def _handled_signals() -> set[signal.Signals]:
    """Return the signals to handle; an ignored one stays so, as ``nohup`` asks for."""
    active = (each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN)
    return {signal.SIGINT, *active}


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Defer a signal: the callable returns True after the first one; a second one interrupts.

    Example:
        >>> with interrupts() as interrupted:
        ...     while not interrupted():
        ...         work()
    """
    received = threading.Event()

    def on_signal(_signum: int, _frame: FrameType | None) -> None:
        if received.is_set():
            raise KeyboardInterrupt
        received.set()

    before = {each: signal.signal(each, on_signal) for each in _handled_signals()}
    try:
        yield received.is_set
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def prompt_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first signal, also at ``kill`` and a closed terminal.

    For work that may wait long for something and has nothing to complete, as a download.
    """
    before = {each: signal.signal(each, signal.default_int_handler) for each in _handled_signals()}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
