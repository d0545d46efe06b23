"""A calm style is told from one that flickers, and a blurred one from a calm one."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.evaluate.scenes import Scene, clip_scene, motion_scenes, noise_scene
from realtime_nst.evaluate.stability import Paint, StabilityReport, paint_scene, score
from realtime_nst.frame import Image
from tests.helpers.scenes import film, noisy, panned, photo_file, textured

AREA = 160 * 120


@pytest.fixture
def scenes(tmp_path: Path) -> list[Scene]:
    path = photo_file(tmp_path)
    clip = clip_scene(film(tmp_path / "pan.mkv", noisy(panned(3, 8))), AREA, 8)
    return [noise_scene(path, AREA), *motion_scenes(path, AREA), clip]


def report(scenes: list[Scene], paint: Paint, strength: float = 0.6) -> StabilityReport:
    scores = [score(paint_scene(scene, paint, strength), roughness) for scene in scenes]
    return StabilityReport("made", "made", strength, tuple(scores))


def roughness(image: Image) -> float:
    """Stands in for the distance to a smooth painting."""
    return float(np.abs(cv2.Laplacian(image, cv2.CV_32F)).mean())


def inverted(image: Image) -> Image:
    return 255 - image


def test_a_perfect_style_is_as_calm_as_the_film(scenes: list[Scene]) -> None:
    found = report(scenes, inverted)
    for kind in ("noise", "motion", "clip"):
        assert found.ratio(kind, stabilized=False) == pytest.approx(1, rel=0.02)
    assert found.ratio("truth", stabilized=False) is None


def test_flicker_shows_and_the_stabiliser_helps(scenes: list[Scene]) -> None:
    found = report(scenes, textured)
    for kind in ("noise", "motion", "clip"):
        off, on = (found.ratio(kind, stabilized=on) for on in (False, True))
        assert off is not None
        assert on is not None
        assert off > 1.5
        assert on < 0.8 * off


def test_strength_0_changes_nothing(scenes: list[Scene]) -> None:
    for each in report(scenes, textured, 0.0).scores:
        assert each.on == each.off
        assert each.style_on == each.style_off


def test_the_distance_to_the_style_stands_beside(scenes: list[Scene]) -> None:
    found = report(scenes, textured)
    assert found.distance(stabilized=False) == pytest.approx(
        np.mean([each.style_off for each in found.scores])
    )
    bare = score(paint_scene(scenes[0], textured, 0.6), None)
    assert bare.style_off is None
    assert StabilityReport("made", "made", 0.6, (bare,)).distance(stabilized=True) is None
