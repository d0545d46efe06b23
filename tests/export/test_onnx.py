"""Exported models: same picture, same size, their card inside; a bad one is not written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_nst.errors import ModelError, SinkError
from realtime_nst.export import onnx as exporting
from realtime_nst.export.onnx import Tolerance, export
from realtime_nst.inference.session import Session, open_session
from realtime_nst.models.card import KEY, Card
from realtime_nst.models.checksum import is_whole
from realtime_nst.models.metadata import read_metadata
from realtime_nst.nn.transformer_net import TransformerNet
from realtime_nst.train.checkpoint import Checkpoint
from tests.helpers.recipes import photo, small_recipe

NETWORKS = [
    ("fast", 1, "frozen"),
    ("quality", 3, "frozen"),
    ("fast", 2, "not frozen"),
    ("johnson", 1, "transposed"),
    ("johnson", 2, "resize"),
]


def checkpoint(tier: str = "fast", styles: int = 2, kind: str = "frozen") -> Checkpoint:
    """Random weights with styles that differ."""
    torch.manual_seed(3)
    recipe = small_recipe(tier, styles, "transposed" if kind == "transposed" else "resize")
    if kind == "frozen":
        recipe = replace(recipe, schedule=replace(recipe.schedule, freezing=1))
    net = TransformerNet(recipe.network, styles)
    for name, parameter in net.named_parameters():
        if name.endswith((".scale", ".shift")):
            torch.nn.init.normal_(parameter, 0.5, 0.5)
    if net.base:
        net.base.tint.uniform_(-0.2, 0.2)
        net.base.strokes.uniform_(0.5, 1.5)
    return Checkpoint(recipe, 400, net.state_dict(), {}, {"gram": 12.34567})


@pytest.fixture(scope="module", params=NETWORKS, ids=lambda p: "-".join(map(str, p)))
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Session, Card, Path]:
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    made = checkpoint(*request.param)
    card = export(made, path)
    assert card.recipe_sha256 == made.recipe.sha256()
    return open_session(path, "cpu", threads=1), card, path


def test_the_card_travels_inside(exported: tuple[Session, Card, Path]) -> None:
    session, card, path = exported
    assert session.card == card
    assert Card.from_json(read_metadata(path)[KEY]) == card
    assert card.numbers["parity_max"] <= 3
    assert card.numbers["parity_psnr"] >= 50
    assert card.numbers["gram_loss"] == 12.3457
    assert {p.name for p in path.parent.iterdir()} == {"model.onnx"}
    assert is_whole(path.read_bytes())


@settings(max_examples=12, deadline=None)
@given(height=st.integers(32, 90), width=st.integers(32, 90))
def test_any_size_comes_back_at_exactly_its_size(
    exported: tuple[Session, Card, Path], height: int, width: int
) -> None:
    session, card, _ = exported
    image = np.ascontiguousarray(photo(height * width, 90, 90)[:height, :width])
    weights = np.eye(len(card.styles), dtype=np.float32)[0]
    assert session.run(image, weights).shape == (height, width, 3)


def test_styles_differ_and_blend(exported: tuple[Session, Card, Path]) -> None:
    session, card, _ = exported
    if len(card.styles) == 1:
        pytest.skip("one style has nothing to blend with")
    picks = np.eye(len(card.styles), dtype=np.float32)
    first, second = (session.run(photo(5), pick).astype(int) for pick in picks[:2])
    blend = session.run(photo(5), (picks[0] + picks[1]) / 2).astype(int)
    assert np.abs(first - second).mean() > 5
    assert np.abs(blend - first).mean() > 1
    assert np.abs(blend - second).mean() > 1


def test_half_precision_keeps_instance_norm_whole(tmp_path: Path) -> None:
    path = tmp_path / "half.onnx"
    card = export(checkpoint("johnson", 1, "resize"), path, fp16=True)
    assert card.precision == "fp16"
    assert card.numbers["parity_psnr"] >= 35
    model = onnx.load(path)
    kinds = {t.name: t.data_type for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type in ("Conv", "ConvTranspose"):
            assert kinds[node.input[1]] == onnx.TensorProto.FLOAT16
        if node.op_type == "InstanceNormalization":
            assert kinds.get(node.input[1], onnx.TensorProto.FLOAT) == onnx.TensorProto.FLOAT


def test_half_precision_of_a_frozen_network_has_no_norm_left(tmp_path: Path) -> None:
    path = tmp_path / "half.onnx"
    card = export(checkpoint("fast", 2), path, fp16=True)
    assert card.numbers["parity_psnr"] >= 35
    kinds = {node.op_type for node in onnx.load(path).graph.node}
    assert "InstanceNormalization" not in kinds


def test_an_export_over_the_tolerance_fails_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exporting.TOLERANCES, "fp32", Tolerance(max=0, psnr=200))
    with pytest.raises(ModelError, match="grey levels"):
        export(checkpoint(), tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SinkError, match="cannot create"):
        export(checkpoint(), tmp_path / "file" / "model.onnx")


def test_no_path_of_this_machine_is_in_the_file(exported: tuple[Session, Card, Path]) -> None:
    assert str(Path(__file__).parents[2]).encode() not in exported[2].read_bytes()
