"""Cross-fades, at moments of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_nst.live.crossfade import FADE_SECONDS, Crossfade


def test_the_first_style_is_there_at_once() -> None:
    assert Crossfade().step({2: 1.0}, 100.0) == {2: 1.0}


def test_a_fade_takes_half_a_second_and_shows_both() -> None:
    fade = Crossfade()
    fade.step({0: 1.0}, 10.0)
    halfway = fade.step({1: 1.0}, 10.0 + FADE_SECONDS / 2)
    assert halfway == pytest.approx({0: 0.5, 1: 0.5})
    assert fade.step({1: 1.0}, 10.0 + FADE_SECONDS) == {1: 1.0}


def test_the_first_frame_of_a_fade_differs_from_the_one_before() -> None:
    fade = Crossfade()
    fade.step({0: 1.0}, 1.0)
    assert fade.step({1: 1.0}, 1.1) == pytest.approx({0: 0.8, 1: 0.2})


def test_a_change_amid_a_fade_goes_on_from_what_is_shown() -> None:
    fade = Crossfade()
    fade.step({0: 1.0}, 0.0)
    shown = fade.step({1: 1.0}, 0.2)
    following = fade.step({2: 1.0}, 0.21)
    assert following == pytest.approx({0: 0.6 * 0.98, 1: 0.4 * 0.98, 2: 0.02})
    assert abs(following[0] - shown[0]) < 0.02
    assert fade.step({2: 1.0}, 0.71) == {2: 1.0}


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0.001, 0.3)), min_size=1, max_size=30))
def test_amounts_always_add_up_to_a_whole_picture(changes: list[tuple[int, float]]) -> None:
    fade, now = Crossfade(), 0.0
    before: dict[int, float] = {}
    for style, passed in changes:
        now += passed
        amounts = dict(fade.step({style: 1.0}, now))
        assert sum(amounts.values()) == pytest.approx(1)
        assert all(amount > 0 for amount in amounts.values())
        if before:  # nothing jumps further than time allows
            steps = [abs(amounts.get(n, 0) - before.get(n, 0)) for n in range(5)]
            assert max(steps) <= passed / FADE_SECONDS + 1e-9
        before = amounts
