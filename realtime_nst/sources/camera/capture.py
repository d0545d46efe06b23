"""Cameras of this machine, read through OpenCV."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Lock
from time import perf_counter

import cv2
import numpy as np

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.sources.camera.devices import CameraDevice, devices, diagnose, named

BACKENDS = {
    "v4l2": cv2.CAP_V4L2,
    "avfoundation": cv2.CAP_AVFOUNDATION,
    "dshow": cv2.CAP_DSHOW,
    "msmf": cv2.CAP_MSMF,
    "any": cv2.CAP_ANY,
}
"""OpenCV backends by option value."""
DEFAULT_BACKENDS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}
"""Default backend by platform: MSMF can take 20 seconds to open a camera (opencv#17687)."""
READ_TIMEOUT = 1.0
"""Seconds to wait on closing for a read that hangs, and for a frame that is not broken."""
MAX_FAILED_READS = 5
"""Consecutive reads that may fail: cameras send a broken JPEG now and then."""
# Read by OpenCV when it opens a device; failures are reported by our own errors.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "5")
# Halves the time MSMF needs to open some cameras (opencv#17687).
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")


@dataclass(frozen=True, slots=True)
class CameraRequest:
    """Settings to request from a camera, which it may not honor."""

    size: tuple[int, int] | None = None
    """Width and height in pixels."""
    fps: Fraction | None = None
    backend: str | None = None
    """A key of ``BACKENDS``; None uses the platform's default."""


class CameraSource(Closing):
    """Live frames from a camera of this machine.

    ``info`` describes what the device delivers, measured on the first frame; its notes contain
    what was requested.

    Args:
        address: number, name or path of a camera.
        request: settings to request from a camera.

    Raises:
        SourceError: the device does not exist, is busy or may not be used.
    """

    live = True

    def __init__(self, address: str, request: CameraRequest = CameraRequest()) -> None:
        self._device = find(address)
        self._name = _name(self._device)
        with _quiet():
            self._capture = _open(self._device, request)
            self._reading = Lock()
            self._first = self._read()
        if self._first is None:
            self._capture.release()
            what, hint = diagnose(self._device.path)
            raise SourceError(f"{self._name} {what}", hint)
        height, width = self._first.shape[:2]
        rate = _rate(self._capture)
        notes = (_note(self._capture, (width, height), rate, request),)
        self.info = StreamInfo(self._name, width, height, rate, None, notes=notes)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they arrive.

        Raises:
            SourceError: the device stopped.
        """
        image, index, began = self._first, 0, perf_counter()
        while image is not None:
            now = perf_counter()
            yield Frame(image, index, Fraction(now - began) if index else Fraction(0), now)
            image, index = self._read(), index + 1
        if self._capture.isOpened():
            raise SourceError(f"{self._name} stopped", "check that it is plugged in")

    def _read(self) -> Image | None:
        """Return the next image; None if no more arrive."""
        began = perf_counter()
        for _ in range(MAX_FAILED_READS):
            with self._reading:
                succeeded, image = self._capture.read()
            if succeeded:
                return np.ascontiguousarray(image, np.uint8)
            if perf_counter() - began > READ_TIMEOUT:
                break
        return None

    def close(self) -> None:
        """Release the device, unless a read hangs in it: releasing it then would crash."""
        if self._reading.acquire(timeout=READ_TIMEOUT):
            self._capture.release()
            self._reading.release()


def find(address: str) -> CameraDevice:
    """Return the camera with a number, path or name.

    Raises:
        SourceError: no camera has that name, or several have.
    """
    if address.isdigit():
        path = Path(f"/dev/video{address}") if sys.platform.startswith("linux") else None
        names = {device.index: device.name for device in devices()}
        return CameraDevice(int(address), names.get(int(address), ""), path)
    if address.startswith("/dev/"):
        by_path = {device.path: device for device in devices()}
        path = Path(address).resolve()  # /dev/v4l/by-id/... are links
        return by_path.get(path) or CameraDevice(-1, "", path)
    device = named(address, devices())
    if device is None:
        raise SourceError(f"there is no file and no camera named {address}", "realtime-nst cameras")
    return device


def _name(device: CameraDevice) -> str:
    """Return a readable name, such as ``camera 0 (HD Webcam)``."""
    number = str(device.path) if device.index < 0 else str(device.index)
    return f"camera {number}" + (f" ({device.name})" if device.name else "")


def _open(device: CameraDevice, request: CameraRequest) -> cv2.VideoCapture:
    backend = BACKENDS[request.backend or DEFAULT_BACKENDS.get(sys.platform, "any")]
    if device.index < 0:
        capture = cv2.VideoCapture(str(device.path), backend)
    else:
        capture = cv2.VideoCapture(device.index, backend)
    _configure(capture, request)
    return capture


def _configure(capture: cv2.VideoCapture, request: CameraRequest) -> None:
    """Request settings, and MJPG first: raw 720p at 30 fps exceeds USB 2."""
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    if request.size:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, request.size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, request.size[1])
    if request.fps:
        capture.set(cv2.CAP_PROP_FPS, float(request.fps))
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)


def _rate(capture: cv2.VideoCapture) -> Fraction | None:
    """Return the frame rate that the device reports, which is only a hint."""
    fps = capture.get(cv2.CAP_PROP_FPS)
    return Fraction(fps).limit_denominator(1001) if 1 <= fps <= 1000 else None


def _note(
    capture: cv2.VideoCapture, size: tuple[int, int], rate: Fraction | None, request: CameraRequest
) -> str:
    """Return a note such as ``the camera delivers 640x480 at 30 fps (MJPG); requested: 60 fps``."""
    code = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=True)
    pixels = code.decode("ascii", "replace").strip()
    got = f"the camera delivers {_mode(size, rate)}"
    got += f" ({pixels})" if pixels.isalnum() else ""
    wanted = _mode(request.size, request.fps)
    return f"{got}; requested: {wanted}" if wanted else got


def _mode(size: tuple[int, int] | None, rate: Fraction | None) -> str:
    parts = [f"{size[0]}x{size[1]}"] if size else []
    return " at ".join([*parts, f"{float(rate):.4g} fps"] if rate else parts)


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress OpenCV's own messages about devices, unless its log level is set."""
    if "OPENCV_LOG_LEVEL" in os.environ:
        yield
        return
    logging = cv2.utils.logging
    before = logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        logging.setLogLevel(before)
