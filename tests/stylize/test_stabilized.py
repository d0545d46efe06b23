"""Calmed films, gone on with in the middle."""

from fractions import Fraction

import numpy as np
import pytest

from realtime_nst.frame import Frame
from realtime_nst.stylize.stabilized import StabilizedStylizer


def noisy(index: int) -> Frame:
    """A gradient on its way to the right, with the noise of a camera."""
    dice = np.random.default_rng(index)
    ramp = (np.arange(96) * 2 + index) % 192 + 20
    image = ramp[None, :, None] + dice.normal(0, 6, (64, 96, 3))
    pixels = np.ascontiguousarray(image.clip(0, 255), np.uint8)
    return Frame(pixels, index, Fraction(index, 25), 0.0)


def inverted(frame: Frame) -> Frame:
    return frame.with_image(255 - frame.image)


def cut(moment: Fraction) -> int:
    """A style begins at 0.3 s."""
    return int(moment >= Fraction(3, 10))


@pytest.mark.parametrize("place", [5, 10])
def test_the_rest_is_what_it_would_have_been(place: int) -> None:
    whole, rest, forgetful = (StabilizedStylizer(inverted, 0.8, cut, every=5) for _ in range(3))
    shown, memory = [], {}
    for index in range(20):
        shown.append(whole(noisy(index)).image)
        if (index + 1) % 5 == 0:
            memory[index + 1] = whole.state(index + 1)
    rest.restore(memory[place])
    assert all((rest(noisy(index)).image == shown[index]).all() for index in range(place, 20))
    assert (forgetful(noisy(place)).image != shown[place]).any()


def test_it_calms_what_does_not_begin_anew() -> None:
    calm = StabilizedStylizer(inverted, 0.8, cut)
    for index in range(12):
        frame = noisy(index)
        anew = (calm(frame).image == inverted(frame).image).all()
        assert anew == (index in (0, 8))  # frame 8 is the first one at or behind 0.3 s


def test_only_what_may_still_be_asked_for_is_kept() -> None:
    calm = StabilizedStylizer(inverted, 0.5, every=2)
    for index in range(10):
        calm(noisy(index))
    assert calm.state(6)
    assert not calm.state(4)
    assert calm.state(10)
    assert not calm.state(6)
