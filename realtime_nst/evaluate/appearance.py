"""Measures of appearance, from images alone: tones, colors and edges.

The low band is the result of a Gaussian of a thirtieth of the image's height: large tones without
strokes.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.palette.oklab import to_oklab

Floats = NDArray[np.float32]

LOW_BAND = 1 / 30
"""Standard deviation of the Gaussian, as a share of the image's height."""
EDGE_SCALE = 2.0
"""Standard deviation in pixels at which edges are compared: those of objects, not of strokes."""
TAIL = 0.02
"""Share of the darkest and of the lightest pixels that the range of lightness excludes."""
DIRECTIONS, QUANTILES = 64, 512
"""Number of directions, and of quantiles in each, for the comparison of palettes."""


def oklab(image: Image) -> Floats:
    """Convert (h, w, 3) uint8 BGR to Oklab: lightness in [0, 1], green to red, blue to yellow."""
    return to_oklab(image[..., ::-1] / 255)


def low_share(image: Image) -> float:
    """Return the share of the low band in the variance of lightness."""
    light = oklab(image)[..., 0]
    return float(_low(light).var() / max(light.var(), 1e-9))


def order(output: Image, photo: Image) -> float:
    """Return the correlation of the low bands of lightness: 1 where light stays light."""
    return _correlation(*(_low(oklab(image)[..., 0]) for image in (output, photo)))


def lightness_range(image: Image) -> float:
    """Return the distance from the darkest to the lightest tones."""
    dark, light = np.quantile(oklab(image)[..., 0], [TAIL, 1 - TAIL])
    return float(light - dark)


def palette_distance(first: Image, second: Image) -> float:
    """Return the sliced Wasserstein-2 distance of the colors, times 100 (Rabin et al. 2012)."""
    random = np.random.default_rng(0).normal(size=(DIRECTIONS, 3))
    directions = random / np.linalg.norm(random, axis=1, keepdims=True)
    steps = (np.arange(QUANTILES) + 0.5) / QUANTILES
    here, there = (
        np.quantile(oklab(image).reshape(-1, 3) @ directions.T, steps, axis=0)
        for image in (first, second)
    )
    return float(100 * np.sqrt(3 * np.square(here - there).mean()))


def edges_kept(output: Image, photo: Image) -> float:
    """Return the correlation of the edge strengths of lightness."""
    return _correlation(*(_edges(oklab(image)[..., 0]) for image in (output, photo)))


def _low(channel: Floats) -> Floats:
    deviation = channel.shape[0] * LOW_BAND
    blurred = cv2.GaussianBlur(channel, (0, 0), deviation, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, np.float32)


def _edges(light: Floats) -> Floats:
    soft = cv2.GaussianBlur(light, (0, 0), EDGE_SCALE)
    across, down = (cv2.Scharr(soft, cv2.CV_32F, *way) for way in ((1, 0), (0, 1)))
    return np.hypot(across, down)


def _correlation(first: Floats, second: Floats) -> float:
    """Return the correlation, 0 if an image is constant."""
    if min(first.std(), second.std()) < 1e-6:
        return 0.0
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])
