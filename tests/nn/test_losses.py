"""Every loss keeps the contract; the Gram matrix is what the paper says."""

import pytest
import torch

from realtime_nst.nn.losses import LOSSES, GramLoss, Loss, TVLoss, gram

EACH = [kind for kind, loss in LOSSES.items() if not loss.pooled]
POOLED = [kind for kind, loss in LOSSES.items() if loss.pooled]


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


def test_range_loss_worked_out_by_hand() -> None:
    image = torch.tensor([-0.5, 0.5, 1.0, 1.3]).view(1, 1, 2, 2).expand(1, 3, 2, 2)
    assert LOSSES["range"]((), 2.0)(image, {}, {}).tolist() == pytest.approx([2 * 0.8 / 4])


def test_wasserstein_of_one_channel_worked_out_by_hand() -> None:
    """In one dimension it is the difference of means and of deviations."""
    # Means 1 and 4, deviations 1 and 2, the target's energy 4^2 + 2^2.
    assert judged("wasserstein", [0.0, 2.0], [2.0, 6.0]) == pytest.approx((9 + 1) / 20, rel=1e-3)


def test_wasserstein_of_two_channels_worked_out_by_hand() -> None:
    """Uncorrelated channels add up; correlation alone makes a difference."""
    corners = torch.tensor([[[[1.0, 1, -1, -1]], [[1.0, -1, 1, -1]]]])
    line = torch.tensor([[[[1.0, 1, -1, -1]], [[1.0, 1, -1, -1]]]])
    loss = LOSSES["wasserstein"](("a",), 1.0)
    value = loss(corners, {"a": corners}, loss.target({"a": line}))
    # Covariances I and [1 1; 1 1]: 2 + 2 - 2 tr [1 1; 1 1]^1/2, and that trace is sqrt 2.
    assert value.item() == pytest.approx((4 - 2 * 2**0.5) / 2, rel=2e-2)


def test_moments_worked_out_by_hand() -> None:
    assert judged("moments", [0.0, 2.0], [2.0, 6.0]) == pytest.approx((9 + 1) / 20, rel=1e-3)


def test_sliced_wasserstein_of_one_channel_worked_out_by_hand() -> None:
    """Sorted, 0 and 2 go to 2 and 6: (4 + 16) / 2 over a variance of 4."""
    assert judged("sliced_wasserstein", [2.0, 0.0], [2.0, 6.0]) == pytest.approx(2.5, rel=1e-3)


def test_sliced_wasserstein_tells_two_colors_from_their_mixture() -> None:
    """Three levels and two, of the same mean and variance."""
    two, three = [0.0, 2.0] * 4, [1 - 2**0.5, 1.0, 1.0, 1 + 2**0.5] * 2
    assert judged("wasserstein", three, two) == pytest.approx(0, abs=1e-6)
    assert judged("sliced_wasserstein", three, two) > 0.1


def test_nearest_neighbors_are_one_sided() -> None:
    """Nothing is missed of the painting, but everything of the output must be found in it."""
    cross = torch.tensor([[[[1.0, -1, 0, 0]], [[0.0, 0, 1, -1]]]])
    line = torch.tensor([[[[1.0, -1, 1, -1]], [[0.0, 0, 0, 0]]]])
    loss = LOSSES["nearest_neighbors"](("a",), 2.0)
    assert loss(line, {"a": line}, loss.target({"a": cross})).item() == pytest.approx(0, abs=1e-6)
    # Half of its places are at a right angle to all of the line's: a cosine distance of 1.
    assert loss(cross, {"a": cross}, loss.target({"a": line})).item() == pytest.approx(2 * 0.5)


def test_self_similarity_worked_out_by_hand() -> None:
    """Two places that are alike, and two that are not: columns [0 0] and [0 2] over their mean."""
    alike, apart = (torch.tensor([[[[1.0, x]], [[0.0, y]]]]) for x, y in ((1.0, 0.0), (0.0, 1.0)))
    loss = LOSSES["self_similarity"](("a",), 1.0)
    assert loss(apart, {"a": apart}, loss.target({"a": alike})).item() == pytest.approx(1)


