"""Stabilized videos, resumed in the middle."""

from fractions import Fraction

import numpy as np
import pytest

from realtime_nst.frame import Frame
from realtime_nst.stylize.stabilized import StabilizedStylizer


def noisy(index: int) -> Frame:
    """Return a gradient that moves to the right, with camera noise."""
    dice = np.random.default_rng(index)
    ramp = (np.arange(96) * 2 + index) % 192 + 20
    image = ramp[None, :, None] + dice.normal(0, 6, (64, 96, 3))
    pixels = np.ascontiguousarray(image.clip(0, 255), np.uint8)
    return Frame(pixels, index, Fraction(index, 25), 0.0)


def inverted(frame: Frame) -> Frame:
    return frame.with_image(255 - frame.image)


def cut(moment: Fraction) -> int:
    """Change the style at 0.3 s."""
    return int(moment >= Fraction(3, 10))


@pytest.mark.parametrize("place", [5, 10])
def test_restore_continues_identically(place: int) -> None:
    whole, rest, forgetful = (StabilizedStylizer(inverted, 0.8, cut, every=5) for _ in range(3))
    shown, memory = [], {}
    for index in range(20):
        shown.append(whole(noisy(index)).image)
        if (index + 1) % 5 == 0:
            memory[index + 1] = whole.state(index + 1)
    rest.restore(memory[place])
    assert all((rest(noisy(index)).image == shown[index]).all() for index in range(place, 20))
    assert (forgetful(noisy(place)).image != shown[place]).any()


def test_stabilized_restarts_at_cuts() -> None:
    stabilized = StabilizedStylizer(inverted, 0.8, cut)
    for index in range(12):
        frame = noisy(index)
        restarted = (stabilized(frame).image == inverted(frame).image).all()
        assert restarted == (index in (0, 8))  # frame 8 is the first one at or behind 0.3 s


def test_state_drops_earlier_states() -> None:
    stabilized = StabilizedStylizer(inverted, 0.5, every=2)
    for index in range(10):
        stabilized(noisy(index))
    assert stabilized.state(6)
    assert not stabilized.state(4)
    assert stabilized.state(10)
    assert not stabilized.state(6)
