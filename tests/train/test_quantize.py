"""int8 models: small, of one style each, near enough to the float picture, or not written."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.stylize.session import open_session
from realtime_nst.train import quantize as quantizing
from realtime_nst.train.quantize import quantize
from tests.train.conftest import photo
from tests.train.test_export import checkpoint


def photos() -> list[Image]:
    return [photo(seed, 90, 120) for seed in range(8)]


def test_every_style_becomes_a_model_of_its_own_in_bytes(tmp_path: Path) -> None:
    cards = list(quantize(checkpoint("fast", 2), tmp_path / "int8", photos()))
    assert [card.styles[0].name for card in cards] == ["style-0", "style-1"]
    assert all(card.precision == "int8" and card.numbers["int8_psnr"] >= 30 for card in cards)
    painted = []
    for card in cards:
        path = tmp_path / "int8" / f"{card.styles[0].name}.onnx"
        session = open_session(path, "cpu", threads=1)
        assert session.card == card
        painted.append(session.run(photo(5, 90, 130)).astype(int))
        kinds = {t.data_type for t in onnx.load(path).graph.initializer if len(t.dims) == 4}
        assert kinds == {onnx.TensorProto.INT8}
    assert painted[0].shape == (90, 130, 3)
    assert np.abs(painted[0] - painted[1]).mean() > 5
    assert len(list((tmp_path / "int8").iterdir())) == 2


def test_a_network_with_norms_of_each_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="frozen"):
        next(quantize(checkpoint("johnson", 1, "resize"), tmp_path, photos()))


def test_a_picture_too_far_from_the_float_one_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantizing, "LEAST_PSNR", 200.0)
    with pytest.raises(ModelError, match="dB"):
        next(quantize(checkpoint("fast", 1), tmp_path, photos()))
    assert list(tmp_path.iterdir()) == []
