"""No shipped style shows a checkerboard, bubbles, blots or a frame: ``evaluate/artifacts.py``."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from realtime_nst.evaluate.artifacts import LIMITS, blots, border, bubbles, checkerboard
from realtime_nst.frame import Image
from realtime_nst.models.registry import read_model
from tests.contracts.test_models import FOLDERS, session

AROUND = 64
"""Pixels by which a picture goes on, mirrored, to see what its border should look like."""
STYLES = [
    pytest.param(folder, number, id=f"{folder.name}-{style}")
    for folder in FOLDERS
    for number, style in enumerate(read_model(folder / "model.onnx").styles)
]


@cache
def pictures() -> tuple[Image, ...]:
    """Fur, a cup on a table, a rocket before a plain sky."""
    found = (data.chelsea(), data.coffee(), data.rocket())  # type: ignore[no-untyped-call]
    return tuple(np.ascontiguousarray(picture[:300, :450, ::-1]) for picture in found)


def painted(folder: Path, number: int) -> Iterator[tuple[Image, Image, Image]]:
    """Each picture, painted, and the same part of a larger one that was painted."""
    model = session(folder)
    weights = np.eye(len(model.card.styles), dtype="f4")[number]
    for picture in pictures():
        larger = np.pad(picture, ((AROUND, AROUND), (AROUND, AROUND), (0, 0)), mode="reflect")
        inside = model.run(larger, weights)
        yield picture, model.run(picture, weights), inside[AROUND:-AROUND, AROUND:-AROUND]


@pytest.mark.parametrize(("folder", "number"), STYLES)
def test_a_style_has_no_faults(folder: Path, number: int) -> None:
    scores: dict[str, float] = {}
    for picture, image, inside in painted(folder, number):
        found = {
            "checkerboard": checkerboard(image),
            "bubbles": bubbles(image, picture),
            "blots": blots(image, picture),
            "border": border(image, inside),
        }
        scores = {name: max(score, scores.get(name, 0.0)) for name, score in found.items()}
    too_many = {name: score for name, score in scores.items() if score > LIMITS[name].most}
    assert not too_many, scores
