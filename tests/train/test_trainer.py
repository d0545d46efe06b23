"""Training with real VGG-16 weights, in small: it learns, resumes exactly and stops in time."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from realtime_nst.errors import ModelError, SinkError, TrainError
from realtime_nst.image_io.write import write_image
from realtime_nst.train.checkpoint import load_checkpoint
from realtime_nst.train.dataset import open_photos
from realtime_nst.train.recipe import LossTerm, Recipe, rescheduled
from realtime_nst.train.setup import open_trainer
from realtime_nst.train.smoke import SmokeContent, smoke_paintings
from realtime_nst.train.trainer import Options, Trainer
from tests.helpers import scenes
from tests.helpers.recipes import photo, small_recipe


def trainer(out: Path, recipe: Recipe | None = None, **options: object) -> Trainer:
    recipe = recipe or small_recipe()
    settings = Options(out, precision="fp32", **options)  # type: ignore[arg-type]
    return Trainer(recipe, smoke_paintings(recipe), SmokeContent(recipe.schedule), settings)


def weights(made: Trainer) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in made.net.parameters()])


@pytest.mark.parametrize(("tier", "upsampling"), [("johnson", "transposed"), ("johnson", "resize")])
def test_both_tiers_train_and_say_how_they_do(tmp_path: Path, tier: str, upsampling: str) -> None:
    made = trainer(tmp_path, small_recipe(tier, upsampling=upsampling))
    steps = list(made.run())
    assert [p.step for p in steps] == [1, 2, 3, 4, 5, 6]
    assert set(steps[0].losses) == {"copy"}
    assert set(steps[-1].losses) == {"content", "gram", "tv"}
    assert all(math.isfinite(v) for p in steps for v in p.losses.values())
    assert steps[-1].eta == 0
    assert steps[-1].saved


def test_the_loss_falls_on_real_photos(photos: Path, tmp_path: Path) -> None:
    recipe = rescheduled(small_recipe(styles=1), steps=40, copying=0)
    content = open_photos(photos, recipe.schedule)
    made = Trainer(recipe, smoke_paintings(recipe), content, Options(tmp_path, precision="fp32"))
    totals = [sum(p.losses.values()) for p in made.run()]
    assert totals[-1] < 0.7 * totals[0]


def test_training_with_faces_learns_another_network(tmp_path: Path) -> None:
    photos, paintings = tmp_path / "photos", tmp_path / "paintings"
    photos.mkdir()
    paintings.mkdir()
    write_image(photos / "astronaut.png", scenes.photo()[:256, 128:384])
    write_image(paintings / "none.png", photo(1))
    losses = (LossTerm("normalized_content", 1.0, ("relu2_1",)), LossTerm("range", 2.0))
    plain = rescheduled(replace(small_recipe(styles=1), losses=losses), copying=0)
    trained = []
    for recipe in (plain, replace(plain, faces=3.0)):
        options = Options(tmp_path / str(recipe.faces), precision="fp32")
        made, _ = open_trainer(recipe, [paintings], photos, options)
        progress = list(made.run())
        trained.append((weights(made), progress[0].losses["normalized_content"]))
    (without, low), (with_faces, high) = trained
    assert not torch.equal(without, with_faces)
    assert low < high < 3 * low


def test_the_same_seed_gives_the_same_network(tmp_path: Path) -> None:
    first, second = trainer(tmp_path / "a"), trainer(tmp_path / "b")
    for made in (first, second):
        list(made.run())
    assert torch.equal(weights(first), weights(second))
    other = trainer(tmp_path / "c", rescheduled(small_recipe(), seed=2))
    assert not torch.equal(weights(other), weights(trainer(tmp_path / "d")))


def test_a_resumed_training_ends_where_an_uninterrupted_one_does(
    photos: Path, tmp_path: Path
) -> None:
    recipe = small_recipe()
    content = open_photos(photos, recipe.schedule)

    def start(out: str) -> Trainer:
        options = Options(tmp_path / out, precision="fp32")
        return Trainer(recipe, smoke_paintings(recipe), content, options)

    whole, half = start("whole"), start("half")
    list(whole.run())
    for progress in half.run():
        if progress.step == 3:
            break
    half.save()
    rest = start("rest")
    rest.restore(load_checkpoint(half.options.checkpoint))
    assert [p.step for p in rest.run()] == [4, 5, 6]
    assert torch.equal(weights(rest), weights(whole))
    assert rest.losses == whole.losses


def test_one_style_can_be_changed_and_the_other_left_as_it_is(tmp_path: Path) -> None:
    recipe = small_recipe()
    styles = (replace(recipe.styles[0], turns=0), recipe.styles[1])
    schedule = replace(recipe.schedule, copying=0, shared_rate=0.0)
    made = trainer(tmp_path, replace(recipe, styles=styles, schedule=schedule))
    picture = torch.rand(1, 3, 40, 48)
    before = made.preview(picture)
    list(made.run())
    after = made.preview(picture)
    assert torch.equal(after[0], before[0])
    assert not torch.equal(after[1], before[1])


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    made = trainer(tmp_path)
    made.save()
    other = trainer(tmp_path / "other", small_recipe(styles=3))
    checkpoint = load_checkpoint(made.options.checkpoint)
    with pytest.raises(TrainError, match="another recipe"):
        other.restore(checkpoint)
    with pytest.raises(TrainError, match="another network"):
        other.start_from(checkpoint.weights)


def test_a_loss_that_overflows_stops_and_names_the_last_good_checkpoint(tmp_path: Path) -> None:
    losses = (LossTerm("tv", 1e39), LossTerm("content", 1.0, ("relu1_1",)))
    recipe = replace(small_recipe(), losses=losses)
    made = trainer(tmp_path, recipe, save_every=2)
    with pytest.raises(TrainError, match=r"inf at step 3.*checkpoint\.pt"):
        list(made.run())
    assert load_checkpoint(made.options.checkpoint).step == 2
    assert torch.isfinite(weights(made)).all()


def test_an_exploding_loss_stops(tmp_path: Path) -> None:
    recipe = rescheduled(small_recipe(), steps=60, copying=0)
    made = trainer(tmp_path, recipe)
    running = made.run()
    for _ in range(40):
        next(running)
    with torch.no_grad():
        next(made.net.tail.parameters()).mul_(1e4)
    with pytest.raises(TrainError, match="nothing was saved yet"):
        list(running)
    assert 40 <= made.step < 50


def test_previews_show_every_photo_in_every_style(tmp_path: Path) -> None:
    made = trainer(tmp_path)
    assert made.preview(torch.rand(3, 3, 40, 48)).shape == (2, 3, 3, 40, 48)


def test_a_checkpoint_is_whole_or_not_there(tmp_path: Path) -> None:
    made = trainer(tmp_path / "file")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SinkError, match="cannot create"):
        made.save()
    for content in (b"", b"garbage"):
        (tmp_path / "bad.pt").write_bytes(content)
        with pytest.raises(ModelError, match="not a checkpoint"):
            load_checkpoint(tmp_path / "bad.pt")
    with pytest.raises(ModelError, match="no checkpoint"):
        load_checkpoint(tmp_path / "missing.pt")


def test_cuda_is_never_pretended(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    with pytest.raises(TrainError, match="no CUDA device"):
        trainer(tmp_path, device="cuda")


def test_trainer_gives_a_step_one_style_where_the_recipe_asks_for_it(tmp_path: Path) -> None:
    recipe = small_recipe()
    apart = trainer(tmp_path / "apart", recipe)
    assert apart._deal_styles(2).tolist() == [0, 1]
    styles = (recipe.styles[0], replace(recipe.styles[1], turns=2))
    schedule = replace(recipe.schedule, one_style=True)
    made = trainer(tmp_path / "pooled", replace(recipe, styles=styles, schedule=schedule))
    dealt = []
    for made.step in range(6):
        dealt += made._deal_styles(2).tolist()
    assert dealt == [0, 0, 1, 1, 1, 1] * 2
