"""Small image of what the outputs show, for the control page."""

import cv2

from realtime_nst.frame import Frame, Image
from realtime_nst.image_ops import resize

WIDTH = 640
"""Largest width of the image in pixels."""
QUALITY = 80
"""JPEG quality, of 100."""


class Preview:
    """Keeps the newest frame, and encodes it only if a client asks for it."""

    def __init__(self) -> None:
        self._image: Image | None = None

    def put(self, frame: Frame) -> None:
        """Replace the frame."""
        self._image = frame.image

    def jpeg(self) -> bytes | None:
        """Return the newest frame as JPEG, at most ``WIDTH`` pixels wide; None before the first."""
        if (image := self._image) is None:
            return None
        height, width = image.shape[:2]
        if width > WIDTH:
            image = resize(image, WIDTH, max(1, round(height * WIDTH / width)))
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return coded.tobytes()
