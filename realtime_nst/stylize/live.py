"""Painting that can be changed while it runs."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from realtime_nst.frame import Frame, Image
from realtime_nst.settings import Settings

Paint = Callable[[Frame], Frame]


class LiveStylizer:
    """One of several styles, as the settings say at the moment a frame comes. On one thread."""

    def __init__(self, styles: Sequence[Paint], settings: Callable[[], Settings]) -> None:
        self._styles, self._settings = styles, settings
        self._still: Frame | None = None

    def __call__(self, frame: Frame) -> Frame:
        """The same moment, painted; while frozen, the picture of the last moment before."""
        settings = self._settings()
        still = self._still if settings.frozen and self._still else frame
        self._still = still
        image = _mirrored(still.image) if settings.mirror else still.image
        painted = self._painted(frame.with_image(image), settings)
        return frame.with_image(blend(image, painted, settings.strength))

    def _painted(self, frame: Frame, settings: Settings) -> Image:
        if settings.strength == 0:
            return frame.image
        return self._styles[settings.style](frame).image


def blend(before: Image, after: Image, strength: float) -> Image:
    """Between a picture (0, exactly) and its painting (1, exactly)."""
    if strength in (0, 1):
        return after if strength else before
    mixed = cv2.addWeighted(after, strength, before, 1 - strength, 0)
    return np.ascontiguousarray(mixed, np.uint8)


def _mirrored(image: Image) -> Image:
    return np.ascontiguousarray(cv2.flip(image, 1), np.uint8)
