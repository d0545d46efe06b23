"""Recipes: read, refused, hashed; every shipped one still runs."""

import json
import re
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.errors import ModelError
from realtime_nst.models.registry import read_model
from realtime_nst.train.default_recipe import recipe_for
from realtime_nst.train.recipe import StyleSource, from_mapping, read_recipe, rescheduled
from tests.helpers.recipes import small_recipe

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
    del canonical["tone"], canonical["faces"]
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
        ("name = '\xe9'", "not TOML"),
        ("name = 'x'", "the recipe has no styles"),
        (TOML + "wieght = 3", r"\[\[losses\]\] 1 has no field wieght; did you mean weight"),
        (TOML.replace("tier", "tire"), r"\[network\] has no field tire; did you mean tier"),
        ("stiles = 3", "the recipe has no field stiles; did you mean styles"),
        ("styles = 3\nname = 'x'", "styles is not a list of tables"),
        ("styles = ['a']\nname = 'x'", r"\[\[styles\]\] 1 is not a table"),
        ("schedule = 3\n" + TOML, r"\[schedule\] is not a table"),
        ("losses = []\n" + TOML.partition("[[losses]]")[0], "losses is not a list of tables"),
        (TOML.replace("weight = 2", ""), r"\[\[losses\]\] 1 has no weight"),
        (TOML.replace('kind = "tv"', 'kind = "gram"'), "the gram loss has no layers"),
        (
            TOML + "[[styles]]\nname = 'sunset'\npicture = 'b.jpg'",
            "two styles have the name sunset",
        ),
        ("name = 'x'\n[[styles]]\nname = 'y'\npicture = 'z'\nturns = 0", "have 0 turns"),
    ],
)
def test_read_recipe_names_file_and_reason(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ModelError, match=said) as caught:
        read_recipe(path)
    assert str(path) in str(caught.value)
    assert caught.value.hint


def test_read_recipe_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no recipe at"):
        read_recipe(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("table", "line", "wanted"),
    [
        ("", 'distillation = "much"', "a number of 0 or more"),
        ("", "faces = 0.5", "a number of 1 or more"),
        ("", "licence = 3", "a string"),
        ("", 'name = "a/b"', "a name without"),
        ("schedule", 'steps = "many"', "a whole number of 1 or more"),
        ("schedule", "steps = 0", "a whole number of 1 or more"),
        ("schedule", "steps = true", "a whole number of 1 or more"),
        ("schedule", "steps = 1.5", "a whole number of 1 or more"),
        ("schedule", 'batch = "two"', "a whole number of 1 or more"),
        ("schedule", "batch = -2", "a whole number of 1 or more"),
        ("schedule", "size = 16", "a whole number from 32 to 8192"),
        ("schedule", "learning_rate = 0", "a number above 0"),
        ("schedule", "learning_rate = nan", "a number above 0"),
        ("schedule", "warmup = -1", "a whole number of 0 or more"),
        ("schedule", "seed = -1", "a whole number from 0 to 4294967295"),
        ("schedule", "shared_rate = -0.1", "a number of 0 or more"),
        ("temporal", "weight = inf", "a number of 0 or more"),
        ("temporal", "begin = 0.5", "a whole number of 0 or more"),
        ("network", 'tier = "huge"', "nano, fast, quality or johnson"),
        ("network", "width = 0", "a whole number of 1 or more"),
        ("network", 'upsampling = "none"', "one of resize, transposed"),
        ("[styles]", "turns = -1", "a whole number of 0 or more"),
        ("[styles]", "size = 10", "a whole number from 32 to 8192"),
        ("[styles]", "weight = -1", "a number of 0 or more"),
        ("[styles]", "year = 1889", "a string"),
        ("[styles]", 'picture = ""', "a file name"),
        ("[styles]", 'name = "a:b"', "a name without"),
        ("[losses]", 'kind = "style"', "one of content, gram, tv"),
        ("[losses]", "weight = -1", "a number of 0 or more"),
        ("[losses]", 'layers = "relu1_2"', "a list of layers of VGG-16"),
        ("[losses]", 'layers = ["relu9_9"]', "a list of layers of VGG-16"),
        ("[losses]", "layers = [3]", "a list of layers of VGG-16"),
    ],
)
def test_read_recipe_refuses_wrong_values(
    tmp_path: Path, table: str, line: str, wanted: str
) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(_with(table, line))
    with pytest.raises(ModelError) as caught:
        read_recipe(path)
    name, value = line.replace("nan", "NaN").replace("inf", "Infinity").split(" = ")
    said = str(caught.value)
    assert said.startswith(f"cannot use {path}: {name} = {value} in ")
    assert f" is not {wanted}" in said
    assert caught.value.hint.startswith(f"write {name} = ")


def _with(table: str, line: str) -> str:
    """Return a recipe with one line of a table replaced."""
    tables = {
        "": ['name = "x"'],
        "schedule": ["steps = 5"],
        "temporal": ["weight = 1.0"],
        "network": ['tier = "fast"'],
        "[styles]": ['name = "y"', 'picture = "y.jpg"'],
        "[losses]": ['kind = "gram"', "weight = 1.0", 'layers = ["relu1_2"]'],
    }
    name = line.partition(" ")[0]
    tables[table] = [each for each in tables[table] if not each.startswith(name)] + [line]
    heads = {each: f"[{each}]" if each else "" for each in tables}
    return "\n".join("\n".join([heads[each], *lines]) for each, lines in tables.items())


def test_pictures_make_a_recipe_of_their_own(tmp_path: Path) -> None:
    recipe, _ = recipe_for([Path("My Sunset.jpg"), Path("b.png")], "johnson")
    assert [style.name for style in recipe.styles] == ["my-sunset", "b"]
    assert recipe.name == "my-sunset-b"
    assert recipe.network.width == 32
    with pytest.raises(ModelError, match="no tier 'huge'"):
        recipe_for([Path("a.jpg")], "huge")
    with pytest.raises(ModelError, match="two styles have the name a"):
        recipe_for([Path("x/a.jpg"), Path("y/a.jpg")], "fast")


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


ROUNDS = [path for path in sorted(MODELS.glob("*/*.toml")) if path.name != "pyproject.toml"]


@pytest.mark.parametrize("path", ROUNDS, ids=lambda path: path.stem)
def test_recipes_of_every_round_can_be_read(path: Path) -> None:
    assert read_recipe(path).styles


def test_there_are_recipes() -> None:
    assert len(RECIPES) >= 2


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.parent.name)
def test_a_shipped_recipe_still_trains(path: Path, tmp_path: Path) -> None:
    """The works of art are not part of the project: empty files stand for them."""
    text = path.read_text(encoding="utf-8")
    copy = tmp_path / "recipe.toml"
    copy.write_text(re.sub(r"^sha256 = .*$", "", text, flags=re.MULTILINE), encoding="utf-8")
    command = ["train", str(copy), "--smoke", "--out", str(tmp_path / "run")]
    refused = CliRunner().invoke(app, command)
    assert "cannot find" in str(refused.exception)
    assert not (tmp_path / "run").exists()
    for style in read_recipe(copy).styles:
        (tmp_path / style.picture).touch()
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "3 of 3 steps" in result.output


def test_shipped_recipes_keep_their_hashes() -> None:
    """Cards name the recipe by it."""
    for path in RECIPES:
        card = read_model(path.with_name("model.onnx")).card
        assert read_recipe(path).sha256() == card.recipe_sha256
