"""Window on the screen, with a text overlay and keyboard input."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import cv2

from realtime_nst.closing import Closing
from realtime_nst.errors import SinkError
from realtime_nst.frame import Cell, Frame, Image, StreamInfo
from realtime_nst.sinks.cursor import CursorHider, system_pointer
from realtime_nst.sinks.display import DisplayConnection
from realtime_nst.sinks.overlay import Overlay, draw_overlay
from realtime_nst.sinks.window_view import ViewOptions, bars, cell_at, cropped, mirrored, padded
from realtime_nst.stages import no_op

TITLE = "realtime-nst"
LARGEST = (1280, 720)
"""Maximum initial size of the window in pixels; users can enlarge it."""
TRIAL = "import cv2; cv2.namedWindow('trial', cv2.WINDOW_NORMAL)"
TRIAL_TIMEOUT = 15.0
"""Seconds for the trial that opens a window in a child process."""
FUNCTION_KEYS = {
    code: f"F{number + 1}"
    for first, step in ((0xFFBE, 1), (0x70 << 16, 1 << 16), (0xF704, 1))
    for number in range(12)
    for code in (first + number * step,)
}
"""Names of the keys F1 to F12 by their codes under X11, Windows and macOS."""
QUIET = "default.warning=false"
"""Logging rule for Qt, which warns of missing fonts; text is drawn by OpenCV."""


class Window(Closing):
    """Shows frames and reports keys.

    Args:
        info: properties of the frames.
        overlay: returns the text to draw, called for each frame.
        view: returns how to show it, called for each frame.
        on_key: called with each key pressed, as a character, or as ``F1``.
        on_click: called with the number of the part of a composed frame that was clicked.
        on_close: called when the window was closed.

    Raises:
        SinkError: there is no display.
    """

    notes: tuple[str, ...] = ()

    def __init__(
        self,
        info: StreamInfo,
        *,
        overlay: Callable[[], Overlay] = Overlay,
        view: Callable[[], ViewOptions] = ViewOptions,
        on_key: Callable[[str], None] = no_op,
        on_click: Callable[[int], None] = no_op,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        check_display()
        self._overlay, self._view = overlay, view
        self._on_key, self._on_click, self._on_close = on_key, on_click, on_close
        self._cells: Sequence[Cell] = ()
        self._bars = 0, 0
        self._is_full = False
        self._cursor = CursorHider(system_pointer())
        cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
        shrink = min(1.0, LARGEST[0] / info.width, LARGEST[1] / info.height)
        cv2.setMouseCallback(TITLE, self._mouse)
        cv2.resizeWindow(TITLE, round(info.width * shrink), round(info.height * shrink))
        self._display = DisplayConnection()

    def write(self, frame: Frame) -> None:
        """Show a frame.

        Raises:
            SinkError: the display is gone.
        """
        if self._display.is_lost:
            raise SinkError(
                "cannot show the window: the connection to the display is lost",
                "to continue without it, add another output, e.g. --sink live.mp4",
            )
        view = self._view()
        self._fill(view.fullscreen)
        self._cells = frame.cells
        image = mirrored(frame.image, frame.cells) if view.mirrored else frame.image
        cv2.imshow(TITLE, self._fitted(image, crop=view.crop and not frame.cells))
        self._cursor.update(view.fullscreen)
        self.poll()

    def _fitted(self, image: Image, *, crop: bool) -> Image:
        """Return the image with its text, in the shape of the window: OpenCV's bars are white."""
        _, _, width, height = cv2.getWindowImageRect(TITLE)
        if width <= 0 or height <= 0:  # minimized
            return image
        image = cropped(image, width, height) if crop else image
        shown = padded(draw_overlay(image, self._overlay()), width, height)
        self._bars = bars(image, shown)
        return shown

    def _mouse(self, event: int, x: int, y: int, _flags: int, _data: object) -> None:
        """Report a click; the position is one in the image that is shown."""
        left, top = self._bars
        cell = cell_at(self._cells, x - left, y - top)
        if event == cv2.EVENT_LBUTTONDOWN and cell is not None:
            self._on_click(cell)

    def poll(self) -> None:
        """Report the keys pressed since the last call, and whether the window was closed.

        Call it often between slow frames: of several keys pressed meanwhile Qt reports only the
        last one.
        """
        if self._display.is_lost:  # reported by the next write
            return
        while (code := cv2.pollKey()) >= 0:
            if code < 0x100:  # higher codes are modifiers, arrows and the like
                self._on_key(chr(code))
            elif code in FUNCTION_KEYS:
                self._on_key(FUNCTION_KEYS[code])
        if not _is_open():
            self._on_close()

    def _fill(self, full: bool) -> None:
        if full != self._is_full:
            mode = cv2.WINDOW_FULLSCREEN if full else cv2.WINDOW_NORMAL
            cv2.setWindowProperty(TITLE, cv2.WND_PROP_FULLSCREEN, mode)
            self._is_full = full

    def close(self) -> None:
        """Close the window."""
        if not self._display.is_lost:
            self._cursor.close()
            if _is_open():
                cv2.destroyWindow(TITLE)
        self._display.close()


def _is_open() -> bool:
    try:
        return cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) >= 1
    except cv2.error:  # raised by Qt when the last window was closed
        return False


def check_display() -> None:
    """Check in a child process that windows open: where they cannot, Qt aborts the program.

    Raises:
        SinkError: there is no display, or this OpenCV cannot open windows.
    """
    if not sys.platform.startswith("linux"):
        return
    os.environ.setdefault("QT_LOGGING_RULES", QUIET)
    code = f"import av; {TRIAL}" if _av_is_first() else TRIAL
    command = [sys.executable, "-c", code]
    try:
        trial = subprocess.run(command, capture_output=True, text=True, timeout=TRIAL_TIMEOUT)
    except subprocess.TimeoutExpired:
        reason = "cannot open a window: PyAV was imported before OpenCV (PyAV#978)"
        raise SinkError(reason, "write `import cv2` before `import av`") from None
    if trial.returncode == 0:
        return
    if "not implemented" in trial.stderr:
        reason = "cannot open a window: this OpenCV is built without windows"
        hint = "pip uninstall -y opencv-python-headless"
        raise SinkError(reason, f"{hint} && pip install --force-reinstall opencv-python")
    raise SinkError(
        "cannot open a window: there is no display",
        "add --sink live.mp4, --sink http://127.0.0.1:8080, --sink virtualcam or --sink null",
    )


def _av_is_first() -> bool:
    """Return whether PyAV was imported first, whose copy of libxcb makes OpenCV's windows hang."""
    order = list(sys.modules)
    return "av" in order and order.index("av") < order.index("cv2")
