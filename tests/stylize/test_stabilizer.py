"""The stabilizer removes flicker of still content, and follows motion."""

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
from realtime_nst.stylize.stabilizer import Stabilizer, _blend

STRENGTHS = (0.3, 0.8, 1.0)


def photo(size: tuple[int, int] = (240, 320), at: tuple[int, int] = (0, 0)) -> Image:
    """Return a crop of a large photo: (height, width) from (y, x)."""
    rgb = data.astronaut()  # type: ignore[no-untyped-call]
    y, x = at
    return np.ascontiguousarray(rgb[y : y + size[0], x : x + size[1], ::-1])


def noisy(image: Image, seed: int, sigma: float) -> Image:
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).round().astype(np.uint8)


def inverted(image: Image) -> Image:
    """Invert the image in place of a style."""
    return 255 - image


def difference(one: Image, other: Image) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def changes(results: list[Image]) -> float:
    """Return the mean difference of consecutive frames in gray levels."""
    return float(np.mean([difference(a, b) for a, b in pairwise(results)]))


def test_stabilizer_strength_0_is_off() -> None:
    stabilizer = Stabilizer()
    stabilizer(photo(), inverted(photo()), 1.0)
    other = photo(at=(100, 50))
    assert stabilizer(photo(), other, 0.0) is other
    assert stabilizer(photo(), other, 1.0) is other, "it must forget while it is off"


@pytest.mark.parametrize("strength", STRENGTHS)
def test_stabilizer_reduces_noise(strength: float) -> None:
    stabilizer = Stabilizer()
    contents = [noisy(photo(), seed, 2) for seed in range(12)]
    # A network turns noise into more noise.
    stylized = [noisy(inverted(photo()), seed, 15) for seed in range(100, 112)]
    stabilized = [stabilizer(*pair, strength) for pair in zip(contents, stylized, strict=True)]
    assert changes(stabilized[4:]) < changes(stylized) * (1 - 0.75 * strength)


def test_stabilizer_more_strength_reduces_more() -> None:
    stylized = [noisy(inverted(photo()), seed, 15) for seed in range(8)]
    results = []
    for strength in STRENGTHS:
        stabilizer = Stabilizer()
        results.append(changes([stabilizer(photo(), each, strength) for each in stylized]))
    assert results == sorted(results, reverse=True)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_stabilizer_converges_on_identical_frames(strength: float) -> None:
    stabilizer = Stabilizer()
    stabilizer(photo(), noisy(inverted(photo()), 1, 20), strength)
    for _ in range(80):
        stabilized = stabilizer(photo(), inverted(photo()), strength)
    assert np.abs(stabilized.astype(int) - inverted(photo())).max() == 0


def pan(step: int, count: int = 10) -> Iterator[Image]:
    return (photo((200, 240), (20, step * index)) for index in range(count))


@pytest.mark.parametrize("step", [1, 3, 7])
def test_stabilizer_follows_pan(step: int) -> None:
    """A flicker-free style on moving content must stay unchanged, without smearing."""
    stabilizer, worst = Stabilizer(), 0.0
    for content in pan(step):
        stabilized = stabilizer(content, inverted(content), 1.0)
        worst = max(worst, difference(stabilized, inverted(content)))
    still = difference(*(inverted(content) for content in pan(step, 2)))
    assert worst < 0.2 * still


@pytest.mark.parametrize(("size", "factor"), [((240, 320), 1), ((480, 480), 2)])
def test_optical_flow_ignores_subpixel_noise(size: tuple[int, int], factor: int) -> None:
    """Noise causes such motion, and interpolating between pixels blurs."""
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


def test_stabilizer_reduces_noise_on_pan() -> None:
    """The change is measured along the motion, which is known exactly here."""
    stabilizer, step, results, stylized = Stabilizer(), 3, [], []
    for index, content in enumerate(pan(step)):
        stylized.append(noisy(inverted(content), index, 15))
        results.append(stabilizer(content, stylized[-1], 0.8))

    def along(frames: list[Image]) -> float:
        pairs = pairwise(frames[4:])
        return float(np.mean([difference(a[:, step:-40], b[:, : -40 - step]) for a, b in pairs]))

    assert along(results) < 0.5 * along(stylized)


