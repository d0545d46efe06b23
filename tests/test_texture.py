"""Textures of paintings."""

import numpy as np

from realtime_nst.frame import Image
from realtime_nst.stylize.texture import texture, unlikeness


def stripes(width: int, *, across: bool = False) -> Image:
    lines = (np.arange(300) // width % 2 * 200 + 20).astype(np.uint8)
    picture = np.broadcast_to(lines, (300, 300))
    return np.ascontiguousarray(np.repeat((picture.T if across else picture)[..., None], 3, 2))


def test_fine_and_coarse_strokes_differ_and_size_does_not() -> None:
    fine, coarse = texture(stripes(3)), texture(stripes(12))
    larger = stripes(12).repeat(2, axis=0).repeat(2, axis=1)
    assert unlikeness(coarse, texture(larger)) < unlikeness(coarse, fine) / 3
    assert fine[0] > coarse[0]
    assert fine[3] < coarse[3]


def test_lines_are_straighter_than_noise() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    assert min(texture(stripes(6))[4:]) > 0.8
    assert max(texture(noise)[4:6]) < 0.5
    assert texture(stripes(6)) == texture(stripes(6))


def test_a_flat_picture_has_a_texture() -> None:
    assert np.isfinite(texture(np.full((80, 100, 3), 90, np.uint8))).all()
