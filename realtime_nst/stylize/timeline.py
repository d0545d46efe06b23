"""Styles over time: which of them paint a moment, and how one fades into the next.

All follows from a frame's own time, so that a part of a film is painted as the whole would be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from realtime_nst.frame import Frame
from realtime_nst.image_ops import blend
from realtime_nst.stylize.style_mixer import Model, StyleMixer, Weights

FADE = Fraction(1, 2)
"""Seconds one style takes to become the next."""


@dataclass(frozen=True, slots=True)
class Cue:
    """From when on a film is painted in a style."""

    start: Fraction
    """Seconds after the first frame."""
    model: Model
    """What paints it; styles of one model share the object."""
    weights: Weights
    """What to tell the model; they add up to 1."""


def shares(starts: Sequence[Fraction], fade: Fraction, moment: Fraction) -> list[Fraction]:
    """How much of each style a moment shows; what is missing to 1 is the picture as it was.

    Args:
        starts: when each begins, rising; what begins at 0 is there at once.
        fade: seconds each needs to replace what was before; 0 is a cut.
        moment: seconds after the first frame.
    """
    shown: list[Fraction] = []
    for start in starts:
        new = _progress(moment - start, fade) if start else Fraction(1)
        shown = [*(share * (1 - new) for share in shown), new]
    return shown


def _progress(since: Fraction, fade: Fraction) -> Fraction:
    if since < 0:
        return Fraction(0)
    return min(since / fade, Fraction(1)) if fade else Fraction(1)


class Timeline:
    """Paints each frame in the styles of its moment. Called on one thread."""

    def __init__(self, cues: Sequence[Cue], fade: Fraction = FADE) -> None:
        cues = sorted(cues, key=lambda cue: cue.start)
        self._starts, self._fade = [cue.start for cue in cues], fade
        self._palette = StyleMixer([(cue.model, cue.weights) for cue in cues])

    def __call__(self, frame: Frame) -> Frame:
        """The same moment, painted; before the first style begins, the picture as it is."""
        now = shares(self._starts, self._fade, frame.pts)
        total = sum(now)
        amounts = {style: float(share / total) for style, share in enumerate(now) if share}
        if not amounts:
            return frame
        return frame.with_image(
            blend(frame.image, self._palette(frame.image, amounts), float(total))
        )

    def cut(self, moment: Fraction) -> int:
        """Changes whenever one style replaces another at once instead of fading into it."""
        return 0 if self._fade else sum(start <= moment for start in self._starts)
