"""A conversion that is resumed gives the same frames, whichever steps it has."""

from fractions import Fraction

import numpy as np
import pytest

from realtime_nst.convert import video_stylizer as module
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.transforms import OutputShape
from realtime_nst.convert.video_stylizer import VideoStylizer, video_stylizer
from realtime_nst.frame import Frame, Image
from realtime_nst.stats import StageTimer
from realtime_nst.stylize.style_mixer import Weights
from realtime_nst.stylize.timeline import StyleCue, Timeline
from tests.helpers.scenes import noisy, panned

FRAMES = [
    Frame(image, index, Fraction(index, 25), 0.0)
    for index, image in enumerate(noisy(panned(1, 6, (300, 400))))
]


class Negative:
    """A model that inverts images."""

    def run(self, image: Image, weights: Weights | None = None) -> Image:
        return 255 - image


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the state of every third frame."""
    monkeypatch.setattr(module, "SEGMENT", 3)


def stylizer(strength: float, shape: OutputShape) -> VideoStylizer:
    timeline = Timeline([StyleCue(Fraction(0), Negative(), np.ones(1, np.float32))], Fraction(0))
    options = ConversionOptions(shape=shape, stabilization=strength)
    return video_stylizer(timeline, options, StageTimer())


@pytest.mark.parametrize("strength", [0.0, 0.5])
@pytest.mark.parametrize("mask", [None, "background"])
def test_video_stylizer_continues_from_a_state(strength: float, mask: str | None) -> None:
    whole, first, second = (stylizer(strength, OutputShape(mask=mask)) for _ in range(3))
    expected = [whole(frame).image for frame in FRAMES]
    for frame in FRAMES[:3]:
        first(frame)
    if state := first.state(3):
        second.restore(state)
    assert bool(state) == bool(strength or mask)
    assert np.array_equal([second(frame).image for frame in FRAMES[3:]], expected[3:])


def test_video_stylizer_masks_at_full_size() -> None:
    """What is not stylized stays sharp at a smaller render scale, and beside the input."""
    shape = OutputShape(render_scale=0.5, side_by_side=True, mask="background")
    both = stylizer(0, shape)(FRAMES[0]).image
    given, result = both[:, :400].astype(int), both[:, 400:].astype(int)
    face = np.s_[20:60, 170:210]
    assert np.array_equal(both[:, :400], FRAMES[0].image)
    assert np.abs(given[face] - result[face]).mean() < 3
    corner = np.s_[:20, 380:]
    assert np.abs(255 - given[corner] - result[corner]).mean() < 10
