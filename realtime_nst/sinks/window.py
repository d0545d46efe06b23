"""A window on the screen, with numbers on it and keys that change things."""

import os
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, Image, StreamInfo

FONT, SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.5
"""OpenCV's smallest good letters."""
LINE, EDGE = 20, 6
"""Pixels of a line of them, and around it."""


class Window:
    """Shows frames. ``on_key`` gets each key pressed, ``on_close`` is told when it was closed."""

    notes: tuple[str, ...] = ()

    def __init__(
        self,
        info: StreamInfo,
        *,
        title: str = "realtime-nst",
        hud: Callable[[], Sequence[str]] = tuple,
        on_key: Callable[[str], None] = lambda key: None,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        _need_display()
        self._title, self._hud = title, hud
        self._on_key, self._on_close = on_key, on_close
        cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(title, info.width, info.height)

    def write(self, frame: Frame) -> None:
        """Show a frame and pass on what was pressed since the last one."""
        lines = self._hud()
        cv2.imshow(self._title, written_on(frame.image, lines) if lines else frame.image)
        while (code := cv2.pollKey()) >= 0:
            self._on_key(chr(code & 0xFF))
        if cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1:
            self._on_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1:
            cv2.destroyWindow(self._title)


def written_on(image: Image, lines: Sequence[str]) -> Image:
    """A copy with lines of text in its upper left corner, readable on any picture."""
    copy = np.ascontiguousarray(image.copy())
    for number, line in enumerate(lines):
        width, _ = cv2.getTextSize(line, FONT, SCALE, 1)[0]
        behind = copy[number * LINE : (number + 1) * LINE, : width + 2 * EDGE]
        behind //= 3  # a dark strip, since an outline of bolder letters is wider than the letters
        at = (EDGE, (number + 1) * LINE - EDGE)
        cv2.putText(copy, line, at, FONT, SCALE, (255, 255, 255), 1, cv2.LINE_AA)
    return copy


def _need_display() -> None:
    """Without a screen the window library would end the program on the spot."""
    if not sys.platform.startswith("linux"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SinkError("there is no screen to open a window on", "add --sink PATH or --sink null")
