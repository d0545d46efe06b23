"""Errors along a motion that is known: none where nothing flickers, all of it where it does."""

import numpy as np
import pytest

from realtime_nst.evaluate.warping import FramePair, found_link, inside, warping_error
from tests.helpers.scenes import panned, photo


def moving(step: int, size: tuple[int, int] = (120, 160)) -> FramePair:
    flow = np.zeros((*size, 2), np.float32)
    flow[..., 0] = -step  # what wanders to the right leaves its content behind, to the left
    return FramePair(0, flow, inside(flow))


def test_a_perfect_style_has_no_error() -> None:
    now, following = panned(5, 2)
    assert warping_error(now, following, moving(5)) == 0
    assert warping_error(255 - now, 255 - following, moving(5)) == 0


def test_flicker_is_its_mean_square() -> None:
    now, following = (frame // 2 for frame in panned(5, 2))
    brighter = following + np.uint8(51)
    assert warping_error(now, brighter, moving(5)) == pytest.approx((51 / 255) ** 2)


def test_what_is_hidden_does_not_count() -> None:
    link = moving(5)
    assert not link.seen[:, :5].any()
    assert link.seen[:, 5:].all()
    now, following = panned(5, 2)
    now[:, :5] = 0
    assert warping_error(now, following, link) == 0


def test_nothing_seen_is_no_number() -> None:
    now, following = panned(5, 2)
    nothing = FramePair(0, moving(5).flow, np.zeros(now.shape[:2], bool))
    assert np.isnan(warping_error(now, following, nothing))


def test_the_motion_is_found() -> None:
    link = found_link(tuple(panned(5, 3)), 1)
    assert link.first == 1
    assert link.seen.mean() > 0.8
    error = np.linalg.norm(link.flow - moving(5).flow, axis=2)[link.seen]
    assert np.median(error) < 0.1


def test_what_gets_hidden_is_found() -> None:
    """A square wanders over the picture: in front of it, something disappears."""
    frames = panned(0, 2)
    square = 255 - photo()[20:60, 220:268]
    for index, frame in enumerate(frames):
        frame[40:80, 40 + 12 * index : 88 + 12 * index] = square
    seen = found_link(tuple(frames), 0).seen
    assert seen[42:78, 89:99].mean() < 0.3
    assert seen[42:78, 44:84].mean() > 0.7
    assert seen[:, 130:].mean() > 0.9
