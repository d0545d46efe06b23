"""Styles over time: which of them paint a moment, and how one fades into the next.

All follows from a frame's own time, so that a part of a film is painted as the whole would be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Frame
from realtime_nst.stylize.effects import blend
from realtime_nst.stylize.session import Session
from realtime_nst.stylize.stylizer import Stylizer

FADE = Fraction(1, 2)
"""Seconds one style takes to become the next."""


@dataclass(frozen=True, slots=True)
class Cue:
    """From when on a film is painted in a style."""

    start: Fraction
    """Seconds after the first frame."""
    session: Session
    weights: NDArray[np.float32]
    """(styles of the session,) how much of each; they add up to 1."""


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
        self._cues, self._fade = sorted(cues, key=lambda cue: cue.start), fade

    def __call__(self, frame: Frame) -> Frame:
        """The same moment, painted; before the first style begins, the picture as it is."""
        now = shares([cue.start for cue in self._cues], self._fade, frame.pts)
        image, share = frame.image, float(1 - sum(now))
        for session, weights in self._mixed(now).items():
            part = float(weights.sum())
            share += part
            painted = Stylizer(session, (weights / part).astype(np.float32))(frame).image
            image = blend(image, painted, part / share)
        return frame.with_image(image)

    def cut(self, moment: Fraction) -> int:
        """Changes whenever one style replaces another at once instead of fading into it."""
        return 0 if self._fade else sum(cue.start <= moment for cue in self._cues)

    def _mixed(self, now: Sequence[Fraction]) -> dict[Session, NDArray[np.float64]]:
        """The networks at work, and how much of each of their styles the picture shows."""
        mixed: dict[Session, NDArray[np.float64]] = {}
        for cue, share in zip(self._cues, now, strict=True):
            if share:
                before = mixed.get(cue.session, np.zeros(len(cue.weights)))
                mixed[cue.session] = before + float(share) * cue.weights
        return mixed
