"""The distance to a style is smallest for the painting itself."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.evaluate.style_distance import distance_to_style
from realtime_nst.image_io.write import write_image
from realtime_nst.models.registry import find_style
from tests.helpers.recipes import photo

RECIPE = """name = "tiny"
[network]
tier = "fast"
[[styles]]
name = "identity"
picture = "painting.png"
size = 90
[[losses]]
kind = "content"
layers = ["relu2_2"]
weight = 1
[[losses]]
kind = "gram"
layers = ["relu1_2", "relu2_2"]
weight = 1e5
"""


@pytest.fixture
def painted(models: Path) -> Path:
    folder = models / "tiny-identity"
    (folder / "recipe.toml").write_text(RECIPE)
    write_image(folder / "painting.png", photo(1))
    return folder


def test_the_painting_is_nearest(painted: Path) -> None:
    distance = distance_to_style(find_style("identity"), None, None)
    assert distance(photo(1)) == pytest.approx(0, abs=1e-3)
    blurred = np.asarray(cv2.GaussianBlur(photo(1), (0, 0), 2), np.uint8)
    more = np.asarray(cv2.GaussianBlur(photo(1), (0, 0), 4), np.uint8)
    assert 0 < distance(blurred) < distance(more)


def test_another_painting_is_another_style(painted: Path, tmp_path: Path) -> None:
    write_image(tmp_path / "other.png", photo(2))
    distance = distance_to_style(find_style("identity"), tmp_path / "other.png", None)
    assert distance(photo(2)) < distance(photo(1))
