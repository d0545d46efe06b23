"""Conditional norm: instance norm at first, one factor and summand a channel once frozen."""

import torch
import torch.nn.functional as F

from realtime_nst.nn.conditional_norm import ConditionalNorm


def norm(styles: int = 2) -> ConditionalNorm:
    torch.manual_seed(0)
    made = ConditionalNorm(3, styles)
    torch.nn.init.normal_(made.scale)
    torch.nn.init.normal_(made.shift)
    return made


def features(seed: int, level: float = 0.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return level + torch.randn(2, 3, 8, 8, generator=generator)


SECOND = torch.tensor([[0.0, 1.0], [0.0, 1.0]])


def test_not_frozen_it_is_instance_norm() -> None:
    made, x = norm(), features(1)
    wanted = F.instance_norm(x) * made.scale[1, :, None, None] + made.shift[1, :, None, None]
    assert torch.allclose(made(x, SECOND), wanted, atol=1e-4)
    made.eval()
    assert torch.allclose(made(x[:1], SECOND[:1]), wanted[:1], atol=1e-4)


def test_frozen_it_treats_every_picture_alike() -> None:
    made = norm()
    for seed in range(300):
        made(features(seed, level=3.0), SECOND)
    made.frozen = 1.0
    factor, summand = made.affine()
    for x in (features(1, level=3.0), features(2, level=-9.0)):
        wanted = x * factor[1, :, None, None] + summand[1, :, None, None]
        assert torch.allclose(made(x, SECOND), wanted, atol=1e-5)


def test_what_it_remembers_are_the_statistics_of_that_style_alone() -> None:
    made = norm()
    for seed in range(300):
        made(features(seed, level=3.0), SECOND)
    assert torch.allclose(made.mean[1], torch.full((3,), 3.0), atol=0.1)
    assert torch.allclose(made.variance[1], torch.ones(3), atol=0.1)
    assert torch.equal(made.mean[0], torch.zeros(3))
    assert torch.equal(made.variance[0], torch.ones(3))
    made.eval()
    before = made.mean.clone()
    made(features(1), SECOND)
    assert torch.equal(made.mean, before)


def test_a_picture_like_the_ones_before_comes_out_the_same_frozen_or_not() -> None:
    made = norm()
    for seed in range(400):
        made(features(seed), SECOND)
    wanted = made(features(7), SECOND)
    for frozen in (0.5, 1.0):
        made.frozen = frozen
        assert (made(features(7), SECOND) - wanted).abs().mean() < 0.3
