"""Blends of styles, within one model and between models."""

from pathlib import Path

import numpy as np
import pytest

from realtime_nst.frame import Image
from realtime_nst.inference.session import open_session
from realtime_nst.models.registry import find_style
from realtime_nst.stylize.style_mixer import StyleMixer

PICTURE: Image = np.full((40, 60, 3), (10, 100, 200), np.uint8)
STYLES = ("identity", "invert", "keep", "black")


@pytest.fixture
def palette(models: Path) -> StyleMixer:
    """Open three models, the last of which has two styles."""
    choices = [find_style(name) for name in STYLES]
    paths = {choice.model.path for choice in choices}
    sessions = {path: open_session(path, "cpu", threads=1) for path in paths}
    return StyleMixer([(sessions[each.model.path], each.weight_array()) for each in choices])


def test_mixer_single_style(palette: StyleMixer) -> None:
    assert np.array_equal(palette(PICTURE, {0: 1.0}), PICTURE)
    assert np.array_equal(palette(PICTURE, {1: 1.0}), 255 - PICTURE)
    assert (palette(PICTURE, {3: 1.0}) == 0).all()


def test_mixer_blends_two_models(palette: StyleMixer) -> None:
    mixed = palette(PICTURE, {0: 0.75, 1: 0.25})
    assert np.abs(mixed - (0.75 * PICTURE + 0.25 * (255.0 - PICTURE))).max() <= 1


def test_mixer_blends_styles_of_one_model(palette: StyleMixer) -> None:
    mixed = palette(PICTURE, {2: 0.5, 3: 0.5})
    assert np.abs(mixed - 0.5 * PICTURE).max() <= 1


def test_mixer_three_models(palette: StyleMixer) -> None:
    mixed = palette(PICTURE, {0: 0.2, 1: 0.5, 2: 0.15, 3: 0.15})
    expected = 0.2 * PICTURE + 0.5 * (255.0 - PICTURE) + 0.3 * 0.5 * PICTURE
    assert np.abs(mixed - expected).max() <= 2


def test_mixer_small_images(palette: StyleMixer) -> None:
    tiny = np.ascontiguousarray(PICTURE[:5, :7])
    assert np.array_equal(palette(tiny, {1: 1.0}), 255 - tiny)


def test_seconds_per_frame_leaves_the_first_frame_out() -> None:
    now = [0.0]

    class Slow:
        def __init__(self) -> None:
            self.sizes = list[tuple[int, ...]]()

        def run(self, image: Image, weights: object = None) -> Image:
            now[0] += 0.1 * (len(self.sizes) + 1) if self.sizes else 5.0
            self.sizes.append(image.shape)
            return image

    first, second = Slow(), Slow()
    mixer = StyleMixer([(first, np.ones(1, np.float32)), (second, np.ones(1, np.float32))])
    assert mixer.seconds_per_frame(1, 64, 48, lambda: now[0]) == pytest.approx(0.2)
    assert not first.sizes
    assert set(second.sizes) == {(48, 64, 3)}
