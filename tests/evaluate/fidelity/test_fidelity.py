"""Which models can be judged: exports of one's own, models in bytes, all styles of one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.evaluate.fidelity import comparable, recipe_of
from realtime_nst.export.onnx import write_recipe
from realtime_nst.image_io.write import write_image
from realtime_nst.models.registry import read_model
from realtime_nst.train.default_recipe import recipe_for
from realtime_nst.train.recipe import JOHNSON_LOSSES, LossTerm, Recipe, StyleSource, read_recipe
from tests.helpers import onnx_models
from tests.helpers.recipes import photo

LOSSES = (LossTerm("content", 1.0, ("relu2_2",)), LossTerm("gram", 1e5, ("relu1_2",)))


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    for name in ("painting", "photos/one", "photos/two"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_image(tmp_path / f"{name}.png", photo(len(name)))
    return tmp_path / "painting.png"


def recipe(painting: Path, *styles: str) -> Recipe:
    sources = tuple(StyleSource(name, str(painting), size=64) for name in styles)
    return Recipe("tiny-two", sources, losses=LOSSES)


def judged(*models: object, content: Path) -> list[str]:
    """Return the styles that ``evaluate fidelity`` reports on."""
    quick = ("--content", content, "--sizes", "64", "--iterations", 1, "--photos", 1, "--json")
    words = ["evaluate", "fidelity", *map(str, (*models, *quick))]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return [report["style"] for report in json.loads(result.stdout)]


def test_all_styles_of_a_file_or_of_a_model_by_its_name(models: Path, painting: Path) -> None:
    path, content = models / "tiny-two" / "model.onnx", painting.parent / "photos"
    write_recipe(recipe(painting, "keep", "black"), path)
    assert judged(path, content=content) == ["keep", "black"]
    assert judged("tiny-two", f"{path}:black", content=content) == ["keep", "black", "black"]


def test_the_recipe_is_named_after_the_model_or_lies_above_one_in_bytes(tmp_path: Path) -> None:
    own = recipe(tmp_path / "painting.png", "identity")
    other = replace(own, name="other")
    card = replace(onnx_models.card("identity"), recipe_sha256=own.sha256())
    mine = onnx_models.identity(tmp_path / "mine.onnx", card)
    whole = onnx_models.identity(tmp_path / "int8" / "identity.onnx", card)
    write_recipe(other, tmp_path / "another.onnx")
    write_recipe(own, mine)
    named = tmp_path / "mine.recipe.toml"
    assert [recipe_of(read_model(path)) for path in (mine, whole)] == [(own, named)] * 2
    folder = named.rename(tmp_path / "recipe.toml")
    assert [recipe_of(read_model(path)) for path in (mine, whole)] == [(own, folder)] * 2


def test_a_recipe_is_not_written_twice(tmp_path: Path) -> None:
    own = recipe(tmp_path / "painting.png", "identity")
    (tmp_path / "recipe.toml").write_text(own.to_toml(), encoding="utf-8")
    write_recipe(own, tmp_path / "model.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["recipe.toml"]


def test_shipped_models_in_bytes_have_a_recipe() -> None:
    folder = Path(__file__).parents[3] / "models" / "gallery-fast"
    found = recipe_of(read_model(folder / "int8" / "starry-night.onnx"))
    assert found == (read_recipe(folder / "recipe.toml"), folder / "recipe.toml")


def test_a_written_recipe_trains_again(tmp_path: Path, painting: Path) -> None:
    own, _ = recipe_for([painting], "fast")
    assert own.styles[0].sha256
    write_recipe(own, tmp_path / "mine.onnx")
    assert recipe_for([tmp_path / "mine.recipe.toml"], "fast") == (own, tmp_path)


def test_comparable_replaces_losses_that_gatys_cannot_have(tmp_path: Path) -> None:
    own = recipe(tmp_path / "painting.png", "identity")
    assert comparable(own) is own
    other = replace(own, losses=(*LOSSES, LossTerm("wasserstein", 1.0, ("relu1_1",))))
    assert comparable(other) == replace(own, losses=JOHNSON_LOSSES)
