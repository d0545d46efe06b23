"""Batches are a pure function of seed and step; broken photos are skipped, not fatal."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from realtime_nst.errors import SourceError, TrainError
from realtime_nst.image_io.read import file_sha256
from realtime_nst.image_io.write import write_image
from realtime_nst.nn.tensors import to_image, to_tensor
from realtime_nst.train.dataset import open_photos, random_crop, read_paintings
from realtime_nst.train.recipe import Schedule
from tests.helpers import scenes
from tests.helpers.recipes import photo, small_recipe

SCHEDULE = Schedule(steps=5, batch=3, size=32, seed=4)


def test_a_batch_is_the_same_each_time_and_differs_from_the_next(photos: Path) -> None:
    first, second = open_photos(photos, SCHEDULE), open_photos(photos, SCHEDULE)
    assert torch.equal(first.batch(3), second.batch(3))
    assert not torch.equal(first.batch(3), first.batch(4))
    other = open_photos(photos, replace(SCHEDULE, seed=5))
    assert not torch.equal(first.batch(3), other.batch(3))
    assert first.batch(0).shape == (3, 3, 32, 32)


def test_batches_come_in_order_from_any_step(photos: Path) -> None:
    source = open_photos(photos, SCHEDULE)
    batches = list(source.batches(2))
    assert len(batches) == 3
    for step, batch in enumerate(batches, start=2):
        assert torch.equal(batch, source.batch(step))


def test_photos_kept_on_a_device_make_the_same_batches(photos: Path) -> None:
    read = open_photos(photos, SCHEDULE)
    kept = open_photos(photos, SCHEDULE, torch.device("cpu", 0))  # to torch another one than "cpu"
    for step in range(SCHEDULE.steps):
        assert torch.equal(kept.batch(step), read.batch(step))
    assert not read.kept
    assert kept.kept
    assert all(photo.dtype == torch.uint8 for photo in kept.kept.values())


@pytest.mark.parametrize("device", [torch.device("cpu"), torch.device("cpu", 0)])
def test_batches_mark_faces_in_a_fourth_channel(tmp_path: Path, device: torch.device) -> None:
    write_image(tmp_path / "astronaut.png", scenes.photo()[:256, 128:384])
    marked = open_photos(tmp_path, SCHEDULE, device, faces=True)
    plain = open_photos(tmp_path, SCHEDULE)
    faces = []
    for step, batch in enumerate(marked.batches(0)):
        assert batch.shape == (3, 4, 32, 32)
        assert torch.equal(batch[:, :3], plain.batch(step))
        assert torch.equal(marked.batch(step), plain.batch(step))
        faces.append(batch[:, 3])
    assert float(torch.stack(faces).max()) == 1
    assert 0 < float(torch.stack(faces).mean()) < 0.5


def test_photos_without_faces_are_marked_with_zeros(photos: Path) -> None:
    batch = next(open_photos(photos, SCHEDULE, faces=True).batches(0))
    assert batch[:, 3].abs().sum() == 0


def test_every_photo_is_dealt_once_an_epoch(photos: Path) -> None:
    source = open_photos(photos, SCHEDULE)
    count = len(source.paths)
    assert {source._path_at(n) for n in range(count)} == set(source.paths)
    assert {source._path_at(n) for n in range(count, 2 * count)} == set(source.paths)


def test_broken_photos_are_skipped_and_named(photos: Path) -> None:
    source = open_photos(photos, SCHEDULE)
    assert len(list(source.batches(0))) == 5
    assert [path.name for path in source.broken] == ["broken.jpg"]


def test_only_broken_photos_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no")
    with pytest.raises(TrainError, match="none of 1 photos"):
        open_photos(tmp_path, SCHEDULE).batch(0)


def test_an_error_while_reading_ahead_reaches_the_reader(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no")
    with pytest.raises(TrainError):
        next(open_photos(tmp_path, SCHEDULE).batches(0))


def test_no_photos_is_an_error_with_the_next_thing_to_type(tmp_path: Path) -> None:
    for folder in (None, tmp_path, tmp_path / "missing"):
        with pytest.raises(SourceError) as caught:
            open_photos(folder, SCHEDULE)
        assert "--content" in caught.value.hint


@given(
    height=st.integers(8, 80), width=st.integers(8, 80), size=st.integers(8, 48),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_a_crop_has_its_size_whatever_the_photo(
    height: int, width: int, size: int, seed: int
) -> None:
    crop = random_crop(torch.zeros(1, 3, height, width), size, np.random.default_rng(seed))
    assert crop.shape == (1, 3, size, size)


def test_pictures_and_tensors_turn_into_each_other() -> None:
    image = photo(1)
    tensor = to_tensor(image)
    assert tensor.shape == (1, 3, 90, 120)
    assert float(tensor[0, 0, 5, 7]) == pytest.approx(image[5, 7, 2] / 255)  # red is last in BGR
    assert np.array_equal(to_image(tensor[0]), image)


def test_paintings_are_found_checked_and_scaled(tmp_path: Path) -> None:
    path = tmp_path / "none.png"
    write_image(path, photo(1))
    recipe = small_recipe(styles=1)
    style = replace(recipe.styles[0], size=45, sha256=file_sha256(path))
    right = replace(recipe, styles=(style,))
    assert read_paintings(right, [tmp_path / "elsewhere", tmp_path])[0].shape == (1, 3, 45, 60)
    with pytest.raises(SourceError, match=r"cannot find none\.png") as caught:
        read_paintings(right, [tmp_path / "elsewhere"])
    assert "--paintings" in caught.value.hint
    wrong = replace(recipe, styles=(replace(style, sha256="0" * 64),))
    with pytest.raises(SourceError, match="SHA-256"):
        read_paintings(wrong, [tmp_path])
