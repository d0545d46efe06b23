"""A camera, or a stream on the network, through OpenCV."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Self

import cv2
import numpy as np

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.sources.camera.devices import Device, devices, named, trouble

BACKENDS = {
    "v4l2": cv2.CAP_V4L2,
    "avfoundation": cv2.CAP_AVFOUNDATION,
    "dshow": cv2.CAP_DSHOW,
    "msmf": cv2.CAP_MSMF,
    "any": cv2.CAP_ANY,
}
"""By the name a user types."""
USUAL = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}
"""MSMF can take 20 seconds to open a camera (opencv#17687)."""
PATIENCE = 1.0
"""Seconds to wait at the end for a read that hangs, and for a picture that is not broken."""
TRIES = 5
"""Reads that may fail one after the other: cameras send a broken JPEG now and then."""
ANSWER = 5000
"""Milliseconds a stream may take to be opened, or to give a picture; OpenCV's own are 30 000."""
STREAM = (
    *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, ANSWER),
    *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, ANSWER),
    # Each further thread holds back a frame of H.264: 33 ms on two cores, measured at 30 fps.
    *(cv2.CAP_PROP_N_THREADS, 1),
)
"""How a stream is opened."""

# Read by OpenCV as it opens: what goes wrong is told by our own errors.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "5")
# Halves what MSMF needs to open some cameras (opencv#17687).
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")


@dataclass(frozen=True, slots=True)
class CameraRequest:
    """What a camera is asked for; what it gives is often something else."""

    size: tuple[int, int] | None = None
    """Width and height in pixels."""
    fps: Fraction | None = None
    backend: str | None = None
    """A key of ``BACKENDS``; None is the system's usual one."""


class CameraSource:
    """Live frames from a camera (its number, name or path) or from a URL.

    ``info`` has what the device gives, measured on the first frame; its notes have what it was
    asked for. A file on the network ends quietly; cameras and endless streams have no end.

    Raises:
        SourceError: it is not there, busy or forbidden.
    """

    live = True

    def __init__(self, address: str, asked: CameraRequest = CameraRequest()) -> None:
        self._device = None if "://" in address else find(address)
        self._name = _name(self._device) if self._device else address
        with _quiet():
            self._capture = _open(address, self._device, asked)
            self._reading = Lock()
            self._first = self._read()
        if self._first is None:
            self._capture.release()
            raise SourceError(*_failure(self._name, self._device))
        self._endless = self._capture.get(cv2.CAP_PROP_FRAME_COUNT) <= 0
        height, width = self._first.shape[:2]
        rate = _rate(self._capture)
        notes = (_note(self._capture, (width, height), rate, asked),) if self._device else ()
        self.info = StreamInfo(self._name, width, height, rate, None, notes=notes)

    def __iter__(self) -> Iterator[Frame]:
        """Frames as they come.

        Raises:
            SourceError: there are none any more.
        """
        image, index, began = self._first, 0, perf_counter()
        while image is not None:
            now = perf_counter()
            yield Frame(image, index, Fraction(now - began) if index else Fraction(0), now)
            image, index = self._read(), index + 1
        if self._endless and self._capture.isOpened():
            raise SourceError(f"{self._name} shows nothing any more", "is it still plugged in?")

    def _read(self) -> Image | None:
        """The next picture; None when none comes any more."""
        began = perf_counter()
        for _ in range(TRIES):
            with self._reading:
                there, image = self._capture.read()
            if there:
                return np.ascontiguousarray(image, np.uint8)
            if perf_counter() - began > PATIENCE:
                break
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Let the device go, unless a read hangs in it: releasing it then would crash."""
        if self._reading.acquire(timeout=PATIENCE):
            self._capture.release()
            self._reading.release()


def find(address: str) -> Device:
    """The camera of a number, a path or a name.

    Raises:
        SourceError: no camera has that name, or several have.
    """
    if address.isdigit():
        path = Path(f"/dev/video{address}") if sys.platform.startswith("linux") else None
        there = {device.index: device.name for device in devices()}
        return Device(int(address), there.get(int(address), ""), path)
    if address.startswith("/dev/"):
        there_by_path = {device.path: device for device in devices()}
        path = Path(address).resolve()  # /dev/v4l/by-id/... are links
        return there_by_path.get(path) or Device(-1, "", path)
    device = named(address, devices())
    if device is None:
        raise SourceError(
            f"there is no file and no camera called {address}", "realtime-nst cameras"
        )
    return device


def _name(device: Device) -> str:
    """``camera 0 (HD Webcam)``."""
    number = str(device.path) if device.index < 0 else str(device.index)
    return f"camera {number}" + (f" ({device.name})" if device.name else "")


def _open(address: str, device: Device | None, asked: CameraRequest) -> cv2.VideoCapture:
    if device is None:
        return cv2.VideoCapture(address, cv2.CAP_FFMPEG, STREAM)
    backend = BACKENDS[asked.backend or USUAL.get(sys.platform, "any")]
    if device.index < 0:
        capture = cv2.VideoCapture(str(device.path), backend)
    else:
        capture = cv2.VideoCapture(device.index, backend)
    _ask(capture, asked)
    return capture


def _ask(capture: cv2.VideoCapture, asked: CameraRequest) -> None:
    """MJPG first: raw pictures of 720p do not fit through USB 2 at 30 a second."""
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    if asked.size:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, asked.size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, asked.size[1])
    if asked.fps:
        capture.set(cv2.CAP_PROP_FPS, float(asked.fps))
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)


def _rate(capture: cv2.VideoCapture) -> Fraction | None:
    """What the device says of itself; only a hint."""
    fps = capture.get(cv2.CAP_PROP_FPS)
    return Fraction(fps).limit_denominator(1001) if 1 <= fps <= 1000 else None


def _note(
    capture: cv2.VideoCapture, size: tuple[int, int], rate: Fraction | None, asked: CameraRequest
) -> str:
    """``the camera gives 640x480 at 30 fps (MJPG); asked for 1280x720 at 60 fps``."""
    code = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=True)
    pixels = code.decode("ascii", "replace").strip()
    got = f"the camera gives {_mode(size, rate)}" + (f" ({pixels})" if pixels.isalnum() else "")
    wanted = _mode(asked.size, asked.fps)
    return f"{got}; asked for {wanted}" if wanted else got


def _mode(size: tuple[int, int] | None, rate: Fraction | None) -> str:
    parts = [f"{size[0]}x{size[1]}"] if size else []
    return " at ".join([*parts, f"{float(rate):.4g} fps"] if rate else parts)


def _failure(name: str, device: Device | None) -> tuple[str, str]:
    """Message and hint."""
    if device is None:
        cure = "check that the address opens in a browser or player"
        return f"{name} cannot be opened, or shows nothing", cure
    what, cure = trouble(device.path)
    return f"{name} {what}", cure


@contextmanager
def _quiet() -> Iterator[None]:
    """Without OpenCV's own lines about what cannot be opened, unless they were asked for."""
    if "OPENCV_LOG_LEVEL" in os.environ:
        yield
        return
    logging = cv2.utils.logging
    before = logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        logging.setLogLevel(before)
