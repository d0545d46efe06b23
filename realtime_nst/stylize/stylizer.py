"""A model as the thing the pipeline wants: a frame in, a frame out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Frame, Image
from realtime_nst.stylize.session import Session

SMALLEST = 32
"""Pixels a model needs on each side."""


class Stylizer:
    """Paints frames in one style, or in a blend of a model's styles. Called on one thread."""

    def __init__(self, session: Session, weights: NDArray[np.float32] | None = None) -> None:
        self._session, self._weights = session, weights

    def __call__(self, frame: Frame) -> Frame:
        """The same moment, painted."""
        height, width = frame.image.shape[:2]
        stylized = self._session.run(_enlarged(frame.image), self._weights)
        return frame.with_image(np.ascontiguousarray(stylized[:height, :width]))


def _enlarged(image: Image) -> Image:
    """A picture too small for the model, continued to the right and below by its last pixels."""
    height, width = image.shape[:2]
    below, right = max(0, SMALLEST - height), max(0, SMALLEST - width)
    if not (below or right):
        return image
    larger = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(larger, np.uint8)
