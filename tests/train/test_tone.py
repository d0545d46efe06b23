"""The tone of networks without a palette base."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from realtime_nst.nn.tensors import to_tensor
from realtime_nst.nn.transformer_net import NetworkConfig
from realtime_nst.train.recipe import LossTerm
from realtime_nst.train.smoke import SmokeContent
from realtime_nst.train.tone import Tone
from realtime_nst.train.trainer import Options, Trainer
from tests.helpers.recipes import photo, small_recipe

CPU = torch.device("cpu")
ONE = torch.ones(1, 1)


def test_photos_take_the_style_images_colors() -> None:
    red = torch.zeros(1, 3, 64, 64)
    red[:, 0] = torch.rand(64, 64)
    painted = Tone([red], CPU).photos(to_tensor(photo(1)), ONE)
    assert painted.shape == to_tensor(photo(1)).shape
    assert painted[:, 0].mean() > 5 * painted[:, 1:].mean()


def test_loss_sees_large_areas_only() -> None:
    content = torch.full((1, 3, 64, 64), 0.5)
    tone = Tone([to_tensor(photo(1))], CPU)
    wanted = tone.photos(content, ONE)
    checks = 0.2 * (torch.arange(64) % 2 - 0.5)
    assert tone.loss(wanted + checks, content, ONE) < 1e-6
    assert tone.loss(wanted + 0.2, content, ONE) == pytest.approx(0.04, abs=1e-3)


@pytest.mark.parametrize("copying", [0, 2])
def test_only_networks_without_a_base_learn_tones(tmp_path: Path, copying: int) -> None:
    recipe = small_recipe()
    schedule = replace(recipe.schedule, steps=2, copying=copying)
    losses = (LossTerm("range", 1.0),)
    recipe = replace(recipe, schedule=schedule, losses=losses, tone=10.0)
    johnson = NetworkConfig("johnson", width=4, blocks=1, palette_base=False)
    paintings = [to_tensor(photo(1))] * len(recipe.styles)
    found = {}
    for network in (recipe.network, johnson):
        own = replace(recipe, network=network)
        trainer = Trainer(own, paintings, SmokeContent(schedule), Options(tmp_path))
        list(trainer.run())
        found[network.tier] = set(trainer.losses)
    assert found["johnson"] == ({"copy"} if copying else {"range", "tone"})
    assert "tone" not in found[recipe.network.tier]
