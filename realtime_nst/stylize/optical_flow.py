"""Optical flow between two frames, and the consistency of their content along it.

The method is DIS (Kroeger et al. 2016, Fast Optical Flow using Dense Inverse Search) on reduced
gray images.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import LARGE_FRAME_PIXELS, Image

Grey = NDArray[np.uint8]
"""(height, width) uint8."""
Flow = NDArray[np.float32]
"""(height, width, 2) float32: how far right and down each pixel was in the previous frame."""

_AREA = 320 * 240
"""Approximate number of pixels of the reduced image; more take more time than they are worth."""
_SIDES = (32, 800)
"""Limits of its sides in pixels: OpenCV's DIS crashes on shorter sides if the other one is long."""
_SURE = 0.6
"""Pixels of the full frame: smaller motion, horizontal or vertical, is scaled down in proportion,
because noise causes flow of this size, and interpolating between pixels blurs."""
_TOLERANCE = 12.0
"""Difference in gray levels at which the weight of the previous frame is 1/e."""
_AGREEMENT = np.round(255 * np.exp(-((np.arange(256) / _TOLERANCE) ** 2))).astype(np.uint8)
"""Agreement (0 to 255) by the difference in gray levels."""


@dataclass(frozen=True, slots=True, eq=False)
class FlowImage:
    """Reduced gray image that optical flow is computed on."""

    grey: Grey
    """Pixels, padded on the right and bottom if the image is too small for the flow."""
    size: tuple[int, int]
    """Height and width without padding."""
    factor: int
    """Scale factor of the reduction, in both directions."""


def downscale_for_flow(content: Image) -> FlowImage:
    """Convert an image to gray and reduce it by an integer factor, which averages noise.

    Args:
        content: (height, width, 3) uint8 BGR.
    """
    height, width = content.shape[:2]
    factor = max(1, round((height * width / _AREA) ** 0.5), -(-max(height, width) // _SIDES[1]))
    size = (max(1, height // factor), max(1, width // factor))
    grey = cv2.cvtColor(content, cv2.COLOR_BGR2GRAY)[: size[0] * factor, : size[1] * factor]
    smaller = cv2.resize(grey, size[::-1], interpolation=cv2.INTER_AREA)
    below, right = (max(0, _SIDES[0] - side) for side in size)
    if below or right:
        smaller = cv2.copyMakeBorder(smaller, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return FlowImage(np.asarray(smaller, np.uint8), size, factor)


class OpticalFlow:
    """Optical flow with buffers that are reused between frames of one size."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._coordinates = np.empty((0, 0, 2), np.float32)
        self._full_flow = np.empty((0, 0, 2), np.float32)
        self._buffers: list[Image] = []

    def estimate(self, now: FlowImage, before: FlowImage) -> Flow:
        """Estimate where each pixel of the reduced image was in the previous one."""
        found = self._dis.calc(now.grey, before.grey, None)  # type: ignore[call-overload]
        flow = np.ascontiguousarray(np.asarray(found, np.float32)[: now.size[0], : now.size[1]])
        flow *= np.minimum(np.abs(flow) * np.float32(now.factor / _SURE), 1)
        return flow

    def consistency(self, now: FlowImage, before: FlowImage, flow: Flow) -> Grey:
        """Return 255 where the content is the same, 0 where it is new, for the reduced image."""
        height, width = now.size
        warped = _remap(before.grey[:height, :width], flow)
        error = cv2.blur(cv2.absdiff(now.grey[:height, :width], warped), (5, 5))
        agreement = cv2.LUT(error, _AGREEMENT)
        return np.asarray(cv2.bitwise_and(agreement, self._inside(flow)), np.uint8)

    def warp(self, image: Image, flow: Flow, factor: int) -> Image:
        """Warp an image of the previous frame to the current one.

        Args:
            image: (height, width, 3) uint8 BGR.
            flow: optical flow of the reduced images.
            factor: scale factor of their reduction.

        Returns:
            The warped image; the next call overwrites it.
        """
        height, width = image.shape[:2]
        if self._full_flow.shape[:2] != (height, width):
            self._full_flow = np.empty((height, width, 2), np.float32)
            channels = (4, 4, 3) if height * width < LARGE_FRAME_PIXELS else (0, 0, 3)
            self._buffers = [np.empty((height, width, count), np.uint8) for count in channels]
        bgra, warped, bgr = self._buffers
        cv2.resize(flow * np.float32(factor), (width, height), dst=self._full_flow)
        if not bgra.size:
            return _remap(image, self._full_flow, bgr)
        # Remapping four channels takes little more than half the time of three.
        cv2.cvtColor(image, cv2.COLOR_BGR2BGRA, dst=bgra)
        _remap(bgra, self._full_flow, warped)
        return np.asarray(cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR, dst=bgr), np.uint8)

    def _inside(self, flow: Flow) -> Grey:
        """Return 255 where a pixel was inside the previous frame, up to a pixel beyond its edge."""
        height, width = size = flow.shape[:2]
        if self._coordinates.shape[:2] != size:
            y, x = np.indices(size, np.float32)
            self._coordinates = np.dstack((x, y))
        first, last = (-1.0, -1.0, 0.0, 0.0), (float(width), float(height), 0.0, 0.0)
        return np.asarray(cv2.inRange(self._coordinates + flow, first, last), np.uint8)


def _remap(image: NDArray[np.uint8], flow: Flow, into: Image | None = None) -> Image:
    """Move pixels along a flow; the edge is replicated."""
    linear, edge = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP, cv2.BORDER_REPLICATE
    # The stubs require a second map; given an empty one, OpenCV 5.0 reads garbage.
    moved = cv2.remap(image, flow, None, linear, into, edge)  # type: ignore[call-overload]
    return np.asarray(moved, np.uint8)
