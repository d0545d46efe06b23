"""``styles``, ``styles sheet`` and ``styles verify``."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.errors import SourceError
from realtime_nst.evaluate import verify as verifying
from realtime_nst.evaluate.contact_sheet import best_columns, contact_sheet
from realtime_nst.frame import Image
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from realtime_nst.inference.session import Session
from realtime_nst.models.card import KEY, Card
from realtime_nst.models.checksum import SEAL, fingerprint, is_whole
from realtime_nst.models.protobuf import encode_field
from tests.helpers import onnx_models

NUMBERS = {"parity_max": 1.0, "parity_psnr": 90.0}


def styles(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["styles", *map(str, arguments)])


def whole_card(*names: str, **numbers: float) -> Card:
    """A card that lacks nothing."""
    card = onnx_models.card(*names)
    return replace(card, parameters=1, numbers={**NUMBERS, **numbers})


def test_figures_are_listed(models: Path) -> None:
    numbers = {"fidelity_256:keep": 21.0, "stability_clips_stabilised:keep": 1.234}
    card = replace(whole_card("keep", "black"), name="tiny-two", numbers={**NUMBERS, **numbers})
    onnx_models.two(models / "tiny-two" / "model.onnx", card)
    rows = {row["style"]: row for row in json.loads(styles("--json").stdout)}
    assert rows["keep"]["figures"] == {"fidelity_256": 21, "stability_clips_stabilised": 1.234}
    assert rows["black"]["figures"] == {}
    lines = {line.split()[0]: line.split() for line in styles("--long").stdout.splitlines()}
    assert lines["style"][-2:] == ["iterations", "flicker"]
    assert lines["keep"][-2:] == ["21", "1.23"]
    assert lines["black"][-2:] == ["-", "-"]


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_the_list_fits_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = styles().stdout.splitlines()
    assert max(map(len, lines)) <= columns
    names = [line.split()[0] for line in lines]
    assert len(names) == len(set(names))
    assert {"starry-night", "composition-vii"} <= set(names)
    starry = lines[names.index("starry-night")]
    assert starry.endswith("fast, quality, johnson" if columns > 60 else "fast, quali...")
    assert ("The Starry Night" in starry) is (columns > 80)


def test_a_note_that_goes_for_all_files_is_printed_once(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime_nst.evaluate.verify.find_spec", lambda name: None)
    result = styles("verify")
    assert result.stdout.count("the onnx package is not installed") == 1


def test_a_sheet_has_every_style_once(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime_nst.models.folders.model_folders", lambda: [models])
    photo = np.full((60, 80, 3), 50, np.uint8)
    write_image(tmp_path / "photo.png", photo)
    out = tmp_path / "sheet.png"
    result = styles("sheet", tmp_path / "photo.png", "-o", out, "--tile", 64, "--columns", 5)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{out}: 4 styles\n"
    row = read_image(out)[8 : 8 + 48]
    shown = [int(row[24, 8 + 72 * place + 32, 0]) for place in range(5)]
    assert sorted(shown) == [0, 50, 50, 50, 205]  # black; photo, identity and keep; invert
    assert shown[0] == 50
    result = styles("sheet", tmp_path / "photo.png", "-o", out, "--tier", "johnson", "-y")
    assert result.stdout == f"{out}: 1 styles\n"
    result = styles("sheet", tmp_path / "photo.png", "-o", out, "--tier", "none", "-y")
    assert "there is no none model, only fast" in str(result.exception)


def test_sheet_stylizes_before_it_reduces(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime_nst.models.registry.model_folders", lambda: [models])
    sizes = []

    def run(self: Session, image: Image, weights: object = None) -> Image:
        sizes.append(image.shape[:2])
        return image

    monkeypatch.setattr(Session, "run", run)
    for size in ((300, 400), (3000, 4000)):
        write_image(tmp_path / "photo.png", np.full((*size, 3), 50, np.uint8))
        styles("sheet", tmp_path / "photo.png", "-o", tmp_path / "sheet.png", "--tile", 64, "-y")
    assert set(sizes) == {(300, 400), (960, 1280)}
    assert read_image(tmp_path / "sheet.png").shape[1] < 600


def test_a_sheet_of_a_tier_without_a_model(models: Path, tmp_path: Path) -> None:
    write_image(tmp_path / "photo.png", np.zeros((64, 64, 3), np.uint8))
    result = styles("sheet", tmp_path / "photo.png", "--tier", "nano", "-o", tmp_path / "s.png")
    assert "there is no nano model, only fast, johnson" in str(result.exception)
    assert "train IMAGE --tier nano" in getattr(result.exception, "hint", "")


def test_names_stand_below_their_pictures() -> None:
    tile = np.zeros((40, 60, 3), np.uint8)
    paper = contact_sheet([("a", tile), ("a-very-long-name-that-must-be-made-smaller", tile)], 2)
    assert paper.shape == (8 + 40 + 26 + 8, 8 + 2 * 68, 3)
    below = paper[48:74]
    assert (below[:, 8:68] < 128).any()
    assert (below[:, 76:136] < 255).any()
    assert (below[:, 68:76] == 255).all()
    assert (below[:, 136:] == 255).all()


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (6, 3), (13, 5)])
def test_rows_are_nearly_full(count: int, columns: int) -> None:
    assert best_columns(count, (213, 320)) == columns


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A model as export writes them, but for its recipe."""
    path = onnx_models.invert(tmp_path / "model" / "model.onnx", whole_card("invert"))
    return seal(path)


