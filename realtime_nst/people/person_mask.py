"""Mask of the people in images, by MediaPipe's selfie segmentation."""

from collections.abc import Callable
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.image_ops import resize
from realtime_nst.people.networks import network_file

Mask = NDArray[np.float32]
"""(height, width), from 0 to 1."""

PIXELS = 256 * 192
"""Number of pixels that the network sees, whatever the aspect ratio."""
STRIDE = 16
"""Height and width that the network sees are multiples of this."""
CERTAIN = (0.2, 0.8)
"""Probabilities up to the first become 0, and from the second on 1."""
UNCERTAIN_STEP = 0.1
"""Share of a new value where the network is least certain; the rest is the value before."""
CUT = 0.2
"""Mean change of the mask from which on the scene has changed, and nothing is kept."""
RADIUS, EDGE = 2, 1e-3
"""Radius of the guided filter in pixels that the network sees, and the variance of lightness, from
0 to 1, above which it takes a difference for an edge."""


class PersonMask:
    """Finds the people in images. Called on one thread at a time.

    Args:
        steady: the images are a video: where the network is uncertain, the mask changes slowly.
    """

    def __init__(self, *, steady: bool) -> None:
        self._steady = steady
        self.memory: Image | None = None
        """Mask of the image before, (h, w) uint8; set it to continue a video."""

    def __call__(self, image: Image) -> Mask:
        """Return (height, width) float32: 1 where there are people and 0 elsewhere.

        Args:
            image: (height, width, 3) uint8 BGR.

        Raises:
            ModelError: the network is missing.
        """
        small = resize(image, *_seen_size(image))
        found = self._run(small)
        if self._steady:
            found = self._steadied(found)
        low, high = CERTAIN
        mask = np.clip((found - np.float32(low)) / np.float32(high - low), 0, 1)
        return _follow_edges(mask, small, image)

    def _steadied(self, found: Mask) -> Mask:
        """Return the mask mixed with the one before, as MediaPipe's segmentation smoothing does."""
        before = self.memory
        if before is not None and before.shape == found.shape:
            change = found - _in_units(before)
            if np.abs(change).mean() < CUT:
                certainty = np.square(2 * found - 1)
                change *= (1 - UNCERTAIN_STEP) * (1 - certainty)
                found = found - change
        # In bytes, as a conversion stores it: resumed, it goes on with the same values.
        self.memory = np.rint(255 * found).astype(np.uint8)
        return _in_units(self.memory)

    def _run(self, small: Image) -> Mask:
        pixels = _in_units(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8))
        planes = self._network(np.ascontiguousarray(pixels.transpose(2, 0, 1)[None]))
        return np.asarray(planes[0, 0], np.float32)

    @cached_property
    def _network(self) -> Callable[[Mask], Mask]:
        """Open the network, which takes some hundredths of a second."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # The network that stylizes needs the other cores, and waiting threads would take them.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            str(network_file("selfie.onnx")), options, providers=["CPUExecutionProvider"]
        )
        return lambda planes: np.asarray(session.run(None, {"image": planes})[0], np.float32)


def _seen_size(image: Image) -> tuple[int, int]:
    """Return width and height that the network sees."""
    height, width = image.shape[:2]
    scale = (PIXELS / (height * width)) ** 0.5 / STRIDE
    return max(1, round(width * scale)) * STRIDE, max(1, round(height * scale)) * STRIDE


def _follow_edges(mask: Mask, small: Image, image: Image) -> Mask:
    """Enlarge a mask along the edges of the image, by the fast guided filter (He and Sun 2015)."""
    guide = _lightness(small)
    mean_guide, mean_mask = _box(guide), _box(mask)
    variance = _box(guide * guide) - mean_guide * mean_guide
    covariance = _box(guide * mask) - mean_guide * mean_mask
    slope = np.divide(covariance, variance + EDGE, dtype=np.float32)
    offset = np.subtract(mean_mask, slope * mean_guide, dtype=np.float32)
    size = image.shape[1], image.shape[0]
    result = cv2.resize(_box(slope), size) * _lightness(image) + cv2.resize(_box(offset), size)
    return np.asarray(np.clip(result, 0, 1), np.float32)


def _box(values: Mask) -> Mask:
    side = 2 * RADIUS + 1
    return np.asarray(cv2.blur(values, (side, side)), np.float32)


def _lightness(image: Image) -> Mask:
    return _in_units(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8))


def _in_units(values: Image) -> Mask:
    """Return bytes as floats from 0 to 1."""
    return values.astype(np.float32) * np.float32(1 / 255)
