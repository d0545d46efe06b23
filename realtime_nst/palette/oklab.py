"""Convert between sRGB and Oklab, a perceptually uniform color space (Ottosson 2020)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Colors = NDArray[np.float32]
"""(..., 3) float32: RGB from 0 to 1, or Oklab."""

TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
FROM_CONES, FROM_OKLAB = np.linalg.inv(TO_CONES), np.linalg.inv(TO_OKLAB)


def to_oklab(rgb: NDArray[Any]) -> Colors:
    """Convert (..., 3) sRGB in [0, 1] to Oklab: lightness (0 to 1), green-red and blue-yellow."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: Colors = (np.cbrt(linear @ TO_CONES.T) @ TO_OKLAB.T).astype(np.float32)
    return lab


def from_oklab(lab: NDArray[Any]) -> Colors:
    """Convert (..., 3) Oklab to sRGB, clipped to [0, 1]."""
    linear = np.clip((lab @ FROM_OKLAB.T) ** 3 @ FROM_CONES.T, 0, 1)
    rgb: Colors = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055
    ).astype(np.float32)
    return rgb
