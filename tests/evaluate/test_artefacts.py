"""Each fault raises its own score above the limit, and a picture without it stays below."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from realtime_nst.evaluate.artifacts import LIMITS, blots, border, bubbles, checkerboard
from realtime_nst.frame import Image

Scene = tuple[Image, Image]
"""A painted picture and what it was painted from."""


def photos() -> list[Image]:
    pictures = (data.chelsea(), data.coffee(), data.rocket())  # type: ignore[no-untyped-call]
    return [np.ascontiguousarray(picture[:300, :420, ::-1]) for picture in pictures]


def strokes(seed: int) -> Image:
    """Soft strokes in all directions on one colour, as paint on a plain wall."""
    random = np.random.default_rng(seed)
    light = random.normal(0, 200, (300, 420, 1)) + random.normal(0, 40, (300, 420, 3))
    soft = np.asarray(cv2.GaussianBlur(light, (0, 0), 2.5), np.float64)
    return plus(wall(), soft + np.array((30, -10, -40)))


def wall() -> Image:
    return np.full((300, 420, 3), 120, np.uint8)


def lattice(period: int, height: float) -> NDArray[np.float64]:
    down, across = np.indices((300, 420))
    return height * np.where((down + across) // (period // 2) % 2, 1.0, -1.0)[..., None]


def plus(image: Image, change: NDArray[np.float64]) -> Image:
    return np.clip(image + change, 0, 255).round().astype(np.uint8)


def around(at: tuple[int, int]) -> NDArray[np.float64]:
    down, across = np.indices((300, 420))
    distance: NDArray[np.float64] = np.hypot(down - at[0], across - at[1])[..., None]
    return distance


def clean() -> list[Scene]:
    return [(photo, photo) for photo in photos()] + [(strokes(seed), wall()) for seed in range(3)]


@pytest.mark.parametrize("scene", clean())
def test_a_clean_picture_is_below_all_limits(scene: Scene) -> None:
    assert checkerboard(scene[0]) < LIMITS["checkerboard"].most / 2
    assert bubbles(*scene) < LIMITS["bubbles"].most
    assert blots(*scene) < LIMITS["blots"].most
    assert border(scene[0], scene[0]) == 0


@pytest.mark.parametrize("period", [2, 4])
@pytest.mark.parametrize("picture", [photos()[1], strokes(1)])
def test_a_checkerboard_is_measured_in_grey_levels(picture: Image, period: int) -> None:
    for height in (3, 6):
        score = checkerboard(plus(picture, lattice(period, height)))
        assert score == pytest.approx(height, rel=0.25)
    assert score > LIMITS["checkerboard"].most


def test_another_period_is_no_checkerboard() -> None:
    for period in (6, 10, 14):
        assert checkerboard(plus(photos()[0], lattice(period, 6))) < 2.5


@pytest.mark.parametrize("radius", [10, 15])
@pytest.mark.parametrize("sign", [1, -1])
def test_bubbles_are_found(radius: int, sign: int) -> None:
    """A ring lighter or darker than the paint around it."""
    for seed, at in enumerate([(100, 120), (200, 300), (150, 210)]):
        ring = 100 * sign * np.exp(-(((around(at) - radius) / 2.5) ** 2))
        assert bubbles(plus(strokes(seed), ring), wall()) > LIMITS["bubbles"].most


def test_what_is_round_in_the_content_is_no_bubble() -> None:
    ring = 80 * np.exp(-(((around((150, 200)) - 12) / 2.5) ** 2))
    content = plus(wall(), ring)
    painted = plus(strokes(0), ring)
    assert bubbles(painted, content) < LIMITS["bubbles"].most


@pytest.mark.parametrize("colour", [(255, 0, 255), (0, 255, 255), (255, 255, 255), (0, 0, 0)])
def test_blots_are_found(colour: tuple[int, int, int]) -> None:
    for seed, at in enumerate([(100, 120), (200, 300)]):
        share = np.clip((14 - around(at)) / 3, 0, 1)
        blotted = (strokes(seed) * (1 - share) + share * np.array(colour)).astype(np.uint8)
        assert blots(blotted, wall()) > LIMITS["blots"].most


def test_a_spot_of_the_content_is_no_blot() -> None:
    share = np.clip((9 - around((150, 200))) / 3, 0, 1)
    content, painted = (
        (picture * (1 - share) + share * np.array((255, 0, 255))).astype(np.uint8)
        for picture in (photos()[0], strokes(0))
    )
    assert blots(painted, content) < LIMITS["blots"].most


def test_a_frame_is_found() -> None:
    inside = strokes(0)
    framed = inside.copy()
    framed[:, -4:] = np.clip(framed[:, -4:].astype(int) + 60, 0, 255)
    assert border(framed, inside) > LIMITS["border"].most
    spotted = inside.copy()
    spotted[150, 200] = 255
    assert border(spotted, inside) < 0.1


@pytest.mark.parametrize("score", [bubbles, blots])
def test_tiny_pictures_have_no_faults(score: Callable[[Image, Image], float]) -> None:
    tiny = photos()[0][:16, :16]
    assert score(tiny, tiny) == 0
    assert checkerboard(tiny) == 0
