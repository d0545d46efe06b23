"""How a picture moved since the last one, and where the two show the same.

Optical flow: DIS (Kroeger et al. 2016, Fast Optical Flow using Dense Inverse Search) on a reduced
grey picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import LARGE_FRAME_PIXELS, Image

Grey = NDArray[np.uint8]
"""(height, width)."""
Flow = NDArray[np.float32]
"""(height, width, 2): how far right and down each pixel was in the last picture."""

_AREA = 320 * 240
"""Pixels of the reduced picture, about; more cost more than they bring."""
_SIDES = (32, 800)
"""Pixels of its sides: OpenCV's DIS crashes on shorter ones, if the other is long."""
_SURE = 0.6
"""Pixels of the picture: motion below that, down or across, is believed in proportion only, since
noise makes flow of such sizes, and looking between pixels blurs."""
_TOLERANCE = 12.0
"""Grey levels of difference at which the last picture counts a third."""
_AGREEMENT = np.round(255 * np.exp(-((np.arange(256) / _TOLERANCE) ** 2))).astype(np.uint8)
"""By the difference in grey levels."""


@dataclass(frozen=True, slots=True, eq=False)
class FlowImage:
    """A picture as motion is looked for in it."""

    grey: Grey
    """Continued to the right and below, if it is too small for the flow."""
    size: tuple[int, int]
    """Height and width without that."""
    factor: int
    """Pixels of the picture for each of these, in both directions."""


def downscale_for_flow(content: Image) -> FlowImage:
    """In grey, and smaller by a whole number: fine noise is averaged away, and flow is cheap."""
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
    """Looks for motion; what it needs for a size of picture is kept from frame to frame."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._places = np.empty((0, 0, 2), np.float32)
        self._larger = np.empty((0, 0, 2), np.float32)
        self._moved: list[Image] = []

    def estimate(self, now: FlowImage, before: FlowImage) -> Flow:
        """Where each pixel of the reduced picture was, relative to where it is."""
        found = self._dis.calc(now.grey, before.grey, None)  # type: ignore[call-overload]
        flow = np.ascontiguousarray(np.asarray(found, np.float32)[: now.size[0], : now.size[1]])
        flow *= np.minimum(np.abs(flow) * np.float32(now.factor / _SURE), 1)
        return flow

    def consistency(self, now: FlowImage, before: FlowImage, flow: Flow) -> Grey:
        """Of the reduced picture: 255 where the content is the same, 0 where it is new."""
        height, width = now.size
        moved = _taken(before.grey[:height, :width], flow)
        error = cv2.blur(cv2.absdiff(now.grey[:height, :width], moved), (5, 5))
        agreement = cv2.LUT(error, _AGREEMENT)
        return np.asarray(cv2.bitwise_and(agreement, self._known(flow)), np.uint8)

    def warp(self, picture: Image, flow: Flow, factor: int) -> Image:
        """Return the previous image with its content where it is now.

        Args:
            picture: (height, width, 3) uint8 BGR; the result is overwritten by the next call.
            flow: optical flow of the images reduced by ``factor``.
            factor: how many times smaller the reduced images are.
        """
        height, width = picture.shape[:2]
        if self._larger.shape[:2] != (height, width):
            self._larger = np.empty((height, width, 2), np.float32)
            counts = (4, 4, 3) if height * width < LARGE_FRAME_PIXELS else (0, 0, 3)
            self._moved = [np.empty((height, width, count), np.uint8) for count in counts]
        four, moved, three = self._moved
        cv2.resize(flow * np.float32(factor), (width, height), dst=self._larger)
        if not four.size:
            return _taken(picture, self._larger, three)
        # Pixels of four bytes are looked up in little more than half the time of those of three.
        cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA, dst=four)
        _taken(four, self._larger, moved)
        return np.asarray(cv2.cvtColor(moved, cv2.COLOR_BGRA2BGR, dst=three), np.uint8)

    def _known(self, flow: Flow) -> Grey:
        """255 where a pixel was in the picture already, up to a pixel beyond the edge."""
        height, width = size = flow.shape[:2]
        if self._places.shape[:2] != size:
            down, across = np.indices(size, np.float32)
            self._places = np.dstack((across, down))
        first, last = (-1.0, -1.0, 0.0, 0.0), (float(width), float(height), 0.0, 0.0)
        return np.asarray(cv2.inRange(self._places + flow, first, last), np.uint8)


def _taken(picture: NDArray[np.uint8], flow: Flow, into: Image | None = None) -> Image:
    """Return an image sampled at other places; beyond its edge, pixels are those of the other."""
    linear, edge = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP, cv2.BORDER_REPLICATE
    # The stubs want a second array of places; given an empty one, OpenCV 5.0 reads garbage.
    moved = cv2.remap(picture, flow, None, linear, into, edge)  # type: ignore[call-overload]
    return np.asarray(moved, np.uint8)
