"""Losses on VGG's features: each image is judged by its own style, pooled ones by style."""

from dataclasses import replace

import torch

from realtime_nst.train.losses import LOSSES
from realtime_nst.train.perceptual import PerceptualLoss
from realtime_nst.train.recipe import LossTerm, Recipe
from realtime_nst.train.smoke import smoke_paintings
from tests.train.conftest import small_recipe

CPU = torch.device("cpu")


def judge(recipe: Recipe) -> PerceptualLoss:
    return PerceptualLoss(recipe, smoke_paintings(recipe), CPU, bf16=False)


def recipe_with_every_loss() -> Recipe:
    layers = {"sliced_wasserstein": ("pixels", "relu1_1"), "tv": (), "range": ()}
    terms = [LossTerm(kind, 1.0, layers.get(kind, ("relu1_1", "relu2_1"))) for kind in LOSSES]
    return replace(small_recipe(), losses=tuple(terms))


def test_perceptual_loss_has_a_finite_gradient_for_every_kind_of_loss() -> None:
    output = (1.5 * torch.rand(2, 3, 64, 64) - 0.2).requires_grad_()
    values = judge(recipe_with_every_loss())(torch.rand(2, 3, 64, 64), output, torch.tensor([0, 1]))
    assert values.keys() == LOSSES.keys()
    assert all(value > 0 for value in values.values())
    torch.stack(list(values.values())).sum().backward()  # type: ignore[no-untyped-call]
    assert output.grad is not None
    assert output.grad.isfinite().all()


def test_perceptual_loss_pools_the_images_of_a_style() -> None:
    """A batch of two styles is two batches of one style each."""
    recipe = replace(small_recipe(), losses=(LossTerm("wasserstein", 1.0, ("relu1_1",)),))
    made, styles = judge(recipe), torch.tensor([1, 0, 1])
    content, output = torch.rand(3, 3, 64, 64), torch.rand(3, 3, 64, 64)
    (together,) = made(content, output, styles).values()
    parts = []
    for style in (0, 1):
        chosen = styles == style
        (value,) = made(content[chosen], output[chosen], styles[chosen]).values()
        parts.append(value * chosen.sum())
    torch.testing.assert_close(together, torch.stack(parts).sum() / 3)
