"""Textures of style images."""

import numpy as np

from realtime_nst.frame import Image
from realtime_nst.palette.texture import texture, texture_distance


def stripes(width: int, *, across: bool = False) -> Image:
    lines = (np.arange(300) // width % 2 * 200 + 20).astype(np.uint8)
    picture = np.broadcast_to(lines, (300, 300))
    return np.ascontiguousarray(np.repeat((picture.T if across else picture)[..., None], 3, 2))


def test_texture_depends_on_strokes_not_on_size() -> None:
    fine, coarse = texture(stripes(3)), texture(stripes(12))
    larger = stripes(12).repeat(2, axis=0).repeat(2, axis=1)
    assert texture_distance(coarse, texture(larger)) < texture_distance(coarse, fine) / 3
    assert fine[0] > coarse[0]
    assert fine[3] < coarse[3]


def test_straightness_of_lines_and_noise() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    assert min(texture(stripes(6))[4:]) > 0.8
    assert max(texture(noise)[4:6]) < 0.5
    assert texture(stripes(6)) == texture(stripes(6))


def test_texture_of_flat_image() -> None:
    assert np.isfinite(texture(np.full((80, 100, 3), 90, np.uint8))).all()
