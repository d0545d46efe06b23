"""Image operations, for any image."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_nst.frame import Image
from realtime_nst.image_ops import (
    blend,
    crop_to_fill,
    keep_colors,
    mirror,
    pad_to,
    resize,
    tiles,
)

quick = settings(deadline=None, max_examples=40)
SIDES = st.integers(1, 40)


@st.composite
def pictures(draw: st.DrawFn, count: int = 1) -> list[Image]:
    """Generate images of one size."""
    noise = np.random.default_rng(draw(st.integers(0, 1000)))
    height, width = draw(SIDES), draw(SIDES)
    return [noise.integers(0, 256, (height, width, 3), np.uint8) for _ in range(count)]


def is_picture_like(result: Image, other: Image) -> bool:
    return (
        result.shape == other.shape
        and result.dtype == np.uint8
        and bool(result.flags["C_CONTIGUOUS"])
    )


@quick
@given(pictures(2), st.floats(0, 1))
def test_blend_lies_between_images(two: list[Image], share: float) -> None:
    before, after = two
    mixed = blend(before, after, share)
    assert is_picture_like(mixed, before)
    expected = before + (after.astype(float) - before) * share
    assert np.abs(mixed - expected).max() <= 0.51


@quick
@given(pictures(2))
def test_blend_is_exact_at_0_and_1(two: list[Image]) -> None:
    before, after = two
    assert blend(before, after, 0) is before
    assert blend(before, after, 1) is after


@quick
@given(pictures(2))
def test_keep_colors(two: list[Image]) -> None:
    # Not too bright and not too dark: at black and white there is no room for colour.
    before, after = (np.asarray(110 + each // 7, np.uint8) for each in two)
    kept = keep_colors(before, after)
    assert is_picture_like(kept, before)
    light, colours, result = (
        cv2.cvtColor(each, cv2.COLOR_BGR2YCrCb).astype(int) for each in (after, before, kept)
    )
    assert np.abs(result[..., 0] - light[..., 0]).max() <= 1
    assert np.abs(result[..., 1:] - colours[..., 1:]).max() <= 1


@quick
@given(pictures())
def test_keep_colors_of_same_image(one: list[Image]) -> None:
    assert np.array_equal(keep_colors(one[0], one[0]), one[0])


@quick
@given(pictures())
def test_mirror_twice(one: list[Image]) -> None:
    assert np.array_equal(mirror(mirror(one[0])), one[0])
    assert np.array_equal(mirror(one[0])[:, 0], one[0][:, -1])


@quick
@given(pictures(), SIDES, SIDES)
def test_resize_and_crop_to_any_size(one: list[Image], width: int, height: int) -> None:
    for change in (resize, crop_to_fill):
        result = change(one[0], width, height)
        assert result.shape == (height, width, 3)
        assert result.flags["C_CONTIGUOUS"]
    if one[0].shape[:2] == (height, width):
        assert resize(one[0], width, height) is one[0]


@quick
@given(SIDES, SIDES)
def test_resize_keeps_uniform_image(width: int, height: int) -> None:
    flat = np.full((17, 23, 3), (10, 100, 200), np.uint8)
    assert (resize(flat, width, height) == (10, 100, 200)).all()


@quick
@given(pictures(), SIDES, SIDES)
def test_pad_to_keeps_the_image_and_repeats_its_edge(
    one: list[Image], width: int, height: int
) -> None:
    (image,) = one
    rows, columns = image.shape[:2]
    large = pad_to(image, width, height)
    assert large.shape == (max(rows, height), max(columns, width), 3)
    assert np.array_equal(large[:rows, :columns], image)
    assert (large[rows:, columns:] == image[-1, -1]).all()


@quick
@given(st.integers(30, 200), st.integers(30, 200), st.integers(1, 16))
def test_tiles_cover_image_once(width: int, height: int, count: int) -> None:
    places = tiles(width, height, count)
    assert len(places) >= count
    covered = np.zeros((height, width), int)
    for place in places:
        covered[place] += 1
    assert (covered == 1).all()


@pytest.mark.parametrize(
    ("count", "grid"),
    [(1, (1, 1)), (2, (2, 1)), (3, (2, 2)), (4, (2, 2)), (6, (3, 2)), (9, (3, 3))],
)
def test_tiles_form_a_grid(count: int, grid: tuple[int, int]) -> None:
    places = tiles(60, 60, count)
    columns = {place[1].start for place in places}
    rows = {place[0].start for place in places}
    assert (len(columns), len(rows)) == grid
