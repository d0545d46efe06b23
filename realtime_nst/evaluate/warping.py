"""Warping error: compare two consecutive frames along the motion between them.

As in Lai et al. 2018 (Learning Blind Video Temporal Consistency), section 5: the next frame is
warped back along the flow and compared with the present one where nothing is occluded.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image

Flow = NDArray[np.float32]
"""(height, width, 2): the motion of each pixel to the next frame, right and down."""
Mask = NDArray[np.bool_]
"""(height, width)."""


@dataclass(frozen=True, slots=True, eq=False)
class FramePair:
    """The motion from a frame to the next."""

    first: int
    """Index of the first of the two frames."""
    flow: Flow
    """Motion of the pixels of the first frame."""
    seen: Mask
    """Pixels of the first frame that are visible in the next."""


def moved_back(following: NDArray[np.float32], flow: Flow, how: int) -> NDArray[np.float32]:
    """Warp the next frame back to the present one.

    Args:
        following: the next frame, (height, width, channels).
        flow: from the present frame to the next.
        how: one of OpenCV's interpolation flags.
    """
    x, y = np.moveaxis(flow + places(flow.shape[:2]), 2, 0).copy()
    moved = cv2.remap(following, x, y, how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def warping_error(
    now: Image, following: Image, link: FramePair, how: int = cv2.INTER_LINEAR
) -> float:
    """Return the mean squared difference along the motion; Lai et al. 2018, eq. 9.

    Args:
        now: the present frame.
        following: the next frame.
        link: the motion between them.
        how: one of OpenCV's interpolation flags.

    Returns:
        The error of values from 0 to 1; NaN if no pixel is visible in both frames.
    """
    here, there = np.float32(1 / 255) * now, np.float32(1 / 255) * following
    squares = np.square(moved_back(there, link.flow, how) - here).mean(axis=2)
    return float(squares[link.seen].mean()) if link.seen.any() else float("nan")


def places(size: tuple[int, int]) -> Flow:
    """Return (height, width, 2): x and y of each pixel."""
    down, across = np.indices(size, np.float32)
    return np.dstack((across, down))


def inside(flow: Flow) -> Mask:
    """Return the mask of pixels that stay inside the image after the motion."""
    height, width = flow.shape[:2]
    x, y = np.moveaxis(flow + places((height, width)), 2, 0)
    found: Mask = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    return found


def found_link(frames: tuple[Image, ...], first: int) -> FramePair:
    """Estimate the motion between two consecutive frames, and the occlusions.

    DIS optical flow (Kroeger et al. 2016), preset MEDIUM at full resolution, forward and backward.
    A pixel is occluded where the two do not cancel out, or at motion boundaries; both rules and
    their numbers are those of Lai et al. 2018, after Ruder et al. 2016.

    Args:
        frames: of a video.
        first: index of the first of the two.
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