@pytest.mark.parametrize("kind", ["self_similarity", "normalized_content"])
def test_content_losses_allow_another_contrast(kind: str) -> None:
    loss, layer = LOSSES[kind](("relu1_1",), 1.0), features(1)["relu1_1"]
    aim = loss.target({"relu1_1": layer})
    assert loss(layer, {"relu1_1": 3 * layer}, aim).tolist() == pytest.approx([0] * 3, abs=1e-3)


def test_normalized_content_worked_out_by_hand() -> None:
    """Opposite values of deviation 1 differ by 2 everywhere."""
    one = torch.tensor([[[[1.0, -1.0]]]])
    loss = LOSSES["normalized_content"](("a",), 0.5)
    assert loss(one, {"a": -one}, loss.target({"a": one})).item() == pytest.approx(2, rel=1e-3)


@pytest.mark.parametrize("kind", LOSSES)
def test_a_loss_is_zero_at_its_own_target(kind: str) -> None:
    loss = make(kind)
    flat = torch.full((3, 3, 8, 8), 0.3)
    zeros = pytest.approx([0, 0, 0], abs=1e-6)
    assert loss(flat, features(1), loss.target(features(1))).tolist() == zeros


@pytest.mark.parametrize("kind", EACH)
def test_a_loss_judges_each_picture_alone(kind: str) -> None:
    loss = make(kind)
    output = 2 * torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(3)) - 0.5
    aim = loss.target(features(2))
    together = loss(output, features(1), aim)
    assert together.shape == (3,)
    assert (together > 0).all()
    for n in range(3):
        one = {"relu1_1": features(1)["relu1_1"][n : n + 1]}
        target = {name: value[n : n + 1] for name, value in aim.items()}
        torch.testing.assert_close(loss(output[n : n + 1], one, target)[0], together[n])


@pytest.mark.parametrize("kind", POOLED)
def test_a_pooled_loss_judges_the_batch_as_one_image(kind: str) -> None:
    loss, layer = make(kind), features(1)["relu1_1"]
    aim = loss.target(features(2, 1))
    together = loss(torch.rand(3, 3, 8, 8), {"relu1_1": layer}, aim)
    assert together.shape == (3,)
    assert (together > 0).all()
    joined = torch.cat(list(layer), dim=2)[None]
    one = loss(torch.rand(1, 3, 8, 8), {"relu1_1": joined}, aim)
    torch.testing.assert_close(together, one.expand(3))


@pytest.mark.parametrize("kind", LOSSES)
def test_the_gradient_is_right(kind: str) -> None:
    """Against finite differences, in float64."""
    loss = make(kind)
    aim = {name: value.double() for name, value in loss.target(features(2, 1)).items()}
    start = features(1, 1)["relu1_1"].double().requires_grad_()

    def value(x: torch.Tensor) -> torch.Tensor:
        return loss(3 * x[:, :3] - 1, {"relu1_1": x}, aim).sum()

    assert torch.autograd.gradcheck(value, start)


@pytest.mark.parametrize("kind", LOSSES)
def test_the_gradient_is_finite_where_features_are_all_zero(kind: str) -> None:
    loss, nothing = make(kind), torch.zeros(2, 4, 5, 6, requires_grad=True)
    aim = loss.target(features(2, 2))
    loss(nothing[:, :3], {"relu1_1": nothing}, aim).sum().backward()  # type: ignore[no-untyped-call]
    assert nothing.grad is None or nothing.grad.isfinite().all()


def judged(kind: str, output: list[float], painting: list[float]) -> float:
    """Return the value of a loss of weight 1 for features of one channel."""
    loss = LOSSES[kind](("a",), 1.0)
    mine, aim = (torch.tensor(values).view(1, 1, 1, -1) for values in (output, painting))
    return loss(mine, {"a": mine}, loss.target({"a": aim})).item()
