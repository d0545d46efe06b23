"""Training towards pictures the optimizer made of the same photos."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.errors import SourceError
from realtime_nst.image_io.write import write_image
from realtime_nst.train.dataset import open_photos
from realtime_nst.train.distillation import open_pairs
from realtime_nst.train.recipe import Recipe, rescheduled
from realtime_nst.train.smoke import smoke_paintings
from realtime_nst.train.trainer import Options, Trainer
from tests.helpers.recipes import photo, small_recipe


def recipe(targets: str = "targets") -> Recipe:
    made = rescheduled(small_recipe(), steps=30, copying=0, warmup=1)
    first, second = made.styles
    styles = (first, replace(second, targets=targets))
    # Thirty steps change tones, which a palette base would keep.
    network = replace(made.network, palette_base=False)
    return replace(made, network=network, styles=styles, distillation=1e4)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos, a painting and the targets our own command makes of them."""
    folder = tmp_path_factory.mktemp("distillation")
    (folder / "photos").mkdir()
    for number in range(2):
        write_image(folder / "photos" / f"{number}.png", photo(number))
    write_image(folder / "style.png", photo(9))
    arguments = ["gatys", folder / "photos", folder / "style.png", "-o", folder / "targets"]
    arguments += ["--size", 96, "--iterations", 2, "--network", "vgg16"]
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return folder


def test_a_lesson_is_the_same_place_of_photo_and_target(made: Path) -> None:
    pairs = open_pairs(recipe(), [made], made / "photos")
    assert pairs
    assert len(pairs.pairs) == 2
    lesson = pairs.batch(3)
    assert lesson.content.shape == lesson.target.shape == (2, 3, 64, 64)
    assert lesson.styles.tolist() == [1, 1]
    assert torch.equal(pairs.batch(3).content, lesson.content)
    assert not torch.equal(pairs.batch(4).content, lesson.content)
    # After two iterations a target still is mostly its photo.
    together = torch.corrcoef(torch.stack([lesson.content.ravel(), lesson.target.ravel()]))
    assert together[0, 1] > 0.8


def test_a_training_comes_nearer_to_its_targets(made: Path, tmp_path: Path) -> None:
    pairs = open_pairs(recipe(), [made], made / "photos")
    content = open_photos(made / "photos", recipe().schedule)
    trainer = Trainer(
        recipe(), smoke_paintings(recipe()), content, Options(tmp_path, precision="fp32"), pairs
    )
    distances = [progress.losses["distillation"] for progress in trainer.run()]
    assert distances[-1] < 0.8 * distances[0]


def test_targets_or_photos_that_are_not_there_are_named(made: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="elsewhere"):
        open_pairs(recipe("elsewhere"), [made], made / "photos")
    with pytest.raises(SourceError, match="none of the photos"):
        open_pairs(recipe(), [made], tmp_path)
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "manifest.json").write_text("{}")
    with pytest.raises(SourceError, match="cannot read"):
        open_pairs(recipe(), [tmp_path], made / "photos")


def test_a_recipe_without_targets_has_no_pairs(made: Path) -> None:
    assert open_pairs(recipe(""), [made], made / "photos") is None
