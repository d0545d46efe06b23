"""A show changes the style when its time is over."""

from dataclasses import replace
from random import Random
from typing import Any

from realtime_nst.live.control.show import Show
from realtime_nst.live.settings import LiveControls, LiveSettings


class Stage:
    """A show with a clock that is set by hand."""

    def __init__(self, **settings: Any) -> None:
        self.controls = LiveControls(LiveSettings(**settings), 4)
        self.now = 0.0
        self.show = Show(self.controls, 4, lambda: self.now, Random(1))

    def after(self, seconds: float) -> int:
        self.now += seconds
        self.show.step()
        return self.controls.settings.style


def test_styles_in_turn() -> None:
    stage = Stage(show=10.0)
    assert [stage.after(5) for _ in range(10)] == [0, 1, 1, 2, 2, 3, 3, 0, 0, 1]


def test_random_order_shows_every_style_before_one_again() -> None:
    stage = Stage(show=10.0, show_random=True)
    for _ in range(20):
        present = stage.controls.settings.style
        others = [stage.after(10) for _ in range(3)]
        assert sorted([present, *others]) == [0, 1, 2, 3]


def test_no_show_without_seconds() -> None:
    stage = Stage()
    assert stage.after(1e6) == 0


def test_a_style_chosen_by_hand_stays_as_long() -> None:
    stage = Stage(show=10.0)
    stage.after(9)
    stage.controls.change(lambda s: replace(s, style=3))
    assert [stage.after(5) for _ in range(3)] == [3, 3, 0]


def test_tiles_and_a_frozen_frame_wait() -> None:
    for settings in (LiveSettings(show=10.0, tiled=True), LiveSettings(show=10.0, frozen=True)):
        stage = Stage(show=10.0, tiled=settings.tiled, frozen=settings.frozen)
        assert stage.after(100) == 0
        stage.controls.change(lambda s: replace(s, tiled=False, frozen=False))
        assert [stage.after(5) for _ in range(3)] == [0, 0, 1]


def test_one_style_stays() -> None:
    controls = LiveControls(LiveSettings(show=1.0, show_random=True), 1)
    now = [0.0]
    show = Show(controls, 1, lambda: now[0])
    now[0] = 5.0
    show.step()
    assert controls.settings.style == 0
