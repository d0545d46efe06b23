"""Measures of tones, colors and edges, on images whose values are known."""

import cv2
import numpy as np
import pytest

from realtime_nst.evaluate.appearance import (
    edges_kept,
    lightness_range,
    low_share,
    oklab,
    order,
    palette_distance,
)
from realtime_nst.frame import Image
from tests.evaluate.pictures import photo


def flat(*bgr: int) -> Image:
    return np.full((60, 80, 3), bgr, np.uint8)


def grains(seed: int = 0) -> Image:
    """Noise without large tones."""
    return np.random.default_rng(seed).integers(0, 256, (240, 320, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("bgr", "lab"),
    [
        ((255, 255, 255), (1.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((0, 0, 255), (0.62796, 0.22486, 0.12585)),  # Ottosson's own values of red and blue
        ((255, 0, 0), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_oklab_published_values(bgr: tuple[int, ...], lab: tuple[float, ...]) -> None:
    assert oklab(flat(*bgr))[0, 0] == pytest.approx(lab, abs=1e-3)


def test_low_share_tells_tones_from_hatching() -> None:
    ramp = np.tile(np.linspace(0, 255, 320).astype(np.uint8)[None, :, None], (240, 1, 3))
    assert low_share(ramp) > 0.95
    assert low_share(grains()) < 0.05
    assert low_share(flat(9, 9, 9)) == 0


def test_order_is_that_of_light_and_dark() -> None:
    assert order(photo(), photo()) == pytest.approx(1)
    assert order(255 - photo(), photo()) < -0.9
    darker = np.asarray(photo() // 2, np.uint8)
    assert order(darker, photo()) > 0.95
    assert order(flat(0, 0, 0), cv2.resize(photo(), (80, 60)).astype(np.uint8)) == 0


def test_lightness_range_leaves_out_the_tails() -> None:
    image = flat(0, 0, 0)
    assert lightness_range(image) == 0
    image[:, 40:] = 255
    assert lightness_range(image) == pytest.approx(1)
    image[:, 1:] = 0
    image[:, :1] = 255  # 1/80 of the pixels
    assert lightness_range(image) == 0


def test_palette_distance_worked_out_by_hand() -> None:
    """Black and white are one apart; a mean square over directions is a third of it."""
    assert palette_distance(flat(0, 0, 0), flat(255, 255, 255)) == pytest.approx(100, rel=0.2)
    assert palette_distance(photo(), photo()[:, ::-1]) == pytest.approx(0, abs=1e-6)
    half = palette_distance(flat(0, 0, 0), flat(255, 255, 255))
    image = flat(0, 0, 0)
    image[:, 40:] = 255
    assert palette_distance(image, flat(255, 255, 255)) == pytest.approx(half * 0.5**0.5, rel=0.01)


def test_edges_kept_sees_things_and_not_colors() -> None:
    blue = photo().copy()
    blue[..., 0] = 255
    assert edges_kept(photo(), photo()) == pytest.approx(1)
    assert edges_kept(blue, photo()) > 0.8
    assert edges_kept(np.ascontiguousarray(photo()[::-1]), photo()) < 0.5
