"""A style of one's own begins at the shipped network that is nearest to it."""

from pathlib import Path

import pytest
import torch

from realtime_nst.errors import ModelError
from realtime_nst.nn.tensors import to_tensor
from realtime_nst.nn.transformer_net import NetworkConfig, TransformerNet
from realtime_nst.train.dataset import bundled_photos, open_photos
from realtime_nst.train.recipe import Schedule
from realtime_nst.train.warm_start import START, nearest_style, save_start, weights_of
from tests.export.test_onnx import checkpoint
from tests.helpers.recipes import photo, small_recipe

SMALL = small_recipe().network


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a folder of models with one of two styles: a bright and a dark one."""
    (tmp_path / "pair").mkdir()
    paintings = [to_tensor(photo(1)), to_tensor(photo(2)) * 0.1]
    save_start(checkpoint("fast", 2), paintings, tmp_path / "pair" / START)
    monkeypatch.setattr("realtime_nst.train.warm_start.model_folders", lambda: [tmp_path])
    return tmp_path


@pytest.mark.parametrize(("brightness", "name"), [(0.9, "style-0"), (0.15, "style-1")])
def test_the_most_similar_style_is_found(shelf: Path, brightness: float, name: str) -> None:
    found = nearest_style(to_tensor(photo(3)) * brightness, SMALL)
    assert found
    assert (found.style, found.model) == (name, "pair")


def test_its_weights_paint_what_that_style_painted(shelf: Path) -> None:
    found = nearest_style(to_tensor(photo(3)) * 0.15, SMALL)
    assert found
    one, both = TransformerNet(SMALL, 1).eval(), TransformerNet(SMALL, 2).eval()
    one.load_state_dict(found.weights)
    both.load_state_dict(checkpoint("fast", 2).weights)
    image = to_tensor(photo(4))
    painted, wanted = one(image, torch.ones(1, 1)), both(image, torch.tensor([[0.0, 1.0]]))
    assert (painted - wanted).abs().max() < 0.05  # half precision


def test_all_it_knows_can_be_begun_with(shelf: Path) -> None:
    names, paintings = ["style-0", "style-1"], [to_tensor(photo(1)), to_tensor(photo(2))]
    known, written = weights_of(shelf / "pair", names, paintings), checkpoint("fast", 2).weights
    assert known.keys() == written.keys()
    assert all(torch.allclose(known[name], written[name], atol=1e-3) for name in written)


def test_weights_of_takes_each_style_from_its_namesake_or_the_most_similar(shelf: Path) -> None:
    dark, bright = to_tensor(photo(3)) * 0.15, to_tensor(photo(3)) * 0.9
    names = ["dark", "style-1", "bright"]
    found = weights_of(shelf / "pair", names, [dark, bright, bright])
    written = checkpoint("fast", 2).weights
    scales = [name for name in written if name.endswith(".scale")]
    assert all(torch.allclose(found[name], written[name][[1, 1, 0]], atol=1e-3) for name in scales)


def test_a_network_of_another_shape_is_no_beginning(shelf: Path) -> None:
    assert nearest_style(to_tensor(photo(3)), NetworkConfig("fast", width=16, blocks=1)) is None


def test_a_broken_file_is_named(shelf: Path) -> None:
    (shelf / "pair" / START).write_bytes(b"not weights")
    with pytest.raises(ModelError, match=r"start\.safetensors"):
        nearest_style(to_tensor(photo(3)), SMALL)


def test_there_are_photos_to_practise_on() -> None:
    photos = open_photos(bundled_photos(), Schedule(steps=1, batch=4, size=64))
    assert photos.batch(0).shape == (4, 3, 64, 64)
    assert not photos.broken
