"""Stars on faces: bright, warm, round spots in place of a face.

A loss that requires all of a style image in every output puts its stars on the roundest object.
"""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from realtime_nst.evaluate.appearance import oklab
from realtime_nst.frame import Image

HAAR = "haarcascade_frontalface_default.xml"
SMALLEST_FACE = 0.1
"""Side of the smallest face, as a share of the image's shorter side."""
WARMER, LIGHTER = 0.06, 0.03
"""Minimum excess of yellow and of lightness of a spot over its surroundings, in Oklab."""
SURROUNDINGS = 12.0
"""Standard deviation in pixels of the Gaussian that gives the surroundings."""
SPOT = (0.1, 0.4)
"""Minimum and maximum width of a spot, as a share of the face's; smaller ones are accents."""
ROUND = 0.5
"""Minimum share of its enclosing circle that a spot fills: strokes are longer."""


class Box(NamedTuple):
    """The bounding box of a face, in pixels."""

    left: int
    top: int
    width: int
    height: int


def face_boxes(photo: Image) -> list[Box] | None:
    """Return the frontal faces, or None if no detector is installed.

    OpenCV 4 has Haar cascades, which OpenCV 5 has dropped; scikit-image has a cascade of its own.
    """
    detect = _detector()
    return None if detect is None else detect(photo)


def count_stars(output: Image, photo: Image, boxes: list[Box]) -> int:
    """Count the spots inside faces that are not in the photo."""
    seen = np.asarray(cv2.dilate(_spots(photo), np.ones((5, 5), np.uint8)), np.uint8)
    new = _spots(output) & (1 - seen)
    return sum(_count_round(new[top : top + h, left : left + w]) for left, top, w, h in boxes)


def _spots(image: Image) -> Image:
    """Return a mask, 1 where a pixel is lighter and more yellow than its surroundings."""
    lab = oklab(image)
    more = lab - cv2.GaussianBlur(lab, (0, 0), SURROUNDINGS)
    found: Image = ((more[..., 0] > LIGHTER) & (more[..., 2] > WARMER)).astype(np.uint8)
    return found


def _count_round(spots: Image) -> int:
    """Count the round spots inside one face."""
    _, _, found, _ = cv2.connectedComponentsWithStats(spots)
    widths = found[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    filled = found[1:, cv2.CC_STAT_AREA] / (np.pi / 4 * widths**2)
    least, most = (part * spots.shape[1] for part in SPOT)
    return int(((widths >= least) & (widths <= most) & (filled >= ROUND)).sum())


@cache
def _detector() -> Callable[[Image], list[Box]] | None:
    opencv: Any = cv2
    haar = Path(opencv.data.haarcascades) / HAAR
    if hasattr(opencv, "CascadeClassifier") and haar.is_file():
        return _by_opencv(opencv.CascadeClassifier(str(haar)))
    return _by_scikit_image() if find_spec("skimage") else None


def _by_opencv(cascade: Any) -> Callable[[Image], list[Box]]:
    def detect(photo: Image) -> list[Box]:
        side = round(SMALLEST_FACE * min(photo.shape[:2]))
        gray = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)
        found = cascade.detectMultiScale(gray, 1.1, 5, minSize=(side, side))
        return [Box(*map(int, box)) for box in found]

    return detect


def _by_scikit_image() -> Callable[[Image], list[Box]]:
    from skimage.data import lbp_frontal_face_cascade_filename
    from skimage.feature import Cascade

    cascade = Cascade(lbp_frontal_face_cascade_filename())  # type: ignore[no-untyped-call]

    def detect(photo: Image) -> list[Box]:
        shorter = min(photo.shape[:2])
        sizes = (round(SMALLEST_FACE * shorter), shorter)
        found = cascade.detect_multi_scale(
            photo[..., ::-1], 1.2, 1.25, (sizes[0], sizes[0]), (sizes[1], sizes[1])
        )
        return [Box(each["c"], each["r"], each["width"], each["height"]) for each in found]

    return detect
