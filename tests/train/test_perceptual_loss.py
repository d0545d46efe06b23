"""Losses on VGG's features: each image is judged by its own style, pooled ones by style."""

from dataclasses import replace

import torch

from realtime_nst.nn.losses import LOSSES
from realtime_nst.train.perceptual_loss import PerceptualLoss
from realtime_nst.train.recipe import LossTerm, Recipe
from realtime_nst.train.smoke import smoke_paintings
from tests.helpers.recipes import small_recipe

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


UNCHANGED = {"sliced_wasserstein", "tv", "range"}
"""Kinds of losses that importance does not change."""


def test_perceptual_loss_of_equal_importance_is_that_without() -> None:
    made, styles = judge(recipe_with_every_loss()), torch.tensor([0, 1])
    content, output = torch.rand(2, 3, 64, 64), torch.rand(2, 3, 64, 64)
    plain = made(content, output, styles)
    same = made(content, output, styles, torch.ones(2, 1, 64, 64))
    for kind, value in plain.items():
        torch.testing.assert_close(same[kind], value, rtol=1e-4, atol=1e-6)


def test_importance_raises_content_and_lowers_style_at_its_places() -> None:
    """On the left half the output is noise, on the right half it is the content."""
    layers = ("relu1_1",)
    terms = [LossTerm(kind, 1.0, layers) for kind in LOSSES if kind not in UNCHANGED]
    made = judge(replace(small_recipe(), losses=tuple(terms)))
    content, styles = torch.full((2, 3, 64, 64), 0.5), torch.tensor([0, 0])
    content[..., ::2, :] = 0.3
    output = content.clone()
    output[..., :32] = torch.rand(2, 3, 64, 32)
    left = torch.ones(2, 1, 64, 64)
    left[..., :32] = 3
    right = left.flip(3)
    on_noise, on_content = made(content, output, styles, left), made(content, output, styles, right)
    # The style image is noise, too: style is far from it where there is more of the content.
    for kind in on_noise:
        assert on_noise[kind] > on_content[kind], kind


def test_importance_keeps_gradients_finite() -> None:
    output = (1.5 * torch.rand(2, 3, 64, 64) - 0.2).requires_grad_()
    importance = torch.ones(2, 1, 64, 64)
    importance[0, :, :20, :20] = 3
    made, styles = judge(recipe_with_every_loss()), torch.tensor([0, 1])
    values = made(torch.rand(2, 3, 64, 64), output, styles, importance)
    torch.stack(list(values.values())).sum().backward()  # type: ignore[no-untyped-call]
    assert output.grad is not None
    assert output.grad.isfinite().all()


def test_importance_changes_no_other_loss() -> None:
    made, styles = judge(recipe_with_every_loss()), torch.tensor([0, 1])
    content, output = torch.rand(2, 3, 64, 64), torch.rand(2, 3, 64, 64)
    importance = 1 + 2 * torch.rand(2, 1, 64, 64)
    plain, changed = made(content, output, styles), made(content, output, styles, importance)
    assert {kind for kind in plain if torch.equal(plain[kind], changed[kind])} == UNCHANGED
