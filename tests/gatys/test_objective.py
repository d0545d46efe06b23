"""The objective: the losses networks learn by, right in its gradient, in regions and in tiles."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.gatys.objective import (
    Objective,
    StyleImage,
    Term,
    content_terms,
    stride_of,
    style_terms,
)
from realtime_nst.gatys.tiling import margin_of, tiles_of
from realtime_nst.nn.losses import ContentLoss, GramLoss, TVLoss
from realtime_nst.nn.vgg import VGG
from tests.helpers.gatys_images import CONTENT, LAYERS, cat, random_vgg, stripes, vgg


def make(
    network: VGG, content: Tensor, *styles: StyleImage, tile: int = 0, weight: float = 1e3
) -> Objective:
    size = (content.shape[2], content.shape[3])
    terms: list[Term] = [*content_terms(network, content, CONTENT, 1.0, tile)]
    terms += style_terms(network, styles, LAYERS, weight, size, tile)
    return Objective(network, tuple(terms), 0.5, tile=tile)


def test_it_is_what_networks_learn_by() -> None:
    network, content, image = vgg(), cat(96), stripes(64, 96)
    ours = make(network, content, StyleImage(stripes()))(image)
    features = network(image)
    matched = ContentLoss(CONTENT, 1.0)
    painted = [GramLoss((layer,), 1e3 * weight) for layer, weight in LAYERS.items()]
    style = sum(p(image, features, p.target(network(stripes()))) for p in painted)
    wanted = {
        "content": matched(image, features, matched.target(network(content))).sum(),
        "style": torch.as_tensor(style).sum(),
        "tv": TVLoss((), 0.5)(image, {}, {}).sum(),
    }
    torch.testing.assert_close(ours, wanted)


def test_the_gradient_is_right() -> None:
    """Against central differences in float64, in three random directions."""
    network = random_vgg()
    content, style = cat(48).double(), StyleImage(stripes(40, 40).double())
    objective = make(network, content, style, weight=1e6)
    generator = torch.Generator().manual_seed(4)
    image = torch.rand(content.shape, generator=generator, dtype=torch.float64)
    point = objective.evaluate(image)

    def total(picture: Tensor) -> float:
        return sum(loss.item() for loss in objective(picture).values())

    for _ in range(3):
        way = torch.randn(image.shape, generator=generator, dtype=torch.float64)
        slope = (total(image + 1e-6 * way) - total(image - 1e-6 * way)) / 2e-6
        assert float((point.gradient * way).sum()) == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize("masked", [False, True])
def test_tiles_see_what_the_whole_sees(masked: bool) -> None:
    """Sizes that no tile divides; every tile has neighbours within its margin."""
    network = random_vgg()
    content = cat(150).double()
    mask = torch.zeros(1, 1, 7, 9, dtype=torch.float64)
    mask[..., :4] = 1
    style = StyleImage(stripes(70, 90).double(), where=mask if masked else None)
    image = stripes(*content.shape[2:]).double()
    whole = make(network, content, style).evaluate(image)
    tiled = make(network, content, style, tile=32).evaluate(image)
    assert len(tiles_of(image, 32, margin_of(network))) > 8
    assert tiled.losses == pytest.approx(whole.losses, rel=1e-9)
    torch.testing.assert_close(tiled.gradient, whole.gradient, rtol=1e-7, atol=1e-15)


def test_two_styles_blend_into_one_target_with_the_gradient_of_both() -> None:
    network, content, image = random_vgg(), cat(48).double(), stripes(32, 48).double()
    first, second = stripes(40, 40).double(), cat(40).double()

    def gradient(*styles: StyleImage) -> Tensor:
        return make(network, content, *styles).evaluate(image).gradient

    together = gradient(StyleImage(first, 3), StyleImage(second, 1))
    alone = 0.75 * gradient(StyleImage(first)) + 0.25 * gradient(StyleImage(second))
    torch.testing.assert_close(together, alone)


def test_a_style_acts_only_where_its_mask_is_white() -> None:
    network, content = vgg(), cat(96)
    where = torch.zeros(1, 1, *content.shape[2:])
    where[..., :48] = 1
    gradient = make(network, content, StyleImage(stripes(), where=where)).evaluate(content).gradient
    quiet = make(network, content, StyleImage(stripes()), weight=0).evaluate(content).gradient
    change = (gradient - quiet).abs()
    reach = margin_of(network)
    assert change[..., 48 + reach :].max() == 0
    assert change[..., :48].mean() > 0


def test_a_white_mask_changes_nothing() -> None:
    network, content = random_vgg(), cat(48).double()
    image, white = stripes(32, 48).double(), torch.ones(1, 1, 3, 5, dtype=torch.float64)
    plain = StyleImage(stripes().double())
    masked = replace(plain, where=white, part=white)
    losses = [make(network, content, style).evaluate(image).losses for style in (plain, masked)]
    assert losses[0] == pytest.approx(losses[1])


def test_only_the_white_part_of_a_style_counts() -> None:
    """Stripes beside a flat field, the field masked out, are nearer to stripes than both."""
    network = vgg()
    both = torch.cat([stripes(64, 64), torch.full((1, 3, 64, 64), 0.5)], dim=3)
    part = torch.zeros(1, 1, 64, 128)
    part[..., :64] = 1

    def far(style: StyleImage) -> float:
        aim = stripes(64, 64)
        return make(network, aim, style).evaluate(aim).losses["style"]

    assert far(StyleImage(both, part=part)) < 0.2 * far(StyleImage(both))


def test_a_black_mask_is_refused() -> None:
    black = torch.zeros(1, 1, 8, 8)
    with pytest.raises(TrainError, match="mask is black"):
        make(vgg(), cat(64), StyleImage(stripes(), where=black))


def test_layers_are_as_coarse_as_their_names_say() -> None:
    network, picture = vgg(), torch.rand(1, 3, 64, 96)
    for name, features in network(picture).items():
        assert features.shape[2] == 64 // stride_of(name)
    assert margin_of(network) == 32  # conv3_2 looks 19 pixels far: 2 + 1 + 4 + 2 + 8, and rounding


def test_average_pooling_is_another_network() -> None:
    picture = cat(64)
    by_max, by_mean = vgg()(picture), vgg("avg")(picture)
    assert torch.equal(by_max["conv1_1"], by_mean["conv1_1"])
    assert by_mean["conv2_1"].mean().abs() != by_max["conv2_1"].mean().abs()
