"""Face detection by YuNet. Wu et al. 2023, "YuNet: A Tiny Millisecond-level Face Detector"."""

from threading import Lock
from typing import NamedTuple

import cv2
import numpy as np

from realtime_nst.frame import Image
from realtime_nst.people.networks import network_file

LEAST_SCORE = 0.7
"""Minimum confidence of a detection."""
LOG_LEVEL = Lock()
"""Held while OpenCV's log level, which all threads share, is raised."""
MARGIN = 1.2
"""Size of a face's ellipse relative to its box, which ends at forehead, ears and chin."""


class Box(NamedTuple):
    """The bounding box of a face, in pixels; it may reach over the image's edge."""

    left: int
    top: int
    width: int
    height: int


def find_faces(photo: Image) -> list[Box]:
    """Return the faces of a photo, frontal or turned, of some 10 pixels or more.

    Args:
        photo: (h, w, 3) uint8 BGR.

    Raises:
        ModelError: the network is missing.
    """
    height, width = photo.shape[:2]
    # A detector belongs to a size and a thread; making one takes a third of a detection's time.
    _, found = _make_detector(width, height).detect(photo)
    return [] if found is None else [Box(*(round(float(v)) for v in row[:4])) for row in found]


def face_mask(photo: Image) -> Image:
    """Return (h, w) uint8, 255 inside the ellipses of faces and 0 elsewhere.

    Args:
        photo: (h, w, 3) uint8 BGR.

    Raises:
        ModelError: the network is missing.
    """
    mask = np.zeros(photo.shape[:2], np.uint8)
    for left, top, width, height in find_faces(photo):
        center = (left + width // 2, top + height // 2)
        axes = (round(MARGIN * width / 2), round(MARGIN * height / 2))
        cv2.ellipse(mask, center, axes, 0, 0, 360, 255, cv2.FILLED)
    return mask


def _make_detector(width: int, height: int) -> cv2.FaceDetectorYN:
    """Load the network; OpenCV 5 warns each time that it has but one target."""
    logging = cv2.utils.logging
    path = str(network_file("yunet.onnx"))
    with LOG_LEVEL:
        before = logging.setLogLevel(logging.LOG_LEVEL_ERROR)
        try:
            return cv2.FaceDetectorYN.create(path, "", (width, height), LEAST_SCORE)
        finally:
            logging.setLogLevel(before)
