"""Texture of a style image in a few numbers, to find the most similar style."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.palette.oklab import to_oklab

SHORT_SIDE = 256
"""Pixels that a style image's short side is scaled to first."""
SCALES = (1.0, 2.0, 4.0, 8.0)
"""Standard deviations of Gaussians in pixels; two neighbors bound a frequency band."""
MIN_DEVIATION = 1e-3
"""Lower limit of a band's standard deviation; smaller values are noise."""

Texture = tuple[float, ...]
"""Result of ``texture``."""


def texture(painting: Image) -> Texture:
    """Measure the contrast of an image in each frequency band, and how directional it is.

    Args:
        painting: (height, width, 3) uint8 BGR.

    Returns:
        The logarithms of the standard deviation of lightness in bands of 0 to 1, 1 to 2, 2 to 4 and
        4 to 8 pixels, then the share of each band that has one direction, from 0 to 1.
    """
    height, width = painting.shape[:2]
    scale = SHORT_SIDE / min(height, width)
    size = round(width * scale), round(height * scale)
    small = cv2.resize(painting, size, interpolation=cv2.INTER_AREA)
    lightness = to_oklab(small[:, :, ::-1] / 255)[:, :, 0]
    levels = [lightness, *(cv2.GaussianBlur(lightness, (0, 0), sigma) for sigma in SCALES)]
    bands = [fine - coarse for fine, coarse in pairwise(levels)]
    strengths = [float(np.log(max(float(band.std()), MIN_DEVIATION))) for band in bands]
    straight = [straightness(band, 4 * sigma) for band, sigma in zip(bands, SCALES, strict=True)]
    return tuple(round(value, 3) for value in (*strengths, *straight))


def straightness(band: NDArray[np.float32], around: float) -> float:
    """Measure the share of a band's gradients that have one direction within a neighborhood.

    Args:
        band: (height, width) float32.
        around: standard deviation of the neighborhood in pixels.
    """
    down, across = np.gradient(band)
    products = across * across, down * down, across * down
    tensor = [cv2.GaussianBlur(np.asarray(each), (0, 0), around) for each in products]
    difference = np.hypot(tensor[0] - tensor[1], 2 * tensor[2])
    return float(difference.sum() / max(float((tensor[0] + tensor[1]).sum()), MIN_DEVIATION**2))


def texture_distance(first: Texture, second: Texture) -> float:
    """Return the distance of two textures, 0 for equal ones."""
    pairs = zip(first, second, strict=True)
    return float(np.sqrt(np.mean([(a - b) ** 2 for a, b in pairs])))
