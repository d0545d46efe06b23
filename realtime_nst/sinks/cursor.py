"""Hide the mouse cursor over a full-screen window while it does not move, as video players do.

OpenCV has no function for it. macOS keeps its cursor.
"""

import ctypes
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

from realtime_nst.closing import Closing

IDLE_SECONDS = 1.0
"""Seconds without movement after which the cursor is hidden."""


class Pointer(Protocol):
    """The mouse pointer of the system."""

    def position(self) -> tuple[int, int]:
        """Return its place on the screen."""
        ...

    def show(self, visible: bool) -> None:
        """Show or hide the cursor; called only when that changes."""
        ...


class CursorHider(Closing):
    """Hides the cursor while it rests.

    Args:
        pointer: the pointer; None if the system has none that can be hidden.
        clock: returns the time in seconds.
    """

    def __init__(self, pointer: Pointer | None, clock: Callable[[], float] = perf_counter) -> None:
        self._pointer, self._clock = pointer, clock
        self._place, self._moved_at = (-1, -1), clock()
        self._is_hidden = False

    def update(self, fullscreen: bool) -> None:
        """Hide the cursor if it rests on a full screen, else show it; call it for each frame."""
        if self._pointer is None or not (fullscreen or self._is_hidden):
            return
        place, now = self._pointer.position(), self._clock()
        if place != self._place:
            self._place, self._moved_at = place, now
        self._hide(fullscreen and now - self._moved_at > IDLE_SECONDS)

    def _hide(self, wanted: bool) -> None:
        if self._pointer and wanted != self._is_hidden:
            self._pointer.show(not wanted)
            self._is_hidden = wanted

    def close(self) -> None:
        """Show the cursor again."""
        self._hide(False)


def system_pointer() -> Pointer | None:
    """Return the pointer of this system; None if it cannot be hidden."""
    try:
        if sys.platform == "win32":
            return WindowsPointer()
        return X11Pointer() if sys.platform.startswith("linux") else None
    except OSError:  # no X server, or its libraries are missing
        return None


class X11Pointer:
    """Pointer of an X server, through Xlib and its XFixes extension.

    Raises:
        OSError: there is no X server, or a library is missing.
    """

    def __init__(self) -> None:
        self._x, self._fixes = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXfixes.so.3")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        display = self._x.XOpenDisplay(None)
        if not display:
            raise OSError("there is no X server")
        self._display = ctypes.c_void_p(display)
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        version = ctypes.c_int(4), ctypes.c_int(0)  # hiding needs version 4
        self._fixes.XFixesQueryVersion(self._display, *map(ctypes.byref, version))

    def position(self) -> tuple[int, int]:
        """Return the place of the pointer on the screen in pixels."""
        windows = ctypes.c_ulong(), ctypes.c_ulong()
        numbers = tuple(ctypes.c_int() for _ in range(4))
        rest = (*windows, *numbers, ctypes.c_uint())
        self._x.XQueryPointer(self._display, self._root, *map(ctypes.byref, rest))
        return numbers[0].value, numbers[1].value

    def show(self, visible: bool) -> None:
        """Show or hide the cursor on the whole screen."""
        change = self._fixes.XFixesShowCursor if visible else self._fixes.XFixesHideCursor
        change(self._display, self._root)
        self._x.XFlush(self._display)


class WindowsPointer:
    """Pointer of Windows; it is hidden over the windows of the calling thread."""

    def __init__(self) -> None:
        self._user32: Any = ctypes.CDLL("user32")

    def position(self) -> tuple[int, int]:
        """Return the place of the pointer on the screen in pixels."""
        place = (ctypes.c_long * 2)()
        self._user32.GetCursorPos(ctypes.byref(place))
        return place[0], place[1]

    def show(self, visible: bool) -> None:
        """Show or hide the cursor."""
        self._user32.ShowCursor(visible)
