"""Every loss keeps the contract; the Gram matrix is what the paper says."""

import pytest
import torch

from realtime_nst.nn.losses import LOSSES, GramLoss, Loss, TVLoss, gram


def make(kind: str) -> Loss:
    return LOSSES[kind](("relu1_1",), 2.0)


def features(seed: int, batch: int = 3) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {"relu1_1": torch.rand(batch, 4, 5, 6, generator=generator, dtype=torch.float64).float()}


def test_gram_of_a_picture_worked_out_by_hand() -> None:
    layer = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # two channels, one row of two pixels
    # [1 2; 3 4] times its transpose is [5 11; 11 25]; c*h*w is 2*1*2.
    assert torch.equal(gram(layer), torch.tensor([[[5.0, 11.0], [11.0, 25.0]]]) / 4)


def test_gram_does_not_know_where_things_are() -> None:
    layer = features(1)["relu1_1"]
    moved = layer.flatten(2)[:, :, torch.randperm(30, generator=torch.Generator().manual_seed(2))]
    torch.testing.assert_close(gram(layer), gram(moved.view_as(layer)))


def test_gram_loss_worked_out_by_hand() -> None:
    loss = GramLoss(("a",), 3.0)
    value = loss(
        torch.zeros(1, 3, 2, 2), {"a": torch.ones(1, 1, 1, 2)}, {"a": torch.zeros(1, 1, 1)}
    )
    assert value.tolist() == [3.0]  # gram is 2/2, squared 1, times the weight


def test_total_variation_worked_out_by_hand() -> None:
    picture = torch.tensor([[[[0.0, 1.0], [0.0, 1.0]]]]).expand(1, 3, 2, 2)
    assert TVLoss((), 2.0)(picture, {}, {}).tolist() == [2.0]  # across 1, down 0


@pytest.mark.parametrize("kind", LOSSES)
def test_a_loss_is_zero_at_its_own_target(kind: str) -> None:
    loss = make(kind)
    flat = torch.full((3, 3, 8, 8), 0.3)
    assert loss(flat, features(1), loss.target(features(1))).tolist() == pytest.approx([0, 0, 0])


@pytest.mark.parametrize("kind", LOSSES)
def test_a_loss_judges_each_picture_alone(kind: str) -> None:
    loss = make(kind)
    output = torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(3))
    aim = loss.target(features(2))
    together = loss(output, features(1), aim)
    assert together.shape == (3,)
    assert (together > 0).all()
    for n in range(3):
        one = {"relu1_1": features(1)["relu1_1"][n : n + 1]}
        target = {layer: value[n : n + 1] for layer, value in aim.items()}
        torch.testing.assert_close(loss(output[n : n + 1], one, target)[0], together[n])


@pytest.mark.parametrize("kind", LOSSES)
def test_the_gradient_is_right(kind: str) -> None:
    """Against finite differences, in float64."""
    loss = make(kind)
    aim = {layer: value.double() for layer, value in loss.target(features(2, 1)).items()}
    start = features(1, 1)["relu1_1"].double().requires_grad_()

    def value(x: torch.Tensor) -> torch.Tensor:
        return loss(x[:, :3], {"relu1_1": x}, aim).sum()

    assert torch.autograd.gradcheck(value, start)
