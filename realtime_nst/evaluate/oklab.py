"""Oklab: colors in which equal distances look alike (Ottosson 2020)."""

import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image

Floats = NDArray[np.float32]
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
"""From linear sRGB to the responses of the eye's cones."""
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)


def oklab(image: Image) -> Floats:
    """(h, w, 3) BGR bytes -> (h, w, 3): lightness in [0, 1], green to red, blue to yellow."""
    levels = np.arange(256, dtype=np.float32) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    rgb = linear.astype(np.float32)[image[..., ::-1]]
    lab: Floats = (np.cbrt(rgb @ TO_LMS.T) @ TO_LAB.T).astype(np.float32)
    return lab
