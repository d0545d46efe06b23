"""The next moment of a still, and the loss for what flickers in it."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from realtime_nst.nn.tensors import to_tensor
from realtime_nst.train.temporal_loss import LUMA, NextFrame, synthesize_next_frame, temporal_loss
from tests.helpers.recipes import photo


def content() -> torch.Tensor:
    pictures = torch.cat([to_tensor(photo(n, 100, 130)) for n in range(4)])
    return F.avg_pool2d(pictures, 9, 1, 4)[:, :, :96, :128]


def moment(seed: int = 1) -> NextFrame:
    return synthesize_next_frame(content(), torch.Generator().manual_seed(seed))


def still(brightness: float = 1.0, shift: int = 0) -> NextFrame:
    """Return a next frame without noise, ``shift`` pixels to the left."""
    grid = F.affine_grid(torch.eye(2, 3).expand(4, -1, -1), [4, 3, 96, 128], False)
    grid = grid + torch.tensor([2 * shift / 128, 0.0])
    moved = content().roll(-shift, 3) * brightness
    inside = (grid.abs() <= 1).all(3)[:, None].float()
    return NextFrame(moved, grid, inside, torch.full((4, 1, 1, 1), brightness))


def test_the_same_seed_gives_the_same_moment() -> None:
    assert torch.equal(moment(5).content, moment(5).content)
    assert not torch.equal(moment(5).content, moment(6).content)


def test_moments_differ_a_little_and_stay_pictures() -> None:
    for seed in range(8):
        made = moment(seed)
        assert made.content.shape == content().shape
        assert made.content.min() >= 0
        assert made.content.max() <= 1
        assert made.inside.mean() > 0.5
        change = (made.content - content()).abs().mean()
        assert 0 < change < 0.2


def test_some_pictures_move_and_some_stand_still() -> None:
    rest = still().grid
    moved = [(moment(seed).grid - rest).abs().amax((1, 2, 3)) > 1e-6 for seed in range(16)]
    assert 0.5 < torch.cat(moved).float().mean() < 0.95


@pytest.mark.parametrize("shift", [0, 1, 3, 4])
def test_what_moves_with_the_scene_does_not_flicker(shift: int) -> None:
    made = still(shift=shift)
    assert temporal_loss(content(), made.content, content(), made).max() < 1e-9


def test_what_stays_where_the_scene_moves_does() -> None:
    made = still(shift=5)
    assert temporal_loss(content(), content(), content(), made).min() > 1e-5


def test_only_the_luminance_may_follow_a_change_of_brightness() -> None:
    made, before = still(brightness=0.9), content()
    luma = (before * torch.tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    darker = before - 0.1 * luma
    assert temporal_loss(before, darker, before, made).max() < 1e-9
    assert temporal_loss(before, before, before, made).min() > 1e-4


def test_noise_may_not_show() -> None:
    made = still()
    noisy = replace(made, content=made.content + 0.1 * torch.randn(4, 3, 96, 128))
    assert temporal_loss(content(), noisy.content, content(), noisy).min() == pytest.approx(
        0.01, rel=0.2
    )
