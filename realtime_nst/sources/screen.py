"""What is on the screen: all of a monitor, or a part of it."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

from realtime_nst.errors import MissingExtraError, SourceError
from realtime_nst.extras import install_command
from realtime_nst.frame import Frame, Image, StreamInfo

if TYPE_CHECKING:
    import mss

RATE = Fraction(30)
"""Pictures a second, where nothing else is asked for."""
CURES = {
    "linux": "X11 only: is DISPLAY set? Under Wayland, log in to an X11 session",
    "darwin": "System Settings, Privacy & Security, Screen Recording: allow the terminal",
}


class ScreenSource:
    """Live frames of monitor ``NUMBER``, from 0, or of the part ``LEFT,TOP,WIDTHxHEIGHT``.

    Raises:
        MissingExtra: mss is not installed.
        SourceError: there is no such monitor or part, or it may not be read.
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
        """Frames at the rate; where that is too fast, as fast as the screen can be read.

        Raises:
            SourceError: it cannot be read any more.
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
            raise SourceError(f"{self._name} cannot be read: {error}", _cure()) from error
        pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR), np.uint8)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._grabber.close()


def _open() -> "mss.MSS":
    try:
        from mss import MSS, ScreenShotError
    except ImportError as error:
        cure = install_command("screen")
        raise MissingExtraError("the screen as a source needs mss", cure) from error
    try:
        return MSS()
    except ScreenShotError as error:
        raise SourceError(f"the screen cannot be read: {error}", _cure()) from error


def _part(address: str, grabber: "mss.MSS") -> tuple[int, int, int, int]:
    """Left, top, right and bottom."""
    everything, *monitors = (
        (each["left"], each["top"], each["left"] + each["width"], each["top"] + each["height"])
        for each in grabber.monitors
    )
    if (address or "0").isdigit():
        if int(address or 0) >= len(monitors):
            message = f"there is no monitor {address}"
            raise SourceError(message, f"from 0 to {len(monitors) - 1}")
        return monitors[int(address or 0)]
    match = re.fullmatch(r"(-?\d+),(-?\d+),(\d+)x(\d+)", address)
    if match is None:
        raise SourceError(f"cannot read screen:{address}", "screen:0, or screen:100,100,640x480")
    left, top, width, height = map(int, match.groups())
    part = left, top, left + width, top + height
    if not (width and height and _inside(part, everything)):
        whole = "{},{} to {},{}".format(*everything)
        raise SourceError(f"screen:{address} is not all on the screen", f"which is {whole}")
    return part


def _inside(part: tuple[int, int, int, int], whole: tuple[int, int, int, int]) -> bool:
    return (
        whole[0] <= part[0] and whole[1] <= part[1] and part[2] <= whole[2] and part[3] <= whole[3]
    )


def _cure() -> str:
    return CURES.get(sys.platform, "unlock it")
