"""Every shipped model: whole card, right recipe, exact sizes, real painting, no grid."""

from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from realtime_nst.frame import Image
from realtime_nst.image_metrics import decibels
from realtime_nst.inference.session import Session, open_session
from realtime_nst.models.registry import read_model

MODELS = Path(__file__).parents[2] / "models"
FOLDERS = sorted(path.parent for path in MODELS.glob("*/model.onnx"))
SIZES = ((32, 32), (33, 41), (64, 64), (123, 77), (240, 321))
GRID = 14.0
"""Grey levels that places of a 4x4 grid may differ by on average. The photo itself has 0.8, the
shipped styles 0.3 to 5.5; the woodcut's hatching, which is to be black and white and falls into
step with the grid, 12.6."""
FRAME = 9.0
"""Grey levels by which the outermost four pixels may be lighter, darker or of another colour than
they would be inside of a larger picture. Eight pixels of margin gave the fast tier 11, and one
saw it; now it has 2, the johnson tier 8, which is not seen."""

shipped = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@cache
def session(folder: Path) -> Session:
    return open_session(folder / "model.onnx", "cpu")


def photo() -> Image:
    """A cat, 300x451, BGR."""
    rgb = data.chelsea()  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(rgb[:, :, ::-1])


def painted(folder: Path) -> list[Image]:
    """The cat in each style."""
    model = session(folder)
    return [model.run(photo(), weights) for weights in np.eye(len(model.card.styles), dtype="f4")]


def test_models_are_shipped() -> None:
    tiers = [read_model(folder / "model.onnx").card.tier for folder in FOLDERS]
    assert {"fast", "quality"} <= set(tiers)


@shipped
def test_the_card_is_complete_and_the_recipe_its_own(folder: Path) -> None:
    card = read_model(folder / "model.onnx").card
    assert card.name == folder.name
    for value in (asdict(card), *asdict(card)["styles"]):
        assert all(field not in ("", None, "not stated") for field in value.values()), value
    assert {"parity_max", "parity_mean", "parity_psnr", "steps"} <= card.numbers.keys()
    recipes = pytest.importorskip("realtime_nst.train.recipe", reason="needs the [train] extra")
    assert recipes.read_recipe(folder / "recipe.toml").sha256() == card.recipe_sha256


@shipped
def test_people_find_a_card_and_a_sample(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    card = read_model(folder / "model.onnx").card
    assert all(style.title in text and style.artist in text for style in card.styles)
    assert card.licence in text
    assert (folder / "sample.jpg").stat().st_size > 10_000


@shipped
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_size_stays_as_it_is(folder: Path, size: tuple[int, int]) -> None:
    image = np.ascontiguousarray(photo()[: size[0], : size[1]])
    model = session(folder)
    weights = np.eye(len(model.card.styles), dtype="f4")[0]
    assert model.run(image, weights).shape == image.shape


@shipped
def test_a_style_paints_and_leaves_the_picture_recognisable(folder: Path) -> None:
    for image in painted(folder):
        assert np.abs(image.astype(int) - photo()).mean() > 15
        light, wanted = (np.log1p(picture.mean(axis=2)).ravel() for picture in (image, photo()))
        assert np.corrcoef(light, wanted)[0, 1] > 0.3


@shipped
def test_what_lies_beside_a_model_paints_the_same(folder: Path) -> None:
    model, image = session(folder), np.ascontiguousarray(photo()[:128, :192])
    half = open_session(folder / "fp16.onnx", "cpu")
    picks = np.eye(len(model.card.styles), dtype="f4")
    for style, weights in zip(model.card.styles, picks, strict=True):
        wanted = model.run(image, weights).astype(float)
        assert decibels(float(np.square(half.run(image, weights) - wanted).mean())) > 50
        whole = folder / "int8" / f"{style.name}.onnx"
        if whole.is_file():
            painted = open_session(whole, "cpu").run(image)
            assert decibels(float(np.square(painted - wanted).mean())) > 35


@shipped
def test_styles_of_one_network_differ(folder: Path) -> None:
    images = [image.astype(int) for image in painted(folder)]
    for number, image in enumerate(images):
        for other in images[:number]:
            assert np.abs(image - other).mean() > 10


@shipped
def test_no_grid_shows(folder: Path) -> None:
    for image in [photo(), *painted(folder)]:
        light = image[: 4 * (image.shape[0] // 4), : 4 * (image.shape[1] // 4)].mean(axis=2)
        places = light.reshape(len(light) // 4, 4, -1, 4).mean(axis=(0, 2))
        assert np.ptp(places) < GRID


@shipped
def test_no_frame_shows(folder: Path) -> None:
    """The border is painted as it is when the picture goes on behind it, mirrored."""
    around, model = 64, session(folder)
    pads = ((around, around), (around, around), (0, 0))
    larger = np.pad(photo(), pads, mode="reflect")
    ring = np.ones(photo().shape[:2], bool)
    ring[4:-4, 4:-4] = False
    for weights, image in zip(
        np.eye(len(model.card.styles), dtype="f4"), painted(folder), strict=True
    ):
        inside = model.run(larger, weights)[around:-around, around:-around]
        assert np.abs((image.astype(int) - inside)[ring].mean(axis=0)).max() < FRAME
