"""A painting's texture in a few numbers, so that the most similar one can be found."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.stylize.oklab import to_oklab

SHORT_SIDE = 256
"""Pixels to which a painting's short side is scaled before."""
SCALES = (1.0, 2.0, 4.0, 8.0)
"""Deviations of Gaussians, in pixels: between two of them lies a band."""
LEAST = 1e-3
"""Of a band's deviation: what is flatter is flat."""

Texture = tuple[float, ...]


def texture(painting: Image) -> Texture:
    """Measure how strong a (height, width, 3) uint8 BGR picture is in each band, and how straight.

    Returns:
        The logarithms of the deviations of lightness in bands of 0 to 1, 1 to 2, 2 to 4 and 4 to 8
        pixels, then how much of each band has one direction, from 0 to 1.
    """
    height, width = painting.shape[:2]
    scale = SHORT_SIDE / min(height, width)
    size = round(width * scale), round(height * scale)
    small = cv2.resize(painting, size, interpolation=cv2.INTER_AREA)
    lightness = to_oklab(small[:, :, ::-1] / 255)[:, :, 0]
    levels = [lightness, *(cv2.GaussianBlur(lightness, (0, 0), sigma) for sigma in SCALES)]
    bands = [fine - coarse for fine, coarse in pairwise(levels)]
    strengths = [float(np.log(max(float(band.std()), LEAST))) for band in bands]
    straight = [straightness(band, 4 * sigma) for band, sigma in zip(bands, SCALES, strict=True)]
    return tuple(round(value, 3) for value in (*strengths, *straight))


def straightness(band: NDArray[np.float32], around: float) -> float:
    """Measure how much of a band's change has one direction, seen from so many pixels around."""
    down, across = np.gradient(band)
    products = across * across, down * down, across * down
    tensor = [cv2.GaussianBlur(np.asarray(each), (0, 0), around) for each in products]
    difference = np.hypot(tensor[0] - tensor[1], 2 * tensor[2])
    return float(difference.sum() / max(float((tensor[0] + tensor[1]).sum()), LEAST**2))


def unlikeness(first: Texture, second: Texture) -> float:
    """Compare two textures: 0 for the same."""
    pairs = zip(first, second, strict=True)
    return float(np.sqrt(np.mean([(a - b) ** 2 for a, b in pairs])))
