"""Recipes: read, refused, hashed; every shipped one still runs."""

import json
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.errors import ModelError
from realtime_nst.train.recipe import (
    StyleSource,
    from_mapping,
    read_recipe,
    recipe_for,
    rescheduled,
)
from tests.train.conftest import small_recipe

MODELS = Path(__file__).parents[2] / "models"
RECIPES = sorted(MODELS.glob("*/recipe.toml"))

TOML = """
name = "mine"
[network]
tier = "johnson"
[[styles]]
name = "sunset"
picture = "sunset.jpg"
[[losses]]
kind = "tv"
weight = 2
"""


def test_a_recipe_is_read_with_defaults_for_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(TOML)
    recipe = read_recipe(path)
    assert (recipe.name, recipe.network.tier, recipe.styles[0].name) == (
        "mine",
        "johnson",
        "sunset",
    )
    assert [term.kind for term in recipe.losses] == ["tv"]
    assert recipe.schedule.batch == 4


def test_the_hash_counts_values_and_not_how_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(TOML)
    first = read_recipe(path)
    path.write_text("# a remark\n" + TOML)
    assert read_recipe(path).sha256() == first.sha256()
    assert rescheduled(first, steps=7).sha256() != first.sha256()
    assert rescheduled(first, steps=None) == first


def test_a_later_field_counts_only_where_it_is_used() -> None:
    recipe = small_recipe()
    canonical = asdict(recipe)
    del canonical["schedule"]["one_style"], canonical["network"]["palette_base"]
    for style in canonical["styles"]:
        del style["strokes"]
    text = json.dumps(canonical, sort_keys=True)
    assert recipe.sha256() == sha256(text.encode()).hexdigest()
    pooled = replace(recipe, schedule=replace(recipe.schedule, one_style=True))
    assert pooled.sha256() != recipe.sha256()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not TOML"),
        ("name = 'x'", "not complete"),
        (TOML + "wieght = 3", "no wieght"),
        (TOML.replace("tier", "tire"), "no tire"),
        ("styles = 3\nname = 'x'", "not complete"),
        ("name = 'x'\n[[styles]]\nname = 'y'\npicture = 'z'\nturns = 0", "gets a turn"),
    ],
)
def test_a_wrong_recipe_is_refused_with_the_reason(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match=said):
        read_recipe(path)
    with pytest.raises(ModelError, match="no recipe at"):
        read_recipe(tmp_path / "missing.toml")


def test_pictures_make_a_recipe_of_their_own(tmp_path: Path) -> None:
    recipe, _ = recipe_for([Path("My Sunset.jpg"), Path("b.png")], "johnson")
    assert [style.name for style in recipe.styles] == ["my-sunset", "b"]
    assert recipe.name == "my-sunset-b"
    assert recipe.network.width == 32
    with pytest.raises(ModelError, match="no tier 'huge'"):
        recipe_for([Path("a.jpg")], "huge")


def test_a_picture_that_is_there_is_told_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"picture")
    recipe, _ = recipe_for([tmp_path / "a.jpg", tmp_path / "b.jpg"], "fast")
    hashes = [style.sha256 for style in recipe.styles]
    assert hashes == [sha256(b"picture").hexdigest(), ""]


def test_a_recipe_survives_its_checkpoint_form() -> None:
    import json

    recipe = small_recipe()
    assert from_mapping(json.loads(recipe.to_json())) == recipe


def test_a_recipe_survives_being_written(tmp_path: Path) -> None:
    odd = StyleSource("a", 'C:\\new "folder"\\ä.png', title="line\nbreak", weight=1e-7)
    for recipe in (replace(small_recipe(), styles=(odd,)), *map(read_recipe, RECIPES)):
        (tmp_path / "recipe.toml").write_text(recipe.to_toml(), encoding="utf-8")
        again = read_recipe(tmp_path / "recipe.toml")
        assert again == recipe
        assert again.sha256() == recipe.sha256()


def test_there_are_recipes() -> None:
    assert len(RECIPES) >= 2


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.parent.name)
def test_a_shipped_recipe_still_trains(path: Path, tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "run")]
    result = CliRunner().invoke(app, ["train", str(path.parent), "--smoke", *out])
    assert result.exit_code == 0, result.output
    assert "3 of 3 steps" in result.output
