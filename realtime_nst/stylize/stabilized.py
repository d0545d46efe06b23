"""A film that is painted and calmed, and can be gone on with in the middle."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from realtime_nst.frame import Frame, Image
from realtime_nst.stylize.stabilizer import Stabilizer

Stabilise = Callable[[Image, Image, float, object], Image]


def never(_moment: Fraction) -> int:
    """Of a film in one style."""
    return 0


class StabilizedStylizer:
    """Paints and stabilises the frames of one film. Called on one thread.

    Args:
        paint: paints a frame.
        strength: of the stabiliser.
        cut: a number of up to 255 that changes where the style does at once.
        every: frames after which the film can be gone on with.
        stabilise: a new ``Stabiliser``.
    """

    def __init__(
        self,
        paint: Callable[[Frame], Frame],
        strength: float,
        cut: Callable[[Fraction], int] = never,
        every: int = 1,
        stabilise: Stabilise | None = None,
    ) -> None:
        self._paint, self._strength, self._cut, self._every = paint, strength, cut, every
        self._stabilise = stabilise or Stabilizer()
        self._kept: dict[int, list[Image]] = {}

    def __call__(self, frame: Frame) -> Frame:
        """Return the frame stylized and stabilized."""
        painted, style = self._paint(frame).image, self._cut(frame.pts)
        calm = self._stabilise(frame.image, painted, self._strength, style)
        done = frame.index + 1
        if done % self._every == 0:
            self._kept[done] = [frame.image, calm, np.full((1, 1, 1), style, np.uint8)]
        return frame.with_image(calm)

    def state(self, frames: int) -> Sequence[Image]:
        """Return the state that the frame after so many builds on; to be asked for in order."""
        for old in [done for done in tuple(self._kept) if done < frames]:  # another thread adds
            del self._kept[old]
        return self._kept.get(frames, ())

    def restore(self, memory: Sequence[Image]) -> None:
        """Be as behind the frame that this is the memory of."""
        content, calm, style = memory
        self._stabilise(content, calm, self._strength, int(style.item()))
