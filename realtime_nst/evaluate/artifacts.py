"""Scores of artifacts in stylized images.

Known artifacts of style networks: a checkerboard from uneven upsampling (Odena et al. 2016),
bubbles and blots from normalizing each image by its own statistics (Karras et al. 2020, section 2),
and a border from padding. Scores are small for paintings and photos; ``LIMITS`` are the maxima.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image

PERIOD = 4
"""Period of the networks' grid in pixels, and so of their patterns."""
CONTROLS = (3, 5)
"""Unrelated periods in pixels: strokes score there by chance, and as much at any period."""
REPEATS = 8
"""Number of periods over which a pattern must be the same."""
RADII = (7, 9, 12, 15, 19)
"""Radii of bubbles in pixels; smaller ones are strokes."""
SCALES = (4, 7, 11)
"""Sizes of blots in pixels (standard deviation)."""
EDGE = 4
"""Width in pixels of the border that is compared with the rest."""

Plane = NDArray[np.float32]
"""(height, width)."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The maximum score of a shipped style."""

    most: float
    """The maximum."""
    why: str
    """Unit, measured scores, and what higher ones look like."""


LIMITS = {
    "checkerboard": Limit(
        4.0,
        "grey levels; photos have up to 0.3, shipped styles 0 to 1, only the woodcut's hatching, "
        "which falls into step with the grid, 3.1; 4 is seen on plain walls",
    ),
    "bubbles": Limit(
        7.5,
        "standard deviations; shipped styles reach 6.6, on Delaunay's dabs; a ring of radius 15 on "
        "a plain sky has 8 to 13",
    ),
    "blots": Limit(
        4.0,
        "times what 98 of 100 places have; fast styles reach 2.9; the quality tier's olive spot in "
        "deep shadow, which is seen, has 3.5; a magenta spot of radius 8 has up to 13",
    ),
    "border": Limit(
        9.0,
        "grey levels; eight pixels of margin gave a network 11, and one saw it; 8 is not seen",
    ),
}
"""Limits by the name of the function, from scores of the models shipped when they were set."""


def checkerboard(image: Image) -> float:
    """Return the RMS in grey levels of a pattern that repeats every two or four pixels."""
    own = _repeated(image, PERIOD)
    chance = sum(_repeated(image, period) for period in CONTROLS) / len(CONTROLS)
    return float(max(0.0, own - chance) ** 0.5)


def bubbles(image: Image, content: Image) -> float:
    """Return the score of the roundest object that is not in the content, in standard deviations.

    Gradients that point to or away from one place all around it add up, as in the radial symmetry
    of Loy and Zelinsky 2003.
    """
    own, known = _directions(image), _directions(content)
    return max(_roundest(own, known, radius) for radius in RADII)


def blots(image: Image, content: Image) -> float:
    """Return the contrast of the strongest spot where the content is plain.

    The unit is the 98th percentile of the contrast of such places.
    """
    return max(_strongest(image, content, scale) for scale in SCALES)


def border(image: Image, inside: Image) -> float:
    """Return the mean error of the outermost pixels in grey levels.

    Args:
        image: a stylized image.
        inside: the same part, cropped from a larger image after stylizing it. At least 9x9.
    """
    difference = image.astype(np.float32) - inside
    ring = np.ones(image.shape[:2], bool)
    ring[EDGE:-EDGE, EDGE:-EDGE] = False
    # A network with statistics of each image stylizes all of a larger one differently.
    everywhere = difference[~ring].mean(axis=0)
    return float(np.abs(difference[ring].mean(axis=0) - everywhere).max())


def _repeated(image: Image, period: int) -> float:
    """Return the mean square of the pattern with this period, over blocks of periods."""
    light = image.mean(axis=2, dtype=np.float32)
    fine = light - cv2.blur(light, (2 * period + 1, 2 * period + 1))
    side = REPEATS * period
    rows, columns = (length // side for length in fine.shape)
    if not (rows and columns):
        return 0.0
    shape = (rows, REPEATS, period, columns, REPEATS, period)
    blocks = fine[: rows * side, : columns * side].reshape(shape)
    phases = blocks.mean(axis=(1, 4))
    return float((phases - phases.mean(axis=(1, 3), keepdims=True)).var())


def _directions(image: Image) -> tuple[Plane, Plane]:
    """Return normalized gradients, right and down; shorter where they are weak."""
    light = cv2.GaussianBlur(image.mean(axis=2, dtype=np.float32), (0, 0), 1.2)
    right, down = (cv2.Sobel(light, cv2.CV_32F, *axis) / 8 for axis in ((1, 0), (0, 1)))
    length = np.hypot(right, down) + 4
    return (right / length).astype(np.float32), (down / length).astype(np.float32)


def _roundest(image: tuple[Plane, Plane], content: tuple[Plane, Plane], radius: int) -> float:
    margin = radius + 4
    core = np.s_[margin:-margin, margin:-margin]
    own = _roundness(image, radius)
    if not own[core].size:
        return 0.0
    known = cv2.dilate(_roundness(content, radius), np.ones((9, 9), np.uint8))
    return float((own - known)[core].max() / max(own[core].std(), 0.01))


def _roundness(directions: tuple[Plane, Plane], radius: int) -> Plane:
    """Return for each place how well the gradients on a circle around it point to it, 0 to 1."""
    reach = radius + 4
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    distance = np.hypot(right, down) + 1e-6
    circle = np.exp(-(((distance - radius) / 1.5) ** 2))
    circle /= circle.sum() * distance
    across, along = directions
    towards = cv2.filter2D(across, -1, circle * right) + cv2.filter2D(along, -1, circle * down)
    return np.asarray(np.abs(towards), np.float32)


def _strongest(image: Image, content: Image, scale: int) -> float:
    core = np.s_[2 * scale : -2 * scale, 2 * scale : -2 * scale]
    spots, known = _spots(image, scale)[core], _spots(content, scale)[core]
    if not spots.size:
        return 0.0
    plain = known < max(2.0, float(np.quantile(known, 0.6)))
    found = spots[plain]
    usual = float(np.quantile(found, 0.98)) if found.size else 0.0
    return float(found.max()) / usual if usual > 0 else 0.0


def _spots(image: Image, scale: int) -> Plane:
    """Return the difference of each place from its surroundings, in units of CIE L*a*b*."""
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    near, around = (cv2.GaussianBlur(lab, (0, 0), times * scale) for times in (1.0, 1.6))
    return np.asarray(np.linalg.norm(near - around, axis=2), np.float32)
