"""High dynamic range as an ordinary screen shows it: PQ and HLG to BT.709.

swscale converts the colours, too, but cuts off everything brighter than white. Here what is up to
``KNEE`` of white stays as it is, and what is brighter is squeezed into the rest.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image

Light = NDArray[np.float32]
"""1 is the white of paper, 203 cd/m2 (ITU-R BT.2408)."""

WHITE, PEAK = 203.0, 1000.0
"""In cd/m2: of paper, and of the brightest spark that keeps its shape."""
LARGEST = 2 * PEAK / WHITE
"""Where the table of gains ends; what is brighter is white anyhow."""
KNEE = 0.7
"""Skin and paper lie below it."""
TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
"""From BT.2020's primaries, for R, G, B in this order (ITU-R BT.2087)."""
LUMA = np.array([[0.2627, 0.6780, 0.0593]], np.float32)
"""Of BT.2020."""
GAMMA = 2.4
"""Of the screen (ITU-R BT.1886)."""


def _pq(signal: Light) -> Light:
    """SMPTE ST 2084."""
    root = signal ** np.float32(1 / 78.84375)
    light = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return np.asarray(10000 / WHITE * light ** (1 / 0.1593017578125), np.float32)


def _hlg(signal: Light) -> Light:
    """ARIB STD-B67: the light of the scene, before the screen's own contrast."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    light = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray(light, np.float32)


PQ, HLG = 16, 18
CURVES: dict[int, Callable[[Light], Light]] = {PQ: _pq, HLG: _hlg}
"""By H.273's number of the transfer."""
NAMES = {PQ: "PQ", HLG: "HLG"}


STEPS = 1 << 14
"""Entries of the tables; shadows get 26 of them before the first level of 8 bit ends."""


class ToneMap:
    """Turns (height, width, 3) uint16 RGB of one transfer into uint8 BGR of BT.709.

    Powers are taken from tables: a second per frame would go into them otherwise.
    """

    def __init__(self, transfer: int) -> None:
        self._light = CURVES[transfer](np.linspace(0, 1, 1 << 16, dtype=np.float32))
        ramp = np.linspace(0, 1, STEPS, dtype=np.float32)
        # HLG is the light of the scene; the screen adds this contrast (ITU-R BT.2100).
        self._contrast = PEAK / WHITE * ramp**0.2 if transfer == HLG else None
        self._gain = _squeeze(ramp * LARGEST) / np.maximum(ramp * LARGEST, 1e-6)
        self._coded = np.rint(255 * ramp ** (1 / GAMMA)).astype(np.uint8)

    def __call__(self, rgb: NDArray[np.uint16]) -> Image:
        """Tone-map one picture."""
        light = self._light[rgb]
        if self._contrast is not None:
            light *= self._contrast[_steps(cv2.transform(light, LUMA))][..., None]
        light = np.asarray(cv2.transform(light, TO_BT709), np.float32)
        brightest = cv2.max(cv2.max(light[..., 0], light[..., 1]), light[..., 2])
        light *= self._gain[_steps(brightest / LARGEST)][..., None]
        return np.asarray(self._coded[_steps(light[..., ::-1])], np.uint8)


def _steps(light: NDArray[Any]) -> NDArray[np.uint16]:
    """Places in a table that goes from 0 to 1."""
    return np.asarray(np.clip(light * (STEPS - 1) + 0.5, 0, STEPS - 1).astype(np.uint16))


def _squeeze(light: Light) -> Light:
    """Reinhard's shoulder from the knee on: smooth there, and 1 at the peak."""
    over = np.maximum(light - KNEE, 0) / (1 - KNEE)
    most = (PEAK / WHITE - KNEE) / (1 - KNEE)
    shoulder = KNEE + (1 - KNEE) * over * (1 + over / most**2) / (1 + over)
    return np.minimum(np.where(light > KNEE, shoulder, light), 1).astype(np.float32)
