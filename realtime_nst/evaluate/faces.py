"""Stars on faces: bright, warm, round spots in place of a face.

A loss that requires all of a style image in every output puts its stars on the roundest object.
"""

import cv2
import numpy as np

from realtime_nst.evaluate.appearance import oklab
from realtime_nst.frame import Image
from realtime_nst.people.faces import Box, find_faces

SMALLEST_FACE = 0.1
"""Side of the smallest face, as a share of the image's shorter side."""
WARMER, LIGHTER = 0.06, 0.03
"""Minimum excess of yellow and of lightness of a spot over its surroundings, in Oklab."""
SURROUNDINGS = 12.0
"""Standard deviation in pixels of the Gaussian that gives the surroundings."""
SPOT = (0.12, 0.48)
"""Minimum and maximum width of a spot, as a share of the face's; smaller ones are accents."""
ROUND = 0.5
"""Minimum share of its enclosing circle that a spot fills: strokes are longer."""


def face_boxes(photo: Image) -> list[Box]:
    """Return the faces that are large enough to look for stars on."""
    smallest = SMALLEST_FACE * min(photo.shape[:2])
    return [_inside(box, photo) for box in find_faces(photo) if box.width >= smallest]


def count_stars(output: Image, photo: Image, boxes: list[Box]) -> int:
    """Count the spots inside faces that are not in the photo."""
    seen = np.asarray(cv2.dilate(_spots(photo), np.ones((5, 5), np.uint8)), np.uint8)
    new = _spots(output) & (1 - seen)
    return sum(_count_round(new[top : top + h, left : left + w]) for left, top, w, h in boxes)


def _inside(box: Box, photo: Image) -> Box:
    """Cut a box at the edges of the photo."""
    height, width = photo.shape[:2]
    left, top = max(0, box.left), max(0, box.top)
    right, bottom = min(width, box.left + box.width), min(height, box.top + box.height)
    return Box(left, top, right - left, bottom - top)


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
