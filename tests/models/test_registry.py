"""Values of ``--style`` select the right model and weights."""

import re
from pathlib import Path

import pytest

from realtime_nst.errors import ModelError
from realtime_nst.models.onnx_model import read_network
from realtime_nst.models.registry import broken_models, find_style, installed_models
from tests.helpers import onnx_models


@pytest.mark.parametrize(
    ("name", "tier", "model", "weights"),
    [
        ("identity", None, "tiny-identity", (1,)),
        ("invert", None, "tiny-invert", (1,)),  # the fast one
        ("invert", "johnson", "slow-invert", (1,)),
        ("invert@johnson", None, "slow-invert", (1,)),
        ("slow-invert", None, "slow-invert", (1,)),  # a model with one style
        ("keep", None, "tiny-two", (1, 0)),
        ("black", None, "tiny-two", (0, 1)),
        ("black:3,keep:1", None, "tiny-two", (0.25, 0.75)),
        ("keep:0.6, black:0.4", None, "tiny-two", (0.6, 0.4)),
        ("Keep:0.6, BLACK:0.4", None, "tiny-two", (0.6, 0.4)),
        ("Slow Invert", None, "slow-invert", (1,)),
        ("slow_invert", None, "slow-invert", (1,)),
        ("{models}/tiny-two/model.onnx:Black", None, "tiny-two", (0, 1)),
        ("{models}/tiny-identity/model.onnx", None, "tiny-identity", (1,)),
        ("{models}/tiny-two/model.onnx:black", None, "tiny-two", (0, 1)),
    ],
)
def test_find_style(
    models: Path, name: str, tier: str | None, model: str, weights: tuple[float, ...]
) -> None:
    choice = find_style(name.format(models=models), tier)
    assert choice.model.card.name == model
    assert choice.weights == pytest.approx(weights)


@pytest.mark.parametrize(
    ("name", "tier", "message"),
    [
        ("identty", None, "no style 'identty'; did you mean identity?"),
        ("Starry  knight", None, "no style 'Starry  knight'; did you mean starry-night?"),
        ("dent", None, "no style 'dent'; did you mean identity?"),
        ("zzz", None, "there is no style 'zzz'$"),
        ("identity", "johnson", "there is no johnson model of identity, only fast"),
        ("keep:0.5,identity:0.5", None, "no single model has all of keep, identity"),
        ("keep:much", None, "cannot blend 'keep:much': 'much' is not a number"),
        ("keep:0,black:0", None, "cannot blend 'keep:0,black:0': all style weights are zero"),
        ("keep:nan", None, "the weight nan is not 0 or more"),
        ("keep:2,black:-1", None, "the weight -1 is not 0 or more"),
        ("my sunset.jpg", None, "my sunset.jpg"),
        ("{models}/none.onnx", None, "there is no model"),
        ("{models}/tiny-two/model.onnx", None, "has several styles: keep, black"),
    ],
)
def test_find_style_not_found(models: Path, name: str, tier: str | None, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        find_style(name.format(models=models), tier)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("tier", "hint"),
    [
        ("nano", "--tier fast, or train one: `realtime-nst train IMAGE --tier nano`"),
        ("huge", "--tier fast"),
    ],
)
def test_find_style_tier_without_model(models: Path, tier: str, hint: str) -> None:
    with pytest.raises(
        ModelError, match=f"there is no {tier} model of identity, only fast"
    ) as raised:
        find_style("identity", tier)
    assert raised.value.hint == hint


def test_find_style_prefers_own_models(models: Path) -> None:
    names = [model.card.name for model in installed_models()]
    assert names[:4] == ["slow-invert", "tiny-identity", "tiny-invert", "tiny-two"]


def test_find_style_skips_broken_models(models: Path) -> None:
    before = [model.card.name for model in installed_models()]
    onnx_models.bare(models / "bare" / "model.onnx")
    assert [model.card.name for model in installed_models()] == before
    assert find_style("identity").model.card.name == "tiny-identity"
    (error,) = broken_models()
    assert re.search(r"bare.model\.onnx has no model card", str(error))
    with pytest.raises(ModelError) as caught:
        find_style("zzz")
    assert caught.value.__notes__ == [f"skipped: {error}"]


def test_foreign_model_input(tmp_path: Path) -> None:
    path = onnx_models.foreign(tmp_path / "mosaic.onnx")
    ours = "not frame uint8 (1, height, width, 3)"
    for read in (find_style, lambda path: read_network(Path(path))):
        with pytest.raises(ModelError) as caught:
            read(str(path))
        theirs = "mosaic.onnx is another project's model: its input is input1 float32 "
        assert str(caught.value).endswith(f"{theirs}(1, 3, 224, 224), {ours}")
        assert "realtime-nst train" in caught.value.hint


def test_foreign_model_output(tmp_path: Path) -> None:
    path = onnx_models.renamed(tmp_path / "other.onnx", stylized="painted")
    with pytest.raises(ModelError, match=r"its output is painted uint8 .*, not stylized"):
        find_style(str(path))


def test_truncated_model_is_reported_as_damaged(models: Path) -> None:
    path = models / "tiny-two" / "model.onnx"
    whole = path.read_bytes()
    for length in (len(whole) - 40, len(whole) // 2, 20):
        path.write_bytes(whole[:length])
        for read in (find_style, lambda path: read_network(Path(path))):
            with pytest.raises(ModelError, match="is damaged or truncated"):
                read(str(path))
