"""Screen capture: all of a monitor, or a part of it."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from realtime_nst.closing import Closing
from realtime_nst.errors import MissingExtraError, SourceError
from realtime_nst.extras import install_command
from realtime_nst.frame import Frame, Image, StreamInfo

if TYPE_CHECKING:
    import mss

RATE = Fraction(30)
"""Default frames per second."""
HINTS = {
    "linux": "X11 only: is DISPLAY set? Under Wayland, log in to an X11 session",
    "darwin": "System Settings, Privacy & Security, Screen Recording: allow the terminal",
}


class ScreenSource(Closing):
    """Live frames of monitor ``NUMBER``, from 0, or of the region ``LEFT,TOP,WIDTHxHEIGHT``.

    Args:
        address: the monitor or region; empty captures monitor 0.
        rate: frames per second; None uses ``RATE``.
        clock: returns the time in seconds.
        sleep: waits for so many seconds.

    Raises:
        MissingExtraError: mss is not installed.
        SourceError: there is no such monitor or region, or it may not be captured.
    """

    live = True

    def __init__(
        self,
        address: str,
        rate: Fraction | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._clock, self._sleep = rate or RATE, clock, sleep
        self._name = f"screen {address or 0}"
        self._grabber = _open()
        try:
            self._part = _part(address, self._grabber)
            height, width = self._grab().shape[:2]
        except SourceError:
            self._grabber.close()
            raise
        self.info = StreamInfo(self._name, width, height, self._rate, None)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames at the frame rate, or as fast as the screen can be captured.

        Raises:
            SourceError: the screen cannot be captured any more.
        """
        began = due = self._clock()
        index = 0
        while True:
            self._sleep(max(0.0, due - self._clock()))
            image, now = self._grab(), self._clock()
            began = began if index else now
            yield Frame(image, index, Fraction(now - began), now)
            index, due = index + 1, max(due + float(1 / self._rate), now)

    def _grab(self) -> Image:
        from mss import ScreenShotError

        try:
            shot = self._grabber.grab(self._part)
        except ScreenShotError as error:
            raise SourceError(f"cannot capture {self._name}: {error}", _hint()) from error
        pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR), np.uint8)

    def close(self) -> None:
        """Close the connection to the screen."""
        self._grabber.close()


def _open() -> "mss.MSS":
    try:
        from mss import MSS, ScreenShotError
    except ImportError as error:
        hint = install_command("screen")
        raise MissingExtraError("screen capture needs mss", hint) from error
    try:
        return MSS()
    except ScreenShotError as error:
        raise SourceError(f"cannot capture the screen: {error}", _hint()) from error


def _part(address: str, grabber: "mss.MSS") -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a monitor or region."""
    everything, *monitors = (
        (each["left"], each["top"], each["left"] + each["width"], each["top"] + each["height"])
        for each in grabber.monitors
    )
    if (address or "0").isdigit():
        if int(address or 0) >= len(monitors):
            message = f"there is no monitor {address}"
            raise SourceError(message, f"choose one from 0 to {len(monitors) - 1}")
        return monitors[int(address or 0)]
    match = re.fullmatch(r"(-?\d+),(-?\d+),(\d+)x(\d+)", address)
    if match is None:
        raise SourceError(
            f"cannot read screen:{address}", "e.g. screen:0 or screen:100,100,640x480"
        )
    left, top, width, height = map(int, match.groups())
    part = left, top, left + width, top + height
    if not (width and height and _inside(part, everything)):
        whole = "{},{} to {},{}".format(*everything)
        raise SourceError(f"screen:{address} exceeds the screen", f"the screen is {whole}")
    return part


def _inside(part: tuple[int, int, int, int], whole: tuple[int, int, int, int]) -> bool:
    return (
        whole[0] <= part[0] and whole[1] <= part[1] and part[2] <= whole[2] and part[3] <= whole[3]
    )


def _hint() -> str:
    return HINTS.get(sys.platform, "unlock the screen")
