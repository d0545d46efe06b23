"""Palette maps: from the colors of photos to those of a style image."""

import numpy as np
import pytest

from realtime_nst.frame import Image
from realtime_nst.palette.oklab import from_oklab, to_oklab
from realtime_nst.palette.palette_map import fit_palette, median_cut, painting_colors, photo_colors
from realtime_nst.palette.transport import transport

GREYS = np.linspace(0.1, 0.9, 9, dtype=np.float32)[:, None].repeat(3, axis=1)


def painting(*colors: tuple[int, int, int]) -> Image:
    """Create an image with columns of BGR colors and a little noise."""
    rng = np.random.default_rng(4)
    columns = np.repeat(np.array(colors, float)[None], 120, axis=0).repeat(40, axis=1)
    return (columns + rng.normal(0, 4, columns.shape)).clip(0, 255).astype(np.uint8)


def test_oklab_round_trip() -> None:
    rgb = np.random.default_rng(1).random((100, 3))
    assert np.abs(from_oklab(to_oklab(rgb)) - rgb).max() < 1e-4
    assert to_oklab(np.ones(3)) == pytest.approx([1, 0, 0], abs=1e-3)


def test_median_cut_cells_have_equal_size() -> None:
    points = np.repeat(to_oklab(np.array([[0.1] * 3, [0.9] * 3])), [100, 300], axis=0)
    lightness = median_cut(points, 4)[:, 0]
    assert (lightness > 0.5).sum() == 3


def test_fit_palette_covers_the_palette() -> None:
    photos = photo_colors()
    colors = painting_colors(painting((30, 20, 10), (200, 60, 40), (60, 220, 240)), len(photos))
    moved = transport(photos, colors)(photos)
    assert moved.mean(axis=0) == pytest.approx(colors.mean(axis=0), abs=0.02)
    assert moved.std(axis=0) == pytest.approx(colors.std(axis=0), abs=0.05)
    assert (moved.min(axis=0) >= colors.min(axis=0) - 1e-5).all()
    assert (moved.max(axis=0) <= colors.max(axis=0) + 1e-5).all()


@pytest.mark.parametrize("colors", [((20, 20, 20), (230, 230, 230)), ((90, 30, 5), (60, 220, 240))])
def test_fit_palette_keeps_order_of_lightness(colors: tuple[tuple[int, int, int], ...]) -> None:
    first, last = (np.array(color, float) for color in colors)
    between = [tuple((first + (last - first) * part).astype(int)) for part in np.linspace(0, 1, 9)]
    lightness = to_oklab(fit_palette(painting(*between))(GREYS).clip(0, 1))[:, 0]
    assert (np.diff(lightness) > -0.01).all()
    assert lightness[-1] - lightness[0] > 0.3


def test_fit_palette_keeps_rare_colors() -> None:
    """A tenth of the style image is yellow: so is the lightest, yellowest tenth of photos."""
    blue, yellow = (150, 70, 40), (40, 200, 240)
    palette = fit_palette(painting(*[blue] * 9, yellow))
    lamp, wall = palette(np.array([[1, 0.95, 0.6], [0.5, 0.5, 0.5]], np.float32))
    assert lamp[0] > lamp[2] + 0.15
    assert wall[2] > wall[0] + 0.15


def test_fit_palette_is_deterministic() -> None:
    first, second = (fit_palette(painting((0, 80, 200), (10, 10, 10))) for _ in range(2))
    assert np.array_equal(first.weight, second.weight)
    assert np.abs(first.weight).max() < 8  # half precision computes with it
