"""Tone mapping of high dynamic range video: PQ and HLG to BT.709.

swscale converts the colors, too, but clips everything brighter than white. Here values up to
``KNEE`` of white stay as they are, and brighter ones are compressed into the rest.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image

Light = NDArray[np.float32]
"""Linear light, where 1 is diffuse white, 203 cd/m2 (ITU-R BT.2408)."""

WHITE, PEAK = 203.0, 1000.0
"""Luminance in cd/m2 of diffuse white, and of the brightest highlight that keeps its shape."""
LARGEST = 2 * PEAK / WHITE
"""Upper end of the gain table; brighter values are white in any case."""
KNEE = 0.7
"""Share of white from which values are compressed; skin and paper are below it."""
TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
"""Matrix from BT.2020's primaries, for R, G, B in this order (ITU-R BT.2087)."""
LUMA = np.array([[0.2627, 0.6780, 0.0593]], np.float32)
"""Luma coefficients of BT.2020."""
GAMMA = 2.4
"""Gamma of the display (ITU-R BT.1886)."""


def _pq(signal: Light) -> Light:
    """Convert a PQ signal to light (SMPTE ST 2084)."""
    root = signal ** np.float32(1 / 78.84375)
    light = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return np.asarray(10000 / WHITE * light ** (1 / 0.1593017578125), np.float32)


def _hlg(signal: Light) -> Light:
    """Convert an HLG signal to scene light, before the display's own contrast (ARIB STD-B67)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    light = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray(light, np.float32)


PQ, HLG = 16, 18
CURVES: dict[int, Callable[[Light], Light]] = {PQ: _pq, HLG: _hlg}
"""Conversions to light by H.273's number of the transfer characteristics."""
NAMES = {PQ: "PQ", HLG: "HLG"}


STEPS = 1 << 14
"""Number of entries of the tables; 26 of them cover the darkest of the 8-bit levels."""


class ToneMap:
    """Converts (height, width, 3) uint16 RGB of one transfer to uint8 BGR in BT.709.

    Powers are looked up in tables; computing them would take a second per frame.

    Args:
        transfer: a key of ``CURVES``.
    """

    def __init__(self, transfer: int) -> None:
        self._light = CURVES[transfer](np.linspace(0, 1, 1 << 16, dtype=np.float32))
        ramp = np.linspace(0, 1, STEPS, dtype=np.float32)
        # HLG encodes scene light; the display adds this contrast (ITU-R BT.2100).
        self._contrast = PEAK / WHITE * ramp**0.2 if transfer == HLG else None
        self._gain = _compress(ramp * LARGEST) / np.maximum(ramp * LARGEST, 1e-6)
        self._coded = np.rint(255 * ramp ** (1 / GAMMA)).astype(np.uint8)

    def __call__(self, rgb: NDArray[np.uint16]) -> Image:
        """Tone-map one frame."""
        light = self._light[rgb]
        if self._contrast is not None:
            light *= self._contrast[_steps(cv2.transform(light, LUMA))][..., None]
        light = np.asarray(cv2.transform(light, TO_BT709), np.float32)
        brightest = cv2.max(cv2.max(light[..., 0], light[..., 1]), light[..., 2])
        light *= self._gain[_steps(brightest / LARGEST)][..., None]
        return np.asarray(self._coded[_steps(light[..., ::-1])], np.uint8)


def _steps(light: NDArray[Any]) -> NDArray[np.uint16]:
    """Return indices into a table over the range 0 to 1."""
    return np.asarray(np.clip(light * (STEPS - 1) + 0.5, 0, STEPS - 1).astype(np.uint16))


def _compress(light: Light) -> Light:
    """Apply Reinhard's shoulder above the knee: smooth there, and 1 at the peak."""
    over = np.maximum(light - KNEE, 0) / (1 - KNEE)
    most = (PEAK / WHITE - KNEE) / (1 - KNEE)
    shoulder = KNEE + (1 - KNEE) * over * (1 + over / most**2) / (1 + over)
    return np.minimum(np.where(light > KNEE, shoulder, light), 1).astype(np.float32)
