"""``evaluate fidelity`` as it is typed."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.image_io.read import read_image
from tests.helpers import onnx_models
from tests.helpers.gatys_images import written

RECIPE = """
name = "tiny-identity"
[[styles]]
name = "identity"
picture = "stripes.png"
size = 64
[[losses]]
kind = "content"
layers = ["relu2_2"]
weight = 1
[[losses]]
kind = "gram"
layers = ["relu1_2", "relu2_2"]
weight = 1e5
[[losses]]
kind = "tv"
weight = 1
"""


@pytest.fixture
def judged(tmp_path: Path, models: Path) -> Path:
    """A model that changes nothing, with a recipe, and its painting beside it."""
    folder = models / "tiny-identity"
    (folder / "recipe.toml").write_text(RECIPE)
    written(tmp_path / "photos")
    shutil.move(tmp_path / "photos" / "stripes.png", folder / "stripes.png")
    return folder


def fidelity(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", "fidelity", *(str(word) for word in arguments)])


def test_a_network_that_does_nothing_equals_no_iteration(tmp_path: Path, judged: Path) -> None:
    photos = ("--content", tmp_path / "photos", "--sizes", "64,80")
    common = (*photos, "--iterations", 10, "--init", "content", "--precision", "fp32")
    result = fidelity("identity", *common, "--json", "--grid", tmp_path / "grid.png")
    assert result.exit_code == 0, result.output
    reports = json.loads(result.stdout)
    assert [report["size"] for report in reports] == [64, 80]
    for report in reports:
        assert report["equals"]["each"] == [0]
        assert report["network"] == report["photo"]
        assert report["network"]["content"] == 0
        assert report["gatys"]["10"]["total"] < report["network"]["total"]
    assert read_image(tmp_path / "grid.png").shape == (512, 768, 3)
    table = fidelity("identity", *common)
    assert "0 (0 to 0)" in table.stdout


def test_a_network_that_paints_well_equals_more_than_were_done(
    tmp_path: Path, judged: Path
) -> None:
    """The photo is the painting itself: nothing is better than to leave it."""
    (tmp_path / "photos" / "photo.png").write_bytes((judged / "stripes.png").read_bytes())
    common = ("--content", tmp_path / "photos", "--sizes", "64", "--iterations", 3)
    result = fidelity(judged / "model.onnx", *common)
    assert result.exit_code == 0, result.output
    assert "more than 3" in result.stdout


def test_a_network_that_paints_badly_equals_few(tmp_path: Path, judged: Path) -> None:
    onnx_models.invert(judged / "model.onnx", onnx_models.card("identity", name="tiny-identity"))
    common = ("--content", tmp_path / "photos", "--sizes", "64", "--iterations", 20)
    result = fidelity("identity", *common, "--init", "noise", "--json")
    assert result.exit_code == 0, result.output
    (report,) = json.loads(result.stdout)
    assert report["equals"]["each"][0] < 20
    assert report["network"]["content"] > report["photo"]["content"]


def test_what_cannot_be_judged_is_said(tmp_path: Path, judged: Path) -> None:
    photos = ("--content", tmp_path / "photos", "--iterations", 1)
    assert "are not sizes" in str(fidelity("identity", *photos, "--sizes", "big").exception)
    assert "smaller than 64" in str(fidelity("identity", *photos, "--sizes", "8").exception)
    assert "no precision" in str(fidelity("identity", *photos, "--precision", "x").exception)
    assert "no device 'tpu'" in str(fidelity("identity", *photos, "--device", "tpu").exception)
    assert "cannot initialize" in str(fidelity("identity", *photos, "--init", "x").exception)
    assert "no recipe at" in str(fidelity("invert", *photos).exception)
    assert "blend" in str(fidelity("keep:1,black:1", *photos).exception)
    assert "unknown file extension" in str(
        fidelity("identity", *photos, "--grid", "x.xyz").exception
    )
    empty = fidelity("identity", "--content", tmp_path / "nowhere")
    assert "no images in" in str(empty.exception)
    (judged / "recipe.toml").write_text(RECIPE.replace('"identity"', '"other"'))
    assert "has no style identity" in str(fidelity("identity", *photos).exception)