def test_stabilizer_leaves_no_ghost() -> None:
    """A dark square moves over a photo, which reappears behind it at once."""
    stabilizer = Stabilizer()
    for index in range(8):
        content = photo()
        left = 40 + 20 * index
        cv2.rectangle(content, (left, 100), (left + 50, 150), (20, 20, 20), -1)
        stabilized = stabilizer(content, inverted(content), 1.0)
        behind = np.s_[105:145, left - 15 : left]
        if index:
            assert difference(stabilized[behind], inverted(photo())[behind]) < 12


def test_stabilizer_restarts_at_cut() -> None:
    stabilizer = Stabilizer()
    stabilizer(photo(), inverted(photo()), 1.0)
    cat = np.ascontiguousarray(data.chelsea()[:240, :320])  # type: ignore[no-untyped-call]
    assert stabilizer(cat, cat, 1.0) is cat


@pytest.mark.parametrize("style", ["other", 1, ("a", 0.5)])
def test_stabilizer_restarts_at_style_change(style: object) -> None:
    stabilizer = Stabilizer()
    stabilizer(photo(), photo(), 1.0, "first")
    other = inverted(photo())
    assert stabilizer(photo(), other, 1.0, style) is other
    assert stabilizer(photo(), photo(), 1.0, style) is not other


def test_stabilizer_restarts_at_size_change() -> None:
    stabilizer = Stabilizer()
    stabilizer(photo(), photo(), 1.0)
    smaller = photo((120, 160))
    assert stabilizer(smaller, smaller, 1.0) is smaller


def test_stabilizers_are_independent() -> None:
    first, second, alone = Stabilizer(), Stabilizer(), Stabilizer()
    for index in range(4):
        a, b = photo(at=(index, 0)), photo(at=(200, index))
        mixed = first(a, noisy(a, index, 10), 0.8)
        second(b, noisy(b, index, 10), 0.8)
        single = alone(a, noisy(a, index, 10), 0.8)
        np.testing.assert_array_equal(mixed, single)


def test_stabilizer_does_not_modify_inputs() -> None:
    stabilizer, content, stylized = Stabilizer(), photo(), inverted(photo())
    for _ in range(3):
        stabilizer(content, stylized, 0.8)
    np.testing.assert_array_equal(content, photo())
    np.testing.assert_array_equal(stylized, inverted(photo()))


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 700),
    strength=st.floats(0, 1),
)
def test_stabilizer_any_size(height: int, width: int, strength: float) -> None:
    stabilizer = Stabilizer()
    random = np.random.default_rng(height * width)
    content = random.integers(0, 256, (height, width, 3), np.uint8)
    stylized = random.integers(0, 256, (height, width, 3), np.uint8)
    for _ in range(3):
        stabilized = stabilizer(content, stylized, strength)
        assert (stabilized.shape, stabilized.dtype) == (stylized.shape, stylized.dtype)
        assert stabilized.flags.c_contiguous


@pytest.mark.parametrize("weight", [0.1, 0.513, 0.9])
def test_blend_is_a_step_toward_the_warped_frame(weight: float) -> None:
    """The step is the difference less one gray level, by weight and agreement, rounded."""
    random = np.random.default_rng(7)
    stylized, warped = random.integers(0, 256, (2, 64, 256, 3), np.uint8)
    agreement = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    buffers = [np.empty_like(stylized) for _ in range(3)]
    buffers.append(np.empty_like(agreement))
    blended = _blend(stylized, warped, agreement, weight, buffers)
    apart = warped.astype(int) - stylized
    step = np.maximum(np.abs(apart) - 1, 0) * (agreement[..., None] * weight / 255)
    wanted = stylized + np.sign(apart) * step
    assert np.abs(blended - wanted).max() <= 0.5 + 1e-4