def seal(path: Path) -> Path:
    model = path.read_bytes()
    entry = encode_field(1, SEAL.encode()) + encode_field(2, fingerprint(model).encode())
    path.write_bytes(model + encode_field(14, entry))
    return path


def findings(*arguments: object) -> dict[str, tuple[bool | None, str]]:
    """By what was looked at."""
    result = styles("verify", *arguments, "--json")
    return {each["what"]: (each["ok"], each["note"]) for each in json.loads(result.stdout)}


def test_a_whole_model_is_verified(sealed: Path) -> None:
    found = findings(sealed)
    assert {what for what, (ok, _) in found.items() if ok} == {"contract", "seal", "onnx", "card"}
    assert found["recipe"] == (None, "there is no recipe.toml beside it")
    result = styles("verify", sealed)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == f"{sealed}: contract, seal, onnx, card ok"


def test_nothing_is_wrong_with_the_models_that_are_shipped() -> None:
    shipped = sorted((Path(__file__).parents[2] / "models").glob("*/model.onnx"))
    assert shipped
    result = styles("verify", *shipped)
    assert result.exit_code == 0, result.output
    assert "WRONG" not in result.stdout
    verdicts = [line for line in result.stdout.splitlines() if line.endswith(" ok")]
    assert result.stdout.count("seal") == len(verdicts) >= len(shipped)


def test_what_nobody_can_know_of_their_own_picture_is_no_mistake(sealed: Path) -> None:
    card = whole_card("invert")
    unknown = replace(card.styles[0], artist="", year="", sha256="")
    card = replace(card, styles=(unknown,), training_data="not stated")
    seal(onnx_models.invert(sealed, card))
    noted = (None, "no training_data, artist of invert, year of invert, sha256 of invert")
    assert findings(sealed)["card"] == noted
    (sealed.parent / "paintings").mkdir()
    found = findings(sealed, "--paintings", sealed.parent / "paintings")
    assert found["painting"] == (None, "the card does not say which is invert's")
    assert styles("verify", sealed).exit_code == 0


def test_a_shipped_card_lacks_nothing(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "shipped_folders", lambda: [sealed.parents[1]])
    seal(onnx_models.invert(sealed, replace(whole_card("invert"), training_data="not stated")))
    assert findings(sealed)["card"] == (False, "no training_data")


def test_a_folder_of_paintings_that_is_not_there(sealed: Path, tmp_path: Path) -> None:
    result = styles("verify", sealed, "--paintings", tmp_path / "nope")
    assert isinstance(result.exception, SourceError)
    assert "nope" in str(result.exception)


