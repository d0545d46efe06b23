"""Finish outputs when a C library ends the program.

Qt, GTK and Xlib call ``exit`` when the display server is gone. No exception reaches Python then,
and OpenCV aborts while its objects are destroyed. Handlers of ``exit`` are called before that.
"""

import atexit
import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FAILED = 1
"""Exit code of the program."""

_finish: list[Callable[[], None]] = []
"""What to do at an exit, in the order of the ``with`` blocks that are open."""
_registered: list[object] = []
"""The handler that the C library knows; it must not be freed."""


@contextmanager
def finish_at_library_exit(finish: Callable[[], None]) -> Iterator[None]:
    """Call a function if a library ends the program inside the ``with`` block; it ends after that.

    Only on Linux; elsewhere the function is never called.
    """
    if sys.platform.startswith("linux"):
        _register()
    _finish.append(finish)
    try:
        yield
    finally:
        _finish.remove(finish)


def _register() -> None:
    """Register the handler once, and remove it before the interpreter ends."""
    if _registered:
        return
    library, owner = ctypes.CDLL(None), ctypes.c_char()
    handler = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(_on_exit)
    _registered.extend((handler, owner))
    library.__cxa_atexit(handler, None, ctypes.byref(owner))
    # Calls and removes the handlers of this owner.
    atexit.register(library.__cxa_finalize, ctypes.byref(owner))


def _on_exit(_argument: object) -> None:
    if not _finish:
        return
    try:
        for finish in reversed(_finish):
            finish()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(FAILED)
