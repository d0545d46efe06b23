"""Colors and strokes are told apart in images of any size."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.image_ops import resize
from realtime_nst.stylize.guided_filter import enlarge_strokes, exchange_palette
from tests.helpers.scenes import photo

quick = settings(deadline=None, max_examples=40)
SIDES = st.integers(1, 70)


def noise(height: int, width: int, seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def painted(frame: Image) -> Image:
    """Return a frame in other colors, without strokes."""
    matrix = np.array([[0.2, 0.5, 0.1], [0.1, 0.4, 0.2], [0.3, 0.1, 0.5]])
    return np.asarray(np.rint(40 + frame @ matrix.T), np.uint8)


def strokes(height: int, width: int) -> NDArray[np.float64]:
    """Return a fine pattern around 0, to be added to an image."""
    rows, columns = np.mgrid[:height, :width]
    pattern = 12 * np.sin(rows * 1.1) * np.cos(columns * 0.9)
    return np.asarray(np.dstack([pattern] * 3), np.float64)


@quick
@given(SIDES, SIDES, st.floats(0, 1), st.sampled_from([1.0, 1.5, 4.0]))
def test_exchange_palette_of_any_size(height: int, width: int, share: float, scale: float) -> None:
    before, after = noise(height, width), noise(height, width, 1)
    result = exchange_palette(before, after, share, scale)
    assert result.shape == before.shape
    assert result.dtype == np.uint8
    assert result.flags["C_CONTIGUOUS"]


@quick
@given(SIDES, SIDES)
def test_exchange_palette_is_exact_at_1(height: int, width: int) -> None:
    after = noise(height, width, 1)
    assert exchange_palette(noise(height, width), after, 1) is after


def test_exchange_palette_gives_the_colors_of_the_frame() -> None:
    frame = photo()
    result = exchange_palette(frame, painted(frame), 0)
    assert np.abs(painted(frame).astype(float) - frame).mean() > 20
    low = [
        cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(float)
        for image in (frame, result)
    ]
    assert np.abs(low[0] - low[1]).mean() < 3


def test_exchange_palette_keeps_strokes() -> None:
    frame = np.clip(photo(), 40, 180)
    height, width = frame.shape[:2]
    pattern = strokes(height, width)
    after = np.rint(painted(frame) + pattern).astype(np.uint8)
    plain, stroked = (exchange_palette(frame, each, 0) for each in (painted(frame), after))
    kept = stroked.astype(float) - plain
    assert np.corrcoef(kept.ravel(), pattern.ravel())[0, 1] > 0.95


def test_exchange_palette_leaves_an_unchanged_frame() -> None:
    assert np.abs(exchange_palette(photo(), photo(), 0).astype(float) - photo()).mean() < 1


def test_exchange_palette_goes_from_the_frame_to_the_style() -> None:
    frame = photo()
    means = [
        np.abs(exchange_palette(frame, painted(frame), share).astype(float) - frame).mean()
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert means == sorted(means)


def test_exchange_palette_is_calm() -> None:
    """Noise of the camera is not amplified."""
    frame = photo()
    grain = np.random.default_rng(0).normal(0, 4, frame.shape)
    noisy = np.clip(np.rint(frame + grain), 0, 255).astype(np.uint8)
    after = painted(frame)
    first, second = (exchange_palette(each, after, 0).astype(float) for each in (frame, noisy))
    assert np.abs(second - first).mean() < np.abs(noisy.astype(float) - frame).mean()


@quick
@given(SIDES, SIDES, SIDES, SIDES)
def test_enlarge_strokes_to_any_size(height: int, width: int, rows: int, columns: int) -> None:
    before, small = noise(height, width), noise(rows, columns)
    result = enlarge_strokes(before, small, noise(rows, columns, 1))
    assert result.shape == before.shape
    assert result.dtype == np.uint8
    assert result.flags["C_CONTIGUOUS"]


def test_enlarge_strokes_is_exact_at_the_same_size() -> None:
    after = noise(30, 41, 1)
    assert enlarge_strokes(noise(30, 41), noise(30, 41), after) is after


@pytest.mark.parametrize("scale", [1.5, 2, 3.3])
def test_enlarge_strokes_restores_edges(scale: float) -> None:
    """Edges coarser than a cell of 4 pixels, in the colors of the style."""
    frame: Image = np.asarray(cv2.resize(photo(), None, fx=3, fy=3), np.uint8)
    height, width = frame.shape[:2]
    small = resize(frame, round(width / scale), round(height / scale))
    small = resize(resize(small, small.shape[1] // 4, small.shape[0] // 4), *small.shape[1::-1])
    soft = resize(painted(small), width, height).astype(float)
    sharp = enlarge_strokes(frame, small, painted(small)).astype(float)
    wanted = painted(frame).astype(float)
    assert np.abs(sharp - wanted).mean() < 0.8 * np.abs(soft - wanted).mean()
