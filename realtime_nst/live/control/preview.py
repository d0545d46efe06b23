"""Small image of what the outputs show, for the control page."""

import math
from collections.abc import Callable
from time import perf_counter

import cv2

from realtime_nst.frame import Frame, Image
from realtime_nst.image_ops import resize

WIDTH = 640
"""Largest width of the image in pixels."""
LINGER = 2.0
"""Seconds after the last request that the page still counts as open."""
QUALITY = 80
"""JPEG quality, of 100."""


class Preview:
    """Keeps the newest frame, and encodes it only if a client asks for it.

    Args:
        clock: returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._image: Image | None = None
        self._clock, self._asked_at = clock, -math.inf

    @property
    def is_watched(self) -> bool:
        """Whether a client has asked for a frame a moment ago."""
        return self._clock() - self._asked_at < LINGER

    def put(self, frame: Frame) -> None:
        """Replace the frame."""
        self._image = frame.image

    def jpeg(self) -> bytes | None:
        """Return the newest frame as JPEG, at most ``WIDTH`` pixels wide; None before the first."""
        self._asked_at = self._clock()
        if (image := self._image) is None:
            return None
        height, width = image.shape[:2]
        if width > WIDTH:
            image = resize(image, WIDTH, max(1, round(height * WIDTH / width)))
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return coded.tobytes()
