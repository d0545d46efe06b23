"""The stabiliser calms what should stand still, and follows what moves."""

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from realtime_nst.frame import Image
from realtime_nst.stylize.optical_flow import OpticalFlow, downscale_for_flow
from realtime_nst.stylize.stabilizer import Stabilizer

STRENGTHS = (0.3, 0.8, 1.0)


def photo(size: tuple[int, int] = (240, 320), at: tuple[int, int] = (0, 0)) -> Image:
    """A part of a large photo, (height, width) from (y, x)."""
    rgb = data.astronaut()  # type: ignore[no-untyped-call]
    y, x = at
    return np.ascontiguousarray(rgb[y : y + size[0], x : x + size[1], ::-1])


def noisy(image: Image, seed: int, sigma: float) -> Image:
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).round().astype(np.uint8)


def inverted(image: Image) -> Image:
    """Stands in for a style."""
    return 255 - image


def difference(one: Image, other: Image) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def changes(pictures: list[Image]) -> float:
    """Grey levels by which neighbours in time differ."""
    return float(np.mean([difference(a, b) for a, b in pairwise(pictures)]))


def test_strength_0_is_exactly_off() -> None:
    stabiliser = Stabilizer()
    stabiliser(photo(), inverted(photo()), 1.0)
    other = photo(at=(100, 50))
    assert stabiliser(photo(), other, 0.0) is other
    assert stabiliser(photo(), other, 1.0) is other, "it must forget while it is off"


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_still_picture_with_noise_becomes_calm(strength: float) -> None:
    stabiliser = Stabilizer()
    contents = [noisy(photo(), seed, 2) for seed in range(12)]
    # A network turns noise into more noise.
    painted = [noisy(inverted(photo()), seed, 15) for seed in range(100, 112)]
    calm = [stabiliser(*pair, strength) for pair in zip(contents, painted, strict=True)]
    assert changes(calm[4:]) < changes(painted) * (1 - 0.75 * strength)


def test_more_strength_is_calmer() -> None:
    painted = [noisy(inverted(photo()), seed, 15) for seed in range(8)]
    results = []
    for strength in STRENGTHS:
        stabiliser = Stabilizer()
        results.append(changes([stabiliser(photo(), each, strength) for each in painted]))
    assert results == sorted(results, reverse=True)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_identical_frames_converge(strength: float) -> None:
    stabiliser = Stabilizer()
    stabiliser(photo(), noisy(inverted(photo()), 1, 20), strength)
    for _ in range(80):
        calm = stabiliser(photo(), inverted(photo()), strength)
    assert np.abs(calm.astype(int) - inverted(photo())).max() == 0


def pan(step: int, count: int = 10) -> Iterator[Image]:
    return (photo((200, 240), (20, step * index)) for index in range(count))


@pytest.mark.parametrize("step", [1, 3, 7])
def test_a_pan_is_followed(step: int) -> None:
    """A perfect style on a moving picture must come out as it went in: nothing smears."""
    stabiliser, worst = Stabilizer(), 0.0
    for content in pan(step):
        calm = stabiliser(content, inverted(content), 1.0)
        worst = max(worst, difference(calm, inverted(content)))
    still = difference(*(inverted(content) for content in pan(step, 2)))
    assert worst < 0.2 * still


@pytest.mark.parametrize(("size", "factor"), [((240, 320), 1), ((480, 480), 2)])
def test_what_hardly_moves_is_not_looked_at_between_pixels(
    size: tuple[int, int], factor: int
) -> None:
    """Noise makes such motion, and looking between pixels blurs."""
    before, now = photo(size), noisy(photo(size), 1, 3)
    follower = OpticalFlow()
    flow = follower.estimate(downscale_for_flow(now), downscale_for_flow(before))
    assert np.quantile(np.abs(flow), 0.9) < 0.02
    moved = follower.warp(before, flow, factor)
    assert difference(moved, before) < 0.2
    further = follower.estimate(
        downscale_for_flow(photo(size, at=(0, 2))), downscale_for_flow(before)
    )
    assert np.median(further[..., 0]) == pytest.approx(2 / factor, abs=0.1)


def test_noise_on_a_pan_becomes_calm() -> None:
    """Measured along the motion, which is known exactly here."""
    stabiliser, step, pictures, painted = Stabilizer(), 3, [], []
    for index, content in enumerate(pan(step)):
        painted.append(noisy(inverted(content), index, 15))
        pictures.append(stabiliser(content, painted[-1], 0.8))

    def along(frames: list[Image]) -> float:
        pairs = pairwise(frames[4:])
        return float(np.mean([difference(a[:, step:-40], b[:, : -40 - step]) for a, b in pairs]))

    assert along(pictures) < 0.5 * along(painted)


def test_what_moves_leaves_no_ghost() -> None:
    """A dark square over a photo: where it was, the photo is back at once."""
    stabiliser = Stabilizer()
    for index in range(8):
        content = photo()
        left = 40 + 20 * index
        cv2.rectangle(content, (left, 100), (left + 50, 150), (20, 20, 20), -1)
        calm = stabiliser(content, inverted(content), 1.0)
        behind = np.s_[105:145, left - 15 : left]
        if index:
            assert difference(calm[behind], inverted(photo())[behind]) < 12


def test_a_cut_starts_anew() -> None:
    stabiliser = Stabilizer()
    stabiliser(photo(), inverted(photo()), 1.0)
    cat = np.ascontiguousarray(data.chelsea()[:240, :320])  # type: ignore[no-untyped-call]
    assert stabiliser(cat, cat, 1.0) is cat


@pytest.mark.parametrize("style", ["other", 1, ("a", 0.5)])
def test_another_style_starts_anew(style: object) -> None:
    stabiliser = Stabilizer()
    stabiliser(photo(), photo(), 1.0, "first")
    other = inverted(photo())
    assert stabiliser(photo(), other, 1.0, style) is other
    assert stabiliser(photo(), photo(), 1.0, style) is not other


def test_another_size_starts_anew() -> None:
    stabiliser = Stabilizer()
    stabiliser(photo(), photo(), 1.0)
    smaller = photo((120, 160))
    assert stabiliser(smaller, smaller, 1.0) is smaller


def test_streams_do_not_mix() -> None:
    first, second, alone = Stabilizer(), Stabilizer(), Stabilizer()
    for index in range(4):
        a, b = photo(at=(index, 0)), photo(at=(200, index))
        mixed = first(a, noisy(a, index, 10), 0.8)
        second(b, noisy(b, index, 10), 0.8)
        single = alone(a, noisy(a, index, 10), 0.8)
        np.testing.assert_array_equal(mixed, single)


def test_inputs_stay_as_they_are() -> None:
    stabiliser, content, painted = Stabilizer(), photo(), inverted(photo())
    for _ in range(3):
        stabiliser(content, painted, 0.8)
    np.testing.assert_array_equal(content, photo())
    np.testing.assert_array_equal(painted, inverted(photo()))


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 700),
    strength=st.floats(0, 1),
)
def test_any_size(height: int, width: int, strength: float) -> None:
    stabiliser = Stabilizer()
    random = np.random.default_rng(height * width)
    content = random.integers(0, 256, (height, width, 3), np.uint8)
    painted = random.integers(0, 256, (height, width, 3), np.uint8)
    for _ in range(3):
        calm = stabiliser(content, painted, strength)
        assert (calm.shape, calm.dtype) == (painted.shape, painted.dtype)
        assert calm.flags.c_contiguous
