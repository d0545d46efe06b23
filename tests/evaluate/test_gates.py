"""Gates pass what they should and fail what they should."""

import cv2
import numpy as np
import pytest

from realtime_nst.evaluate.gates import (
    Figure,
    compare,
    compare_edges,
    failed,
    measure,
    measure_together,
    medians,
)
from realtime_nst.frame import Image
from tests.helpers.scenes import photo


def hatched(image: Image) -> Image:
    """Return the image's high band alone, as a network without tones would."""
    low = cv2.GaussianBlur(image, (0, 0), 8).astype(np.float32)
    high: Image = np.clip(image - low + 128, 0, 255).astype(np.uint8)
    return high


def test_a_photo_passes_the_gates_of_tone_with_itself_as_the_painting() -> None:
    figures = measure(photo(), photo(), photo()) | measure_together([photo()], [photo()], photo())
    assert failed(figures) == []
    assert list(figures)[:4] == ["low band", "order", "range", "palette"]
    assert figures["order"].value == pytest.approx(1)
    assert figures["range"].value == pytest.approx(1, abs=1e-3)
    assert figures["palette"].value == pytest.approx(0, abs=0.5)


def test_hatching_fails_the_gates_of_tone_and_color() -> None:
    output = hatched(photo())
    figures = measure(output, photo(), photo()) | measure_together([output], [photo()], photo())
    assert {"low band", "order", "range", "palette"} <= set(failed(figures))


def test_palette_and_range_are_those_of_all_photos_together() -> None:
    """Two halves of a painting, each of which has half of its colors."""
    dark, light = np.zeros((60, 80, 3), np.uint8), np.full((60, 80, 3), 255, np.uint8)
    both = np.hstack([dark, light])
    alone = measure_together([dark], [dark], both)
    together = measure_together([dark, light], [dark, light], both)
    assert "range" in failed(alone)
    assert failed(together) == []
    assert together["palette"].value == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize(
    ("share", "failing"),
    [
        (0.0, ["wasserstein 2", "nearest 3"]),
        (0.49, ["wasserstein 2", "nearest 3"]),
        (0.51, ["wasserstein 2"]),
        (0.76, []),
        (1.0, []),
    ],
)
def test_compare_asks_for_a_share_of_the_way_to_gatys(share: float, failing: list[str]) -> None:
    photo, gatys = (
        {"wasserstein 2": 0.4, "nearest 3": 0.5},
        {"wasserstein 2": 0.1, "nearest 3": 0.3},
    )
    own = {name: photo[name] + share * (gatys[name] - photo[name]) for name in photo}
    assert failed(compare(own, gatys, photo)) == failing


def test_compare_lets_form_go_a_little_more_than_gatys_does() -> None:
    gatys, photo = {"similarity 3": 0.2}, {"similarity 3": 0.0}
    assert failed(compare({"similarity 3": 0.229}, gatys, photo)) == []
    assert failed(compare({"similarity 3": 0.231}, gatys, photo)) == ["similarity 3"]


def test_compare_edges_allows_a_little_less_than_gatys() -> None:
    (same,) = compare_edges(photo(), photo(), photo()).values()
    assert same.least == pytest.approx(1 / 1.15)
    assert same.passes
    turned = np.ascontiguousarray(photo()[::-1])
    assert failed(compare_edges(turned, photo(), photo())) == ["edges"]


def test_medians_are_of_figures_and_limits_and_stars_add_up() -> None:
    photos = [
        {"order": Figure(0.8, least=0.85), "stars": Figure(1, most=0)},
        {"order": Figure(0.9, least=0.85)},
        {"order": Figure(0.95, least=0.9), "stars": Figure(2, most=0)},
    ]
    found = medians(photos)
    assert found == {"order": Figure(0.9, least=0.85), "stars": Figure(3, most=0)}
    assert failed(found) == ["stars"]
