"""Temporal stabilizer: blend each stylized frame with the previous one, warped by optical flow.

The previous result is warped along the motion of the content and blended into the new frame where
the content of both agrees. So textures stay on their objects, and sensor noise, which a network
turns into different strokes in every frame, is averaged out. Averaging fades strokes that differ,
and interpolation blurs them; so where the blend has less detail than the new frame, detail is
restored.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.stylize.optical_flow import FlowImage, Grey, OpticalFlow, downscale_for_flow

DEFAULT_STRENGTH = 0.57
"""Strength for files and live video: with it the distance of every gallery style to its style image
grows by less than a tenth."""

_MAX_WEIGHT = 0.9
"""Weight of the previous frame at strength 1, where both agree."""
_CUT = 0.3
"""Mean agreement below which a new shot is assumed."""
_DETAIL = 5
"""Side in pixels of the box filter that separates detail from the local mean."""
_POOL = 4
"""Factor, in both directions, by which detail is measured at a lower resolution."""
_UNIT = 128
"""Value that stands for 1 in uint8 factors."""
_ONE = (1, 1, 1, 0)
"""A gray level in every channel."""
_GAIN = 0.3
"""Maximum share of the existing detail that is added; more would emphasize wrong strokes."""


@dataclass(frozen=True, slots=True, eq=False)
class _Previous:
    """State kept from the previous frame."""

    content: FlowImage
    stabilized: Image
    style: object

    def precedes(self, content: FlowImage, stylized: Image, style: object) -> bool:
        """Return whether a frame has the same size and style, so that it can be the next one."""
        same_size = self.stabilized.shape == stylized.shape and self.content.size == content.size
        return bool(same_size and self.style == style)


class Stabilizer:
    """Stabilizer of one stream. Called frame by frame, on one thread at a time."""

    def __init__(self) -> None:
        self._flow = OpticalFlow()
        self._previous: _Previous | None = None
        self._buffers: list[NDArray[np.uint8]] = []

    def __call__(
        self, content: Image, stylized: Image, strength: float, style: object = None
    ) -> Image:
        """Return the stabilized frame.

        Args:
            content: (height, width, 3) uint8 BGR, the original frame.
            stylized: (height, width, 3) uint8 BGR, the stylized frame.
            strength: weight of the previous frame: 0 returns ``stylized`` itself, 1 is the maximum.
            style: any value that identifies the style; when it changes, stabilization starts over.

        Returns:
            The stabilized frame. Treat it as read-only: the next one is computed from it.
        """
        if strength <= 0:
            self._previous = None
            return stylized
        small, previous = downscale_for_flow(content), self._previous
        stabilized = stylized
        if previous and previous.precedes(small, stylized, style):
            stabilized = self._blend_previous(previous, small, stylized, min(strength, 1.0))
        self._previous = _Previous(small, stabilized, style)
        return stabilized

    def _blend_previous(
        self, previous: _Previous, small: FlowImage, stylized: Image, strength: float
    ) -> Image:
        flow = self._flow.estimate(small, previous.content)
        agreement = self._flow.consistency(small, previous.content, flow)
        if cv2.mean(agreement)[0] < _CUT * 255:
            return stylized
        warped = self._flow.warp(previous.stabilized, flow, small.factor)
        # Allocating these for every frame would take a fifth of the time.
        if not self._buffers or self._buffers[0].shape != stylized.shape:
            self._buffers = [np.empty_like(stylized) for _ in range(3)]
            self._buffers.append(np.empty_like(stylized[..., 0]))
        weight = _MAX_WEIGHT * strength
        blended = _blend(stylized, warped, agreement, weight, self._buffers)
        # Weight times gain must stay below 1, or errors of the previous frame would grow.
        return _restore_detail(blended, stylized, min(_GAIN, 0.95 / weight - 1), self._buffers)


def _blend(
    stylized: Image,
    warped: Image,
    agreement: Grey,
    weight: float,
    buffers: list[NDArray[np.uint8]],
) -> Image:
    """Compute ``stylized + weight * agreement / 255 * (warped - stylized)`` in uint8.

    The difference is reduced by a gray level: with rounding, small differences would never fade.
    """
    step, below, share, single = buffers
    _upscale(agreement, single, share)
    cv2.absdiff(warped, stylized, dst=step)
    cv2.subtract(step, _ONE, dst=step)  # type: ignore[call-overload] # the stubs know no scalars
    cv2.multiply(step, share, dst=step, scale=weight / 255)
    # The step is at most the difference, so limiting the warped frame to one step around the new
    # one applies it with the right sign; multiplying is what takes time, and is done only once.
    cv2.subtract(stylized, step, dst=below)
    blended = cv2.min(warped, cv2.add(stylized, step, dst=step))
    return np.asarray(cv2.max(blended, below, dst=blended), np.uint8)


def _restore_detail(
    blended: Image, stylized: Image, max_gain: float, buffers: list[NDArray[np.uint8]]
) -> Image:
    """Amplify detail, by up to ``max_gain``, where the blend has less than the new frame."""
    lighter, darker, share, single = buffers
    # One gray level is added, because both are rounded and the divisor must not be 0.
    ratio = cv2.divide(
        _detail(stylized, single), np.minimum(_detail(blended, single), 254) + 1, scale=_UNIT
    )
    gain = np.clip(np.arange(256) - _UNIT, 0, round(max_gain * _UNIT)).astype(np.uint8)
    _upscale(np.asarray(cv2.LUT(ratio, gain), np.uint8), single, share)
    cv2.blur(blended, (_DETAIL, _DETAIL), dst=darker)
    cv2.subtract(blended, darker, dst=lighter)
    cv2.subtract(darker, blended, dst=darker)
    cv2.multiply(lighter, share, dst=lighter, scale=1 / _UNIT)
    cv2.multiply(darker, share, dst=darker, scale=1 / _UNIT)
    cv2.add(blended, lighter, dst=blended)
    return np.asarray(cv2.subtract(blended, darker, dst=blended), np.uint8)


def _detail(image: Image, single: Grey) -> Grey:
    """Measure the local amount of detail, at a resolution ``_POOL`` times lower."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY, dst=single)
    # Positive differences suffice; amplified eight times they survive rounding.
    fine = cv2.blur(grey, (_DETAIL, _DETAIL))
    cv2.addWeighted(grey, 8, fine, -8, 0, dst=fine)
    size = (-(-grey.shape[1] // _POOL), -(-grey.shape[0] // _POOL))
    return np.asarray(
        cv2.blur(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), (3, 3)), np.uint8
    )


def _upscale(small: Grey, single: NDArray[np.uint8], bgr: NDArray[np.uint8]) -> None:
    """Resize a gray image to the size of the buffers, with three equal channels in ``bgr``."""
    cv2.resize(small, single.shape[::-1], dst=single)
    cv2.cvtColor(single, cv2.COLOR_GRAY2BGR, dst=bgr)
