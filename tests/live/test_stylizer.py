"""What the settings do to frames, with styles made of arithmetic."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from realtime_nst.frame import Frame, Image
from realtime_nst.live.adaptive_resolution import AdaptiveResolution
from realtime_nst.live.model_pool import Paint
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.settings import LiveControls, LiveSettings
from realtime_nst.live.stylizer import LiveStylizer
from realtime_nst.stylize.style_mixer import StyleMixer
from tests.helpers.scenes import photo

PLAIN = LiveSettings(mirror=False)


def frame(value: int = 100, index: int = 0, width: int = 60, height: int = 40) -> Frame:
    image = np.full((height, width, 3), value, np.uint8)
    image[:, : width // 4] = 7
    return Frame(image, index, Fraction(index, 30), 5 + index / 30)


def same(image: Image, amounts: Mapping[int, float]) -> Image:
    return image


class Style:
    """A model with one style."""

    def __init__(self, lightness: int | None) -> None:
        self._lightness = lightness
        self.sizes: list[tuple[int, int]] = []

    def run(self, image: Image, weights: object = None) -> Image:
        self.sizes.append((image.shape[1], image.shape[0]))
        return 255 - image if self._lightness is None else np.full_like(image, self._lightness)


class Stage:
    """A stylizer with settings to change between frames, and a clock of its own."""

    def __init__(self, settings: LiveSettings = PLAIN, *sizes: tuple[int, int]) -> None:
        self.settings, self.now = settings, 0.0
        self.styles = [Style(None), Style(50), Style(200)]
        one = np.ones(1, np.float32)
        self.resolution = AdaptiveResolution(sizes or ((60, 40),), 25)
        paint = StyleMixer([(style, one) for style in self.styles])
        self.stylize = LiveStylizer(
            lambda work: paint, 3, lambda: self.settings, self.resolution, clock=self.clock
        )

    def clock(self) -> float:
        return self.now

    def paint(self, given: Frame, **changes: object) -> Image:
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        return self.stylize(given).image


def test_a_frame_keeps_its_moment() -> None:
    given = frame(index=9)
    result = Stage().stylize(given)
    assert (result.index, result.pts, result.captured_at) == (9, given.pts, given.captured_at)


def test_strength_zero_is_the_picture_itself_and_one_the_painting() -> None:
    stage, given = Stage(), frame()
    assert np.array_equal(stage.paint(given, strength=0.0), given.image)
    assert np.array_equal(stage.paint(given, strength=1.0), 255 - given.image)
    assert np.abs(stage.paint(given, strength=0.5) - 127.5).max() <= 1


def test_flip_turns_left_and_right_and_mirror_is_left_to_the_window() -> None:
    assert (Stage().paint(frame(), strength=0.0, mirror=True)[:, :15] == 7).all()
    shown = Stage().paint(frame(), strength=0.0, flip=True)
    assert (shown[:, -15:] == 7).all()
    assert (shown[:, :45] == 100).all()


def test_a_frozen_picture_stands_still_while_time_and_styles_go_on() -> None:
    stage = Stage(replace(PLAIN, frozen=True))
    first = stage.paint(frame(10, 0))
    assert np.array_equal(stage.paint(frame(20, 1)), first)
    assert stage.stylize(frame(20, 2)).index == 2
    stage.paint(frame(20, 3), style=1)
    assert (stage.paint(frame(20, 33)) == 50).all()
    stage.paint(frame(20, 34), style=0)
    assert np.array_equal(stage.paint(frame(30, 64), frozen=False), 255 - frame(30).image)


def test_styles_fade_into_each_other_without_a_black_or_repeated_frame() -> None:
    stage = Stage(replace(PLAIN, style=1))
    stage.paint(frame(index=0))
    shown = [int(stage.paint(frame(index=index), style=2)[0, 0, 0]) for index in range(1, 17)]
    assert shown[:15] == sorted(set(shown))
    assert 50 < shown[0] < 70
    assert shown[14:] == [200, 200]
    both = [len(style.sizes) for style in stage.styles]
    assert both[1] >= 14
    assert both[2] == 16


def test_a_morph_stands_between_two_styles() -> None:
    stage = Stage(replace(PLAIN, style=1, morph=0.5))
    assert np.abs(stage.paint(frame()) - 125.0).max() <= 1
    assert (
        np.abs(stage.paint(frame(index=40), style=2) - (0.5 * 200 + 0.5 * (255 - 100))).min() <= 1
    )


def test_kept_colours_are_those_of_the_camera() -> None:
    given = frame()
    given.image[:] = (60, 90, 150)
    shown = Stage(replace(PLAIN, style=1)).paint(given, keep_colors=True)[0, 0].astype(int)
    assert shown[2] - shown[0] == pytest.approx(90, abs=2)
    assert shown @ (0.114, 0.587, 0.299) == pytest.approx(50, abs=2)


def test_larger_strokes_are_painted_on_a_smaller_frame() -> None:
    stage = Stage(PLAIN, (128, 128))
    stage.paint(astronaut())
    shown = stage.paint(astronaut(), stroke_size=2.0)
    assert stage.styles[0].sizes == [(128, 128), (64, 64)]
    assert shown.shape == photo().shape


def test_settings_of_strokes_and_palette_stay_in_range() -> None:
    controls = LiveControls(LiveSettings(palette=-1, stroke_size=9), styles=3)
    assert (controls.settings.palette, controls.settings.stroke_size) == (0.0, 4.0)
    controls.change(lambda s: replace(s, palette=1.1, stroke_size=0.5))
    assert (controls.settings.palette, controls.settings.stroke_size) == (1.0, 1.0)


NOSE, FLAG = (115, 222), (100, 20)
"""Row and column in the photo of the astronaut: of a person, and of the background."""


def astronaut() -> Frame:
    return Frame(photo(), 0, Fraction(0), 0.0)


@pytest.mark.parametrize("area", ["person", "background"])
def test_a_mask_leaves_the_rest_to_the_camera(area: str) -> None:
    shown = Stage(replace(PLAIN, style=1), (128, 128)).paint(astronaut(), mask=area)
    inside, outside = (NOSE, FLAG) if area == "person" else (FLAG, NOSE)
    assert np.abs(shown[inside].astype(int) - 50).max() < 12
    assert np.abs(shown[outside].astype(int) - photo()[outside]).max() < 12


def test_a_mask_can_be_turned_on_and_off() -> None:
    stage = Stage(replace(PLAIN, style=1))
    assert (stage.paint(astronaut()) == 50).all()
    assert stage.paint(astronaut(), mask="person")[FLAG].min() < 40
    assert (stage.paint(astronaut(), mask=None) == 50).all()


def test_a_mask_is_in_every_tile() -> None:
    shown = Stage(PLAIN).paint(astronaut(), tiled=True, mask="person")
    for top, left, lightness in ((0, 256, 50), (256, 0, 200)):
        tile = shown[top : top + 256, left : left + 256].astype(int)
        assert np.abs(tile[57, 111] - lightness).max() < 20
        assert np.abs(tile[50, 10] - photo()[FLAG]).max() < 60


def test_side_by_side_has_the_camera_on_the_left() -> None:
    shown = Stage().paint(frame(), side_by_side=True, style=1)
    assert shown.shape == (40, 60, 3)
    assert (shown[:, :30] == frame().image[:, 15:45]).all()
    assert (shown[:, 30:] == 50).all()


def test_models_get_tiles_of_one_size() -> None:
    stage = Stage(replace(PLAIN, tiled=True), (161, 143))
    shown = stage.paint(frame(width=161, height=143))
    assert shown.shape == (143, 161, 3)
    assert [style.sizes for style in stage.styles] == [[(81, 72)]] * 3


def test_tiles_show_every_style_and_the_camera_in_what_is_left() -> None:
    stage = Stage(replace(PLAIN, tiled=True))
    shown = stage.paint(frame())
    assert np.array_equal(shown[5, 25], [155] * 3)
    assert (shown[:20, 30:] == 50).all()
    assert (shown[20:, :30] == 200).all()
    assert np.array_equal(shown[25, 55], [100] * 3)
    painted = sum(width * height for style in stage.styles for width, height in style.sizes)
    assert painted < 60 * 40 * 1.3  # models take no less than 32 pixels of a side


def test_a_slow_machine_paints_smaller_and_shows_the_same_size() -> None:
    stage = Stage(PLAIN, (128, 96), (64, 48))
    slow = stage.styles[0].run

    def run(image: Image, weights: object = None) -> Image:
        stage.now += 0.06 * image.shape[0] / 96
        return slow(image)

    stage.styles[0].run = run  # type: ignore[method-assign]
    for index in range(40):
        assert stage.paint(frame(index=index, width=128, height=96)).shape == (96, 128, 3)
    assert stage.styles[0].sizes[0] == (128, 96)
    assert stage.resolution.size == stage.styles[0].sizes[-1] == (64, 48)


def test_a_fade_is_no_reason_to_paint_smaller() -> None:
    told: list[float] = []

    class Watched(AdaptiveResolution):
        def record(self, seconds: float, now: float) -> None:
            told.append(now)

    settings = [PLAIN]
    watched = Watched(((60, 40),), 25)
    stylize = LiveStylizer(lambda work: same, 2, lambda: settings[0], watched)
    stylize(frame(index=0))
    settings[0] = replace(PLAIN, style=1)
    for index in range(1, 15):
        stylize(frame(index=index))
    assert len(told) == 1
    stylize(frame(index=16))
    assert len(told) == 2


def test_what_is_not_ready_yet_does_not_hold_anything_up() -> None:
    """The work before goes on, and does not count for the one that is to come."""
    told: list[float] = []

    class Watched(AdaptiveResolution):
        def record(self, seconds: float, now: float) -> None:
            told.append(now)

    resolution, settings = Watched(((120, 80), (60, 40)), 25), [PLAIN]
    first, both = frozenset({0}), frozenset({0, 1})
    ready, sizes = {RenderConfig((120, 80), 0, first)}, list[tuple[int, int]]()

    def paint(image: Image, amounts: Mapping[int, float]) -> Image:
        sizes.append((image.shape[1], image.shape[0]))
        return image

    def palettes(work: RenderConfig) -> Paint | None:
        return paint if work in ready else None

    stylize = LiveStylizer(palettes, 2, lambda: settings[0], resolution)
    stylize(frame(index=0, width=120, height=80))
    resolution.begin(0.05)
    stylize(frame(index=1, width=120, height=80))
    ready.add(RenderConfig((60, 40), 0, first))
    stylize(frame(index=2, width=120, height=80))
    settings[0] = replace(PLAIN, tiled=True)
    stylize(frame(index=3, width=120, height=80))
    ready.add(RenderConfig((60, 40), 2, both))
    stylize(frame(index=4, width=120, height=80))
    assert sizes == [(120, 80), (120, 80), (60, 40), (60, 40), (30, 40), (30, 40)]
    assert len(told) == 3


def test_a_style_that_is_not_ready_leaves_the_previous_one_on() -> None:
    stage, ready = Stage(), {0}
    mixer = StyleMixer([(style, np.ones(1, np.float32)) for style in stage.styles])
    stylize = LiveStylizer(
        lambda wanted: mixer if wanted.styles <= ready else None,
        3,
        lambda: stage.settings,
        stage.resolution,
    )
    stylize(frame(index=0))
    stage.settings = replace(PLAIN, style=2)
    assert np.array_equal(stylize(frame(index=1)).image, 255 - frame().image)
    ready.add(2)
    stylize(frame(index=30))
    assert (stylize(frame(index=60)).image == 200).all()


def test_a_style_that_changes_before_the_first_frame_waits_until_it_is_ready() -> None:
    settings = [PLAIN]
    ready = {frozenset({0})}
    one = np.ones(1, np.float32)
    paint = StyleMixer([(Style(50), one), (Style(200), one)])
    stylize = LiveStylizer(
        lambda work: paint if work.styles in ready else None,
        2,
        lambda: settings[0],
        AdaptiveResolution(((60, 40),), 25),
    )
    settings[0] = replace(PLAIN, style=1)
    assert stylize(frame(index=0)).image.mean() == 50
    ready.add(frozenset({0, 1}))
    ready.add(frozenset({1}))
    for index in range(1, 60):  # the styles fade
        after = stylize(frame(index=index)).image
    assert after.mean() == 200


def test_the_first_palette_must_be_ready() -> None:
    stylize = LiveStylizer(lambda work: None, 1, lambda: PLAIN, AdaptiveResolution(((60, 40),), 25))
    with pytest.raises(ValueError, match="first mixer"):
        stylize(frame())


def test_the_stabilizer_calms_a_flickering_style() -> None:
    def flicker(image: Image, amounts: Mapping[int, float]) -> Image:
        return np.full_like(image, next(levels))

    def spread(stabilize: float) -> float:
        stylize = LiveStylizer(
            lambda work: flicker,
            1,
            lambda: replace(PLAIN, stabilize=stabilize),
            AdaptiveResolution(((60, 40),), 25),
        )
        return float(np.std([stylize(frame(index=n)).image.mean() for n in range(20)][5:]))

    levels = iter([100, 140] * 20)
    assert spread(0.8) < spread(0.0) / 2


@examples(deadline=None, max_examples=60)
@given(st.data())
def test_whatever_is_switched_on_a_frame_keeps_its_size(data: st.DataObject) -> None:
    switches = st.booleans()
    width, height = data.draw(st.integers(33, 90)), data.draw(st.integers(33, 90))
    stage = Stage(PLAIN, (48, 32))
    for index in range(3):
        shown = stage.paint(
            frame(index=index, width=width, height=height),
            style=data.draw(st.integers(0, 2)),
            strength=data.draw(st.sampled_from([0.0, 0.3, 1.0])),
            morph=data.draw(st.sampled_from([0.0, 0.4])),
            keep_colors=data.draw(switches),
            palette=data.draw(st.sampled_from([0.0, 0.6, 1.0])),
            stroke_size=data.draw(st.sampled_from([1.0, 1.5, 4.0])),
            stabilize=data.draw(st.sampled_from([0.0, 0.8])),
            tiled=data.draw(switches),
            side_by_side=data.draw(switches),
            flip=data.draw(switches),
            frozen=data.draw(switches),
        )
        assert shown.shape == (height, width, 3)
        assert shown.dtype == np.uint8
        assert shown.flags["C_CONTIGUOUS"]


def test_settings_are_swapped_whole_and_kept_in_range() -> None:
    controls = LiveControls(LiveSettings(), styles=3)
    before = controls.settings
    controls.change(lambda s: replace(s, style=s.style - 1, strength=1.7))
    assert (controls.settings.style, controls.settings.strength) == (2, 1.0)
    assert before == LiveSettings()


@pytest.mark.parametrize(
    ("styles", "wanted", "got"),
    [
        (3, (2, 1.0), (0, 0.0)),
        (3, (0, -0.1), (2, 0.9)),
        (3, (1, 0.3), (1, 0.3)),
        (1, (0, 0.5), (0, 0)),
    ],
)
def test_a_morph_goes_around_the_ring_of_styles(
    styles: int, wanted: tuple[int, float], got: tuple[int, float]
) -> None:
    style, morph = wanted
    controls = LiveControls(LiveSettings(style=style, morph=morph), styles)
    assert (controls.settings.style, controls.settings.morph) == got
