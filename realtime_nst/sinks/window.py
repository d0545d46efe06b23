"""A window on the screen, with text on it and keys that change things."""

import os
import subprocess
import sys
from collections.abc import Callable

import cv2

from realtime_nst.closing import Closing
from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks.overlay import Overlay, draw_overlay

TITLE = "realtime-nst"
LARGEST = (1280, 720)
"""Pixels a window opens with at most; it can be drawn larger."""
ATTEMPT = "import cv2; cv2.namedWindow('attempt', cv2.WINDOW_NORMAL)"
PATIENCE = 15.0
"""Seconds for an attempt to open a window."""
QUIET = "default.warning=false"
"""For Qt, which misses fonts it does not need: text is drawn by OpenCV."""


class Window(Closing):
    """Shows frames, and tells of what people do.

    Args:
        info: what will come.
        overlay: asked for each frame what to write on it.
        fullscreen: asked for each frame.
        on_key: told of each key pressed, as a character.
        on_close: told when the window was closed.

    Raises:
        SinkError: there is no screen.
    """

    notes: tuple[str, ...] = ()

    def __init__(
        self,
        info: StreamInfo,
        *,
        overlay: Callable[[], Overlay] = Overlay,
        fullscreen: Callable[[], bool] = lambda: False,
        on_key: Callable[[str], None] = lambda key: None,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        check_display()
        self._overlay, self._fullscreen = overlay, fullscreen
        self._on_key, self._on_close = on_key, on_close
        self._is_full = False
        cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        shrink = min(1.0, LARGEST[0] / info.width, LARGEST[1] / info.height)
        cv2.resizeWindow(TITLE, round(info.width * shrink), round(info.height * shrink))

    def write(self, frame: Frame) -> None:
        """Show a frame."""
        self._fill(self._fullscreen())
        cv2.imshow(TITLE, draw_overlay(frame.image, self._overlay()))
        self.poll()

    def poll(self) -> None:
        """Pass on what was done since the last time.

        To be called often between slow frames: of keys pressed meanwhile Qt tells the last one.
        """
        while (code := cv2.pollKey()) >= 0:
            if code < 0x100:  # above are Shift alone, arrows and the like
                self._on_key(chr(code))
        if not _is_open():
            self._on_close()

    def _fill(self, full: bool) -> None:
        if full != self._is_full:
            mode = cv2.WINDOW_FULLSCREEN if full else cv2.WINDOW_NORMAL
            cv2.setWindowProperty(TITLE, cv2.WND_PROP_FULLSCREEN, mode)
            self._is_full = full

    def close(self) -> None:
        """Close the window."""
        if _is_open():
            cv2.destroyWindow(TITLE)


def _is_open() -> bool:
    try:
        return cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) >= 1
    except cv2.error:  # Qt's answer when the last window was closed
        return False


def check_display() -> None:
    """Let a child process try: where it cannot, the window library ends the program on the spot.

    Raises:
        SinkError: there is no screen.
    """
    if not sys.platform.startswith("linux"):
        return
    os.environ.setdefault("QT_LOGGING_RULES", QUIET)
    code = f"import av; {ATTEMPT}" if _av_is_first() else ATTEMPT
    command = [sys.executable, "-c", code]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        reason = "windows hang here, since PyAV was imported before OpenCV (PyAV#978)"
        raise SinkError(reason, "write `import cv2` before `import av`") from None
    if tried.returncode == 0:
        return
    if "not implemented" in tried.stderr:
        reason, hint = "this OpenCV cannot open windows", "pip uninstall opencv-python-headless"
        raise SinkError(reason, f"{hint}, then pip install --force-reinstall opencv-python")
    raise SinkError(
        "there is no screen to open a window on, so say where the picture goes",
        "add --sink live.mp4, --sink http://127.0.0.1:8080, --sink virtualcam or --sink null",
    )


def _av_is_first() -> bool:
    """Both bring a copy of libxcb, and OpenCV's windows get the wrong one then."""
    order = list(sys.modules)
    return "av" in order and order.index("av") < order.index("cv2")
