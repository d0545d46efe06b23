"""Styles over time: which styles apply at a timestamp, and how one fades into the next.

Everything follows from a frame's timestamp, so that a part of a video is stylized as in the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from realtime_nst.frame import Frame
from realtime_nst.image_ops import blend
from realtime_nst.stylize.style_mixer import StyleMixer, StyleModel, Weights

FADE = Fraction(1, 2)
"""Default duration of a fade in seconds."""


@dataclass(frozen=True, slots=True)
class StyleCue:
    """A style and the timestamp from which it applies."""

    start: Fraction
    """Seconds after the first frame."""
    model: StyleModel
    """Runs the style; styles of one model may share it."""
    weights: Weights
    """Weights of the model's styles; their sum is 1."""


def shares(starts: Sequence[Fraction], fade: Fraction, time: Fraction) -> list[Fraction]:
    """Return the share of each style at a timestamp; the rest to 1 is the input frame.

    Args:
        starts: start of each style in seconds, ascending; one that starts at 0 does not fade in.
        fade: duration of each fade in seconds; 0 cuts.
        time: seconds after the first frame.
    """
    shown: list[Fraction] = []
    for start in starts:
        new = _progress(time - start, fade) if start else Fraction(1)
        shown = [*(share * (1 - new) for share in shown), new]
    return shown


def _progress(since: Fraction, fade: Fraction) -> Fraction:
    if since < 0:
        return Fraction(0)
    return min(since / fade, Fraction(1)) if fade else Fraction(1)


class Timeline:
    """Stylizes each frame in the styles of its timestamp. Called on one thread.

    Args:
        cues: the styles, in any order.
        fade: duration of each fade in seconds; 0 cuts.
    """

    def __init__(self, cues: Sequence[StyleCue], fade: Fraction = FADE) -> None:
        cues = sorted(cues, key=lambda cue: cue.start)
        self._starts, self._fade = [cue.start for cue in cues], fade
        self._mixer = StyleMixer([(cue.model, cue.weights) for cue in cues])

    def __call__(self, frame: Frame) -> Frame:
        """Return the stylized frame; before the first style starts, the frame itself."""
        now = shares(self._starts, self._fade, frame.pts)
        total = sum(now)
        amounts = {style: float(share / total) for style, share in enumerate(now) if share}
        if not amounts:
            return frame
        return frame.with_image(blend(frame.image, self._mixer(frame.image, amounts), float(total)))

    def cut(self, time: Fraction) -> int:
        """Return a number that changes whenever one style replaces another without a fade."""
        return 0 if self._fade else sum(start <= time for start in self._starts)
