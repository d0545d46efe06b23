"""Faces are found and marked; other photos have none."""

from pathlib import Path

import numpy as np
import pytest

from realtime_nst.errors import ModelError
from realtime_nst.people import networks
from realtime_nst.people.faces import face_mask, find_faces
from tests.helpers.scenes import photo

NOSE = (222, 115)
"""Column and row in the photo of the astronaut."""


def test_find_faces_finds_a_face(capfd: pytest.CaptureFixture[str]) -> None:
    (box,) = find_faces(photo())
    assert box.left < NOSE[0] < box.left + box.width
    assert box.top < NOSE[1] < box.top + box.height
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("size", [(120, 160), (33, 47), (640, 20)])
def test_find_faces_finds_none_in_a_flat_image(size: tuple[int, int]) -> None:
    assert find_faces(np.full((*size, 3), 128, np.uint8)) == []


def test_face_mask_marks_the_face_only() -> None:
    mask = face_mask(photo())
    assert mask.shape == (512, 512)
    assert set(np.unique(mask)) == {0, 255}
    assert mask[NOSE[1], NOSE[0]] == 255
    assert 0.03 < mask.mean() / 255 < 0.08
    assert mask[300:].max() == 0


def test_find_faces_names_a_missing_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(networks, "shipped_folders", lambda: [tmp_path])
    with pytest.raises(ModelError, match=r"cannot open yunet\.onnx: it is missing"):
        find_faces(photo())
