"""Mirrored frames, black bars and crops."""

import numpy as np
import pytest

from realtime_nst.frame import Image
from realtime_nst.sinks.window_view import bars, cell_at, cropped, mirrored, padded


def image(width: int = 40, height: int = 30) -> Image:
    return np.random.default_rng(0).integers(1, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("size", [(40, 30), (80, 30), (40, 90), (1, 1), (1000, 7)])
def test_padded_has_the_shape_of_the_window_and_keeps_every_pixel(size: tuple[int, int]) -> None:
    given, (width, height) = image(), size
    shown = padded(given, width, height)
    rows, columns = shown.shape[:2]
    assert columns / rows == pytest.approx(width / height, rel=0.05)
    top, left = (rows - 30) // 2, (columns - 40) // 2
    assert np.array_equal(shown[top : top + 30, left : left + 40], given)
    assert np.count_nonzero(shown) == given.size


@pytest.mark.parametrize("size", [(40, 30), (80, 30), (40, 90), (1, 1), (1000, 7)])
def test_cropped_has_the_shape_of_the_window_and_no_bars(size: tuple[int, int]) -> None:
    shown = cropped(image(), *size)
    rows, columns = shown.shape[:2]
    assert rows == 30 or columns == 40
    assert abs(columns * size[1] - rows * size[0]) <= max(size)
    assert shown.min() > 0
    assert shown.flags.c_contiguous


def test_a_window_of_the_same_shape_needs_no_copy() -> None:
    given = image(640, 480)
    assert padded(given, 1067, 800) is given


def test_mirrored_turns_each_cell_in_its_place() -> None:
    given = image()
    assert np.array_equal(mirrored(given, ()), given[:, ::-1])
    cells = (slice(0, 30), slice(0, 20)), (slice(0, 30), slice(20, 40))
    shown = mirrored(given, cells)
    assert np.array_equal(shown[:, :20], given[:, 19::-1])
    assert np.array_equal(shown[:, 20:], given[:, :19:-1])


def test_bars_are_where_the_image_begins() -> None:
    given = image()
    for width, height in ((80, 30), (40, 90), (40, 30)):
        shown = padded(given, width, height)
        left, top = bars(given, shown)
        assert np.array_equal(shown[top : top + 30, left : left + 40], given)


def test_cell_at() -> None:
    cells = ((slice(0, 10), slice(0, 20)), (slice(0, 10), slice(20, 40)))
    assert [cell_at(cells, x, y) for x, y in ((0, 0), (19, 9), (20, 0), (39, 9))] == [0, 0, 1, 1]
    assert [cell_at(cells, x, y) for x, y in ((-1, 0), (40, 0), (0, 10))] == [None] * 3
    assert cell_at((), 0, 0) is None
