"""Calm a stylized stream: what the network paints anew, the last picture has a say in.

The last result is moved along with the content (optical flow: DIS, Kroeger et al. 2016, on a
reduced picture) and mixed into the new one where the content of the two agrees. So a texture stays
on its object, and sensor noise, which a network turns into other strokes every frame, is averaged
away.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image

DEFAULT_STRENGTH = 0.8
"""Of the stabiliser, for video and live."""

_AREA = 320 * 240
"""Pixels of the picture the motion is looked for in; more cost more than they bring."""
_SIDES = (32, 640)
"""Pixels of its sides: OpenCV's DIS crashes on long pictures with a shorter side."""
_MOST = 0.9
"""The last picture's say at strength 1, where the two agree."""
_TOLERANCE = 12.0
"""Grey levels by which the content may differ before the last picture loses its say."""
_CUT = 0.3
"""Below this share of agreement, a new shot has begun."""

Map = NDArray[np.float32]
"""(height, width, 2): for each pixel x and y in another picture, or how far to go."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What the next frame needs to know of this one."""

    grey: NDArray[np.uint8]
    calm: Image
    style: object


class Stabiliser:
    """One stream's memory. Called frame by frame, on one thread at a time."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._before: _Moment | None = None
        self._places: dict[tuple[int, int], Map] = {}

    def __call__(
        self, content: Image, stylized: Image, strength: float, style: object = None
    ) -> Image:
        """The stylized picture, calmed; not to be written to, since the next one builds on it.

        Args:
            content: (height, width, 3) uint8, what was stylized, of any size.
            stylized: (height, width, 3) uint8.
            strength: 0 gives ``stylized`` itself, 1 holds on to the last picture the most.
            style: whatever ``==`` tells one style from another by; a change starts anew.
        """
        if strength <= 0:
            self._before = None
            return stylized
        grey = _reduced(content)
        calm = self._calmed(grey, stylized, strength, style)
        self._before = _Moment(grey, calm, style)
        return calm

    def _calmed(
        self, grey: NDArray[np.uint8], stylized: Image, strength: float, style: object
    ) -> Image:
        before = self._before
        if before is None or before.style != style:
            return stylized
        if before.grey.shape != grey.shape or before.calm.shape != stylized.shape:
            return stylized
        unknown = np.zeros((*grey.shape, 2), np.float32)
        flow = np.asarray(self._dis.calc(grey, before.grey, unknown), np.float32)
        agreement = self._agreement(grey, before.grey, flow)
        if cv2.mean(agreement)[0] < _CUT * 255:
            return stylized
        return _mixed(stylized, self._moved(before.calm, flow), agreement, _MOST * min(strength, 1))

    def _agreement(
        self, grey: NDArray[np.uint8], before: NDArray[np.uint8], flow: Map
    ) -> NDArray[np.uint8]:
        """(height, width): 255 where the content is the same, 0 where it is new."""
        where = flow + self._grid(grey.shape[:2])
        moved = _taken(before, where)
        error = cv2.blur(cv2.absdiff(grey, moved), (5, 5))
        height, width = grey.shape[:2]
        known = cv2.inRange(where, (-1.0, -1.0, 0, 0), (float(width), float(height), 0, 0))
        return np.asarray(cv2.bitwise_and(cv2.LUT(error, _AGREEMENT), known), np.uint8)

    def _moved(self, calm: Image, flow: Map) -> Image:
        """The last picture, where the content is by now."""
        height, width = calm.shape[:2]
        scale = np.array((width / flow.shape[1], height / flow.shape[0]), np.float32)
        larger = cv2.resize(flow * scale, (width, height))
        return _taken(calm, np.asarray(cv2.add(larger, self._grid((height, width))), np.float32))

    def _grid(self, size: tuple[int, int]) -> Map:
        """Each pixel's own place; kept, since sizes seldom change."""
        if size not in self._places:
            if len(self._places) > 2:
                self._places.clear()
            down, across = np.indices(size, np.float32)
            self._places[size] = np.dstack((across, down))
        return self._places[size]


_AGREEMENT = np.round(255 * np.exp(-((np.arange(256) / _TOLERANCE) ** 2))).astype(np.uint8)
"""By the difference of the content in grey levels."""


def _reduced(content: Image) -> NDArray[np.uint8]:
    """The content in grey, small: fine noise is averaged away, and the flow is cheap."""
    height, width = content.shape[:2]
    scale = min(1.0, (_AREA / (width * height)) ** 0.5)
    size = (round(min(max(side * scale, _SIDES[0]), _SIDES[1])) for side in (width, height))
    smaller = cv2.resize(content, tuple(size), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(smaller, cv2.COLOR_BGR2GRAY), np.uint8)


def _taken(picture: Image, where: Map) -> Image:
    """A picture whose pixels come from those places of another; beyond the edge, from the edge."""
    # Places as integers with 5 bits of fraction: a quarter faster than floats.
    whole, rest = cv2.convertMaps(where, None, cv2.CV_16SC2)  # type: ignore[call-overload]
    moved = cv2.remap(picture, whole, rest, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _mixed(stylized: Image, moved: Image, agreement: NDArray[np.uint8], say: float) -> Image:
    """``stylized + say * agreement / 255 * (moved - stylized)``, in bytes.

    The difference counts a grey level less than it is: rounded, small ones would stay for ever.
    """
    height, width = stylized.shape[:2]
    share = cv2.cvtColor(cv2.resize(agreement, (width, height)), cv2.COLOR_GRAY2BGR)
    lighter = cv2.addWeighted(moved, 1, stylized, -1, -1)
    darker = cv2.addWeighted(stylized, 1, moved, -1, -1)
    more = cv2.multiply(lighter, share, scale=say / 255)
    less = cv2.multiply(darker, share, scale=say / 255)
    return np.asarray(cv2.subtract(cv2.add(stylized, more), less), np.uint8)
