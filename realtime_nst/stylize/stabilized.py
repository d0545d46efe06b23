"""Stylize and stabilize a video that can be resumed."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from realtime_nst.frame import Frame, Image
from realtime_nst.stylize.stabilizer import Stabilizer

Stabilize = Callable[[Image, Image, float, object], Image]


def never(_moment: Fraction) -> int:
    """Return 0 at all times: the style does not change."""
    return 0


class StabilizedStylizer:
    """Stylizes and stabilizes the frames of one video. Called on one thread.

    Args:
        stylize: stylizes a frame.
        strength: strength of the stabilizer, from 0 to 1.
        cut: returns, for a timestamp, a number up to 255 that changes where the style is cut.
        every: number of frames after which the video can be resumed.
        stabilize: a new ``Stabilizer``.
    """

    def __init__(
        self,
        stylize: Callable[[Frame], Frame],
        strength: float,
        cut: Callable[[Fraction], int] = never,
        every: int = 1,
        stabilize: Stabilize | None = None,
    ) -> None:
        self._stylize, self._strength, self._cut, self._every = stylize, strength, cut, every
        self._stabilize = stabilize or Stabilizer()
        self._states: dict[int, list[Image]] = {}

    def __call__(self, frame: Frame) -> Frame:
        """Return the stylized, stabilized frame."""
        stylized, style = self._stylize(frame).image, self._cut(frame.pts)
        stabilized = self._stabilize(frame.image, stylized, self._strength, style)
        done = frame.index + 1
        if done % self._every == 0:
            self._states[done] = [frame.image, stabilized, np.full((1, 1, 1), style, np.uint8)]
        return frame.with_image(stabilized)

    def state(self, frames: int) -> Sequence[Image]:
        """Return the state after a number of frames, and drop all earlier states.

        Args:
            frames: number of frames; must not decrease between calls.

        Returns:
            The content, the stabilized frame and the style, as arrays; empty if there is no state.
        """
        for old in [done for done in tuple(self._states) if done < frames]:  # another thread adds
            del self._states[old]
        return self._states.get(frames, ())

    def restore(self, memory: Sequence[Image]) -> None:
        """Restore a state returned by ``state``."""
        content, stabilized, style = memory
        self._stabilize(content, stabilized, self._strength, int(style.item()))
