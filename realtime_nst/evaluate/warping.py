"""Compare two pictures of a film along the motion between them.

As in Lai et al. 2018 (Learning Blind Video Temporal Consistency), section 5: the next picture is
moved back along the flow and compared with the present one, wherever nothing is hidden.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image

Flow = NDArray[np.float32]
"""(height, width, 2): for each pixel, how far right and down it has gone in the next frame."""
Mask = NDArray[np.bool_]
"""(height, width)."""


@dataclass(frozen=True, slots=True, eq=False)
class FramePair:
    """How a frame leads to the one after it."""

    first: int
    """The frame's index; the other one's is one more."""
    flow: Flow
    seen: Mask
    """Where the other frame shows the same."""


def moved_back(following: NDArray[np.float32], flow: Flow, how: int) -> NDArray[np.float32]:
    """The next picture, moved onto the present one; ``how`` is one of OpenCV's interpolations."""
    x, y = np.moveaxis(flow + places(flow.shape[:2]), 2, 0).copy()
    moved = cv2.remap(following, x, y, how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def warping_error(
    now: Image, following: Image, link: FramePair, how: int = cv2.INTER_LINEAR
) -> float:
    """Mean squared difference along the motion, of values from 0 to 1; Lai et al. 2018, eq. 9.

    NaN where no pixel is seen in both.
    """
    here, there = np.float32(1 / 255) * now, np.float32(1 / 255) * following
    squares = np.square(moved_back(there, link.flow, how) - here).mean(axis=2)
    return float(squares[link.seen].mean()) if link.seen.any() else float("nan")


def places(size: tuple[int, int]) -> Flow:
    """(height, width, 2): each pixel's own x and y."""
    down, across = np.indices(size, np.float32)
    return np.dstack((across, down))


def inside(flow: Flow) -> Mask:
    """Which pixels are still in the picture after the motion."""
    height, width = flow.shape[:2]
    x, y = np.moveaxis(flow + places((height, width)), 2, 0)
    found: Mask = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    return found


def found_link(frames: tuple[Image, ...], first: int) -> FramePair:
    """Look for the motion between two neighbours, and for what only one of them shows.

    DIS optical flow (Kroeger et al. 2016) in its setting MEDIUM at full resolution, forth and
    back. A pixel is hidden where the two do not cancel out, or at the edge of what moves; both
    rules and their numbers are those of Lai et al. 2018, after Ruder et al. 2016.
    """
    now, following = (_grey(frame) for frame in frames[first : first + 2])
    forth, back = _motion(now, following), _motion(following, now)
    returned = moved_back(back, forth, cv2.INTER_LINEAR)
    lengths = _squared(forth) + _squared(returned)
    hidden = _squared(forth + returned) > 0.01 * lengths + 0.5
    slope = sum(_squared(np.gradient(forth, axis=axis)) for axis in (0, 1))
    edge = slope > 0.01 * _squared(forth) + 0.002
    return FramePair(first, forth, inside(forth) & ~hidden & ~edge)


def _motion(now: NDArray[np.uint8], following: NDArray[np.uint8]) -> Flow:
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    unknown = np.zeros((*now.shape, 2), np.float32)
    return np.asarray(dis.calc(now, following, unknown), np.float32)


def _grey(frame: Image) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)


def _squared(flow: Flow) -> NDArray[np.float32]:
    lengths: NDArray[np.float32] = np.square(flow).sum(axis=2)
    return lengths
