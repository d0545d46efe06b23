"""A camera, or a stream on the network, through OpenCV."""

import sys
from collections.abc import Iterator
from fractions import Fraction
from threading import Lock
from time import perf_counter
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image, StreamInfo

BACKENDS = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}
"""Opens cameras fastest on each system: MSMF can take 20 seconds (opencv#17687)."""
CURES = {
    "linux": "ls /dev/video*; is another program using it? may you? sudo usermod -aG video $USER",
    "darwin": "System Settings, Privacy & Security, Camera: allow the terminal",
    "win32": "Settings, Privacy, Camera: allow desktop apps; close other programs that use it",
}
PATIENCE = 1.0
"""Seconds to wait at the end for a read that hangs."""


class CameraSource:
    """Live frames from camera number ``address`` or from a URL.

    What was asked for and what the device gives are often not the same: ``info`` has the latter,
    measured on the first frame.
    """

    live = True

    def __init__(
        self, address: str, size: tuple[int, int] | None = None, fps: Fraction | None = None
    ) -> None:
        self._name = f"camera {address}" if address.isdigit() else address
        self._capture = _open(address)
        self._reading = Lock()
        if address.isdigit():
            _ask(self._capture, size, fps)
        self._first = self._read()
        if self._first is None:
            self._capture.release()
            raise SourceError(f"{self._name} cannot be opened, or shows nothing", _cure(address))
        height, width = self._first.shape[:2]
        self.info = StreamInfo(self._name, width, height, _rate(self._capture), None)

    def __iter__(self) -> Iterator[Frame]:
        """Frames as they come; a file or stream on the network ends quietly, a camera does not."""
        image, index, began = self._first, 0, perf_counter()
        while image is not None:
            now = perf_counter()
            yield Frame(image, index, Fraction(now - began) if index else Fraction(0), now)
            image, index = self._read(), index + 1
        if self._name.startswith("camera ") and self._capture.isOpened():
            raise SourceError(f"{self._name} shows nothing any more", "is it still plugged in?")

    def _read(self) -> Image | None:
        with self._reading:
            there, image = self._capture.read()
        return np.ascontiguousarray(image, np.uint8) if there else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the device go, unless a read hangs in it: releasing it then would crash."""
        if self._reading.acquire(timeout=PATIENCE):
            self._capture.release()
            self._reading.release()


def _open(address: str) -> cv2.VideoCapture:
    if address.isdigit():
        return cv2.VideoCapture(int(address), BACKENDS.get(sys.platform, cv2.CAP_ANY))
    return cv2.VideoCapture(address)


def _ask(capture: cv2.VideoCapture, size: tuple[int, int] | None, fps: Fraction | None) -> None:
    """MJPG first: raw pictures of 720p do not fit through USB 2 at 30 a second."""
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    if size:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
    if fps:
        capture.set(cv2.CAP_PROP_FPS, float(fps))
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)


def _rate(capture: cv2.VideoCapture) -> Fraction | None:
    """What the device says of itself; only a hint."""
    fps = capture.get(cv2.CAP_PROP_FPS)
    return Fraction(fps).limit_denominator(1001) if 1 <= fps <= 1000 else None


def _cure(address: str) -> str:
    if address.isdigit():
        return CURES.get(sys.platform, "try another number")
    return "check that the address opens in a browser or player"
