"""Calm a stylized stream: what the network paints anew, the last picture has a say in.

The last result is moved along with the content and mixed into the new one where the content of the
two agrees. So a texture stays on its object, and sensor noise, which a network turns into other
strokes every frame, is averaged away. Averaging pales strokes that differ, and looking between
pixels blurs them; so where the mix has less detail than the new picture, it gets it back.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.stylize.optical_flow import FlowImage, Grey, OpticalFlow, downscale_for_flow

DEFAULT_STRENGTH = 0.57
"""For video and live. No style of the gallery is a tenth further from its painting with it."""

_MOST = 0.9
"""The last picture's say at strength 1, where the two agree."""
_CUT = 0.3
"""Where less than this agrees, a new shot has begun."""
_DETAIL = 5
"""Pixels: what differs from the mean of so many is detail."""
_POOL = 4
"""Pixels, each way, over which detail is measured at once."""
_UNIT = 128
"""What stands for 1 where factors are bytes."""
_GAIN = 0.3
"""Times the detail there is: the most that is added; more would show every wrong stroke."""


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """What the next frame needs to know of this one."""

    content: FlowImage
    calm: Image
    style: object

    def leads_to(self, content: FlowImage, stylized: Image, style: object) -> bool:
        """Whether a frame can be the next one of the same stream."""
        same_size = self.calm.shape == stylized.shape and self.content.size == content.size
        return bool(same_size and self.style == style)


class Stabilizer:
    """One stream's memory. Called frame by frame, on one thread at a time."""

    def __init__(self) -> None:
        self._follower = OpticalFlow()
        self._before: _Moment | None = None
        self._desk: list[NDArray[np.uint8]] = []

    def __call__(
        self, content: Image, stylized: Image, strength: float, style: object = None
    ) -> Image:
        """Return the stylized image, stabilized; read-only, because the next one builds on it.

        Args:
            content: (height, width, 3) uint8 BGR, what was stylized.
            stylized: (height, width, 3) uint8 BGR.
            strength: 0 gives ``stylized`` itself, 1 holds on to the last picture the most.
            style: whatever ``==`` tells one style from another by; a change starts anew.
        """
        if strength <= 0:
            self._before = None
            return stylized
        small, before = downscale_for_flow(content), self._before
        calm = stylized
        if before and before.leads_to(small, stylized, style):
            calm = self._calmed(before, small, stylized, min(strength, 1.0))
        self._before = _Moment(small, calm, style)
        return calm

    def _calmed(self, before: _Moment, small: FlowImage, stylized: Image, strength: float) -> Image:
        flow = self._follower.estimate(small, before.content)
        agreement = self._follower.consistency(small, before.content, flow)
        if cv2.mean(agreement)[0] < _CUT * 255:
            return stylized
        moved = self._follower.warp(before.calm, flow, small.factor)
        # Memory that is asked for anew every frame costs as much as a fifth of the work.
        if not self._desk or self._desk[0].shape != stylized.shape:
            self._desk = [np.empty_like(stylized) for _ in range(3)]
            self._desk.append(np.empty_like(stylized[..., 0]))
        say = _MOST * strength
        mixed = _mixed(stylized, moved, agreement, say, self._desk)
        # What the last picture says must not be made louder than it was, or errors would grow.
        return _sharpened(mixed, stylized, min(_GAIN, 0.95 / say - 1), self._desk)


def _mixed(
    stylized: Image, moved: Image, agreement: Grey, say: float, desk: list[NDArray[np.uint8]]
) -> Image:
    """``stylized + say * agreement / 255 * (moved - stylized)``, in bytes.

    The difference counts a grey level less than it is: rounded, small ones would stay for ever.
    """
    lighter, darker, share, one = desk
    _spread(agreement, one, share)
    cv2.addWeighted(moved, 1, stylized, -1, -1, dst=lighter)
    cv2.addWeighted(stylized, 1, moved, -1, -1, dst=darker)
    cv2.multiply(lighter, share, dst=lighter, scale=say / 255)
    cv2.multiply(darker, share, dst=darker, scale=say / 255)
    mixed = cv2.add(stylized, lighter)
    return np.asarray(cv2.subtract(mixed, darker, dst=mixed), np.uint8)


def _sharpened(mixed: Image, stylized: Image, most: float, desk: list[NDArray[np.uint8]]) -> Image:
    """Return the mix with as much detail as the new image has; at most ``most`` times more."""
    lighter, darker, share, one = desk
    # A grey level on top, or nothing would be multiplied: both are rounded.
    more = cv2.divide(_detail(stylized), np.minimum(_detail(mixed), 254) + 1, scale=_UNIT)
    added = np.clip(np.arange(256) - _UNIT, 0, round(most * _UNIT)).astype(np.uint8)
    _spread(np.asarray(cv2.LUT(more, added), np.uint8), one, share)
    cv2.blur(mixed, (_DETAIL, _DETAIL), dst=darker)
    cv2.subtract(mixed, darker, dst=lighter)
    cv2.subtract(darker, mixed, dst=darker)
    cv2.multiply(lighter, share, dst=lighter, scale=1 / _UNIT)
    cv2.multiply(darker, share, dst=darker, scale=1 / _UNIT)
    cv2.add(mixed, lighter, dst=mixed)
    return np.asarray(cv2.subtract(mixed, darker, dst=mixed), np.uint8)


def _detail(picture: Image) -> Grey:
    """How much detail there is around, of a picture ``_POOL`` times smaller."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    # What is lighter than around says it all, and stretched it survives being rounded.
    fine = cv2.addWeighted(grey, 8, cv2.blur(grey, (_DETAIL, _DETAIL)), -8, 0)
    size = (-(-grey.shape[1] // _POOL), -(-grey.shape[0] // _POOL))
    return np.asarray(
        cv2.blur(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), (3, 3)), np.uint8
    )


def _spread(small: Grey, one: NDArray[np.uint8], three: NDArray[np.uint8]) -> None:
    """Fill a picture's size with a smaller one, the same in all three colours."""
    cv2.resize(small, one.shape[::-1], dst=one)
    cv2.cvtColor(one, cv2.COLOR_GRAY2BGR, dst=three)
