"""Stars on faces are counted; what the photo has there, strokes and what is elsewhere are not."""

import cv2
import numpy as np
import pytest

from realtime_nst.evaluate.faces import SMALLEST_FACE, count_stars, face_boxes
from realtime_nst.frame import Image
from realtime_nst.people.faces import Box
from tests.helpers.scenes import photo

FACE = Box(60, 60, 100, 100)
YELLOW, BLUE = (60, 220, 240), (140, 90, 50)
"""BGR."""


def night() -> Image:
    return np.full((240, 240, 3), BLUE, np.uint8)


def starred(*centers: tuple[int, int], radius: int = 8) -> Image:
    image = night()
    for center in centers:
        cv2.circle(image, center, radius, YELLOW, -1)
    return image


def stroke() -> Image:
    image = night()
    cv2.line(image, (70, 110), (150, 110), YELLOW, 5)
    return image


@pytest.mark.parametrize(
    ("image", "count"),
    [
        (night(), 0),
        (starred((110, 110)), 1),
        (starred((85, 85), (135, 130)), 2),
        (starred((30, 30)), 0),  # beside the face
        (starred((110, 110), radius=2), 0),  # an accent of a stroke
        (stroke(), 0),
    ],
)
def test_count_stars(image: Image, count: int) -> None:
    assert count_stars(image, night(), [FACE]) == count


def test_count_stars_leaves_out_what_the_photo_has_there() -> None:
    image = starred((110, 110))
    assert count_stars(image, image, [FACE]) == 0


def test_face_boxes_are_large_and_inside_the_photo() -> None:
    (box,) = face_boxes(photo())
    assert box.width >= SMALLEST_FACE * 512
    (cut,) = face_boxes(photo()[:, 190:])
    assert cut.left == 0
    far = np.zeros((2048, 2048, 3), np.uint8)
    far[:512, :512] = photo()
    assert face_boxes(far) == []