def test_a_broken_model_is_noted_and_the_others_are_listed(models: Path) -> None:
    onnx_models.foreign(models / "foreign" / "model.onnx")
    result = styles("--json")
    assert result.exit_code == 0, result.output
    assert "keep" in {row["style"] for row in json.loads(result.stdout)}
    assert "note: skipped: " in result.stderr
    assert "another project's model" in result.stderr


def test_another_model_beside_one_has_variants_of_its_own(sealed: Path) -> None:
    """Only where a model has its folder to itself does everything in it belong to it."""
    other = replace(whole_card("keep"), recipe_sha256="1" * 64)
    (sealed.parent / "int8").mkdir()
    seal(onnx_models.identity(sealed.parent / "int8" / "keep.onnx", other))
    mine = sealed.rename(sealed.with_name("invert.onnx"))
    assert styles("verify", mine).exit_code == 0
    mine.rename(sealed)
    assert styles("verify", sealed).exit_code == 1


def test_a_damaged_model_is_found_out(sealed: Path) -> None:
    model = sealed.read_bytes()
    assert is_whole(model) is True
    sealed.write_bytes(model.replace(b"CC0-1.0", b"CC0-2.0"))
    assert findings(sealed)["seal"][0] is False
    result = styles("verify", sealed)
    assert result.exit_code == 1
    assert "seal WRONG: the file is damaged" in result.stdout
    sealed.write_bytes(model[:-40])
    assert styles("verify", sealed).exit_code == 1


def test_a_model_that_was_never_sealed_is_not_damaged(sealed: Path) -> None:
    onnx_models.invert(sealed, whole_card("invert"))
    assert findings(sealed)["seal"][0] is None
    assert styles("verify", sealed).exit_code == 0


def test_a_file_that_is_no_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_text("Not what it says it is.\n" * 50)
    result = styles("verify", tmp_path / "model.onnx")
    assert result.exit_code == 1
    assert "contract WRONG" in result.stdout
    assert "contract" in findings(tmp_path / "none.onnx")


def test_an_incomplete_card_is_named(sealed: Path) -> None:
    card = replace(whole_card("invert"), licence="not stated", numbers={})
    onnx_models.invert(sealed, card)
    ok, note = findings(sealed)["card"]
    assert ok is False
    assert "licence" in note
    assert "how near the export is" in note


def test_what_onnx_refuses_is_told(sealed: Path) -> None:
    model = onnx.load(sealed)
    model.graph.node[0].op_type = "NoSuchThing"
    onnx.save(model, sealed)
    ok, note = findings(sealed)["onnx"]
    assert ok is False
    assert "NoSuchThing" in note


def test_paintings_are_looked_for(sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "paintings").mkdir()
    (tmp_path / "paintings" / "one.png").write_bytes(b"x")
    ok, note = findings(sealed, "--paintings", tmp_path / "paintings")["painting"]
    assert ok is False
    assert "invert" in note


def test_a_variant_of_another_network_is_found_out(sealed: Path) -> None:
    (sealed.parent / "int8").mkdir()
    other = replace(whole_card("invert"), recipe_sha256="1" * 64)
    seal(onnx_models.invert(sealed.parent / "int8" / "invert.onnx", other))
    assert "made from another network" in styles("verify", sealed).stdout


def test_the_recipe_is_compared(sealed: Path) -> None:
    pytest.importorskip("realtime_nst.train.recipe", reason="needs the [train] extra")
    recipe = sealed.parent / "recipe.toml"
    recipe.write_text('name = "tiny"\n[[styles]]\nname = "invert"\npicture = "none.png"\n')
    ok, note = findings(sealed)["recipe"]
    assert (ok, note) == (False, "recipe.toml is not the one of the card")
    sealed.with_suffix(".recipe.toml").write_text(recipe.read_text())
    assert findings(sealed)["recipe"][1] == "model.recipe.toml is not the one of the card"
    assert KEY != SEAL
