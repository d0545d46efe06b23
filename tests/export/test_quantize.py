"""int8 models: small, of one style each, near enough to the float picture, or not written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.errors import ModelError
from realtime_nst.evaluate.fidelity import recipe_of
from realtime_nst.export import quantize as quantizing
from realtime_nst.export.quantize import quantize
from realtime_nst.frame import Image
from realtime_nst.inference.session import open_session
from realtime_nst.models.registry import read_model
from realtime_nst.train.checkpoint import Checkpoint, save_checkpoint
from realtime_nst.train.optimizer import frozen_at
from realtime_nst.train.recipe import rescheduled
from tests.export.test_onnx import checkpoint
from tests.helpers.recipes import photo


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
        weights = [t for t in onnx.load(path).graph.initializer if len(t.dims) == 4]
        small = ("base.", "palette.")  # of the base, which is for the eye to compare
        kinds = {t.data_type for t in weights if not t.name.startswith(small)}
        assert kinds == {onnx.TensorProto.INT8}
    assert painted[0].shape == (90, 130, 3)
    assert np.abs(painted[0] - painted[1]).mean() > 5
    assert len(list((tmp_path / "int8").iterdir())) == 2


def test_a_network_with_norms_of_each_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="frozen"):
        next(quantize(checkpoint("johnson", 1, "resize"), tmp_path, photos()))


@pytest.mark.parametrize(
    ("step", "steps", "said"), [(60, 1200, "--resume, and all"), (60, 90, "--resume --steps 201")]
)
def test_a_training_that_was_stopped_early_is_told_how_to_go_on(
    tmp_path: Path, step: int, steps: int, said: str
) -> None:
    made = checkpoint("fast", 1)
    recipe = rescheduled(made.recipe, steps=steps)
    with pytest.raises(ModelError, match="after 60 steps its norms are not yet frozen") as caught:
        next(quantize(replace(made, recipe=recipe, step=step), tmp_path, photos()))
    assert "141 more steps" in caught.value.hint
    assert said in caught.value.hint
    assert frozen_at(recipe.schedule, 201 - 1) == 1


def export(made: Checkpoint, out: Path, *more: str) -> Result:
    save_checkpoint(made, out.parent / "run.pt")
    return CliRunner().invoke(app, ["export", str(out.parent / "run.pt"), str(out), *more])


def test_what_cannot_be_quantized_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    made = replace(checkpoint("fast", 1), step=60)
    failed = export(made, tmp_path / "mine.onnx", "--quantize", "int8")
    assert isinstance(failed.exception, ModelError)
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


def test_without_photos_int8_takes_those_that_came_with_the_program(tmp_path: Path) -> None:
    made = checkpoint("fast", 1)
    result = export(made, tmp_path / "mine.onnx", "--quantize", "int8")
    assert result.exit_code == 0, result.output
    assert "four included photos" in result.stderr
    whole = tmp_path / "int8" / "style-0.onnx"
    assert recipe_of(read_model(whole)) == (made.recipe, tmp_path / "mine.recipe.toml")


def test_a_model_ends_in_onnx(tmp_path: Path) -> None:
    refused = export(checkpoint("fast", 1), tmp_path / "mine.txt")
    assert refused.exit_code == 2
    assert "does not end in .onnx" in refused.stderr
    assert not (tmp_path / "mine.txt").exists()


def test_a_picture_too_far_from_the_float_one_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantizing, "LEAST_PSNR", 200.0)
    with pytest.raises(ModelError, match="dB"):
        next(quantize(checkpoint("fast", 1), tmp_path, photos()))
    assert list(tmp_path.iterdir()) == []
