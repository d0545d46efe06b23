"""Rotate the frames of a live source, such as a camera that is mounted on its side."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from realtime_nst.closing import Closing
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sources.live import LiveSource

ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
"""OpenCV's codes by degrees clockwise."""


class RotatedSource(Closing):
    """Rotates every frame of another source clockwise.

    Args:
        source: an open source; it is closed with this one.
        degrees: 90, 180 or 270.
    """

    def __init__(self, source: LiveSource, degrees: int) -> None:
        self._source, self._code = source, ROTATIONS[degrees]
        info = source.info
        self.info = info if degrees == 180 else _on_its_side(info)
        self.live = source.live

    @property
    def notice(self) -> str:
        """Return the current problem of the source."""
        return self._source.notice

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._source:
            yield frame.with_image(np.asarray(cv2.rotate(frame.image, self._code), np.uint8))

    def close(self) -> None:
        """Close the source."""
        self._source.__exit__(None, None, None)


def rotated(source: LiveSource, degrees: int) -> LiveSource:
    """Return a source with rotated frames; by 0 degrees, the source itself."""
    return RotatedSource(source, degrees) if degrees else source


def _on_its_side(info: StreamInfo) -> StreamInfo:
    return replace(info, width=info.height, height=info.width, pixel_aspect=1 / info.pixel_aspect)
