"""Memory: estimated as it is used, refused before it runs out, bounded by tiles."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from realtime_nst.errors import TrainError
from realtime_nst.gatys.backbone import open_backbone
from realtime_nst.gatys.memory import estimate, fitting, free_memory, kept_per_pixel
from realtime_nst.gatys.objective import Objective, StyleImage, Term, content_terms, style_terms
from realtime_nst.gatys.optimize import OptimizeSettings
from realtime_nst.nn.vgg import VGG
from tests.helpers.gatys_images import cat, stripes


@pytest.fixture(scope="module")
def opened() -> tuple[VGG, OptimizeSettings]:
    back = open_backbone(OptimizeSettings(), "vgg16")
    return back.vgg.to(memory_format=torch.channels_last), back.settings


def kept(objective: Objective, image: Tensor) -> int:
    """Bytes that autograd holds on to between forward and backward, each counted once."""
    own = {p.untyped_storage().data_ptr() for p in objective.vgg.parameters()}
    held: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            held[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        losses = objective(image.clone().requires_grad_())
    assert losses
    return sum(held.values())


@pytest.mark.parametrize("bf16", [False, True])
def test_the_estimate_is_what_is_kept(opened: tuple[VGG, OptimizeSettings], bf16: bool) -> None:
    vgg, settings = opened
    settings = replace(settings, bf16=bf16)
    content = cat(128)
    size = (content.shape[2], content.shape[3])
    layers = dict(settings.style_layers)
    terms: tuple[Term, ...] = (
        *content_terms(vgg, content, settings.content_layers, 1.0),
        *style_terms(vgg, [StyleImage(stripes())], layers, 1e6, size),
    )
    held = kept(Objective(vgg, terms, bf16=bf16), content) / (size[0] * size[1])
    # What is held, and up to the gradients that are under way besides.
    assert 0.4 * kept_per_pixel(vgg, settings) < held < kept_per_pixel(vgg, settings)


def test_memory_that_does_is_not_cut_into_tiles(opened: tuple[VGG, OptimizeSettings]) -> None:
    vgg, settings = opened
    need = estimate(vgg, 512, 512, settings)
    assert fitting(vgg, 512, 512, settings, 2 * need) == (0, "")
    assert fitting(vgg, 512, 512, settings, None) == (0, "")


def test_short_memory_takes_tiles_and_shorter_memory_is_refused(
    opened: tuple[VGG, OptimizeSettings],
) -> None:
    vgg, settings = opened
    need = estimate(vgg, 3000, 4000, settings)
    side, note = fitting(vgg, 3000, 4000, settings, need / 2)
    assert side >= 256
    assert f"tiles of {side} px" in note
    assert estimate(vgg, 3000, 4000, replace(settings, tile=side)) <= need / 2
    with pytest.raises(TrainError, match=r"4000x3000 needs about .* GB") as refused:
        fitting(vgg, 3000, 4000, settings, 1e9)
    assert refused.value.hint == "choose a smaller --size"


@pytest.mark.parametrize(
    ("free", "chosen", "ways"),
    [
        (8e9, None, {"adam"}),
        (20e9, 0, {"--tile 0"}),
        (20e9, 3072, {"--tile 3072"}),
        (8e9, 0, {"--tile 0", "adam"}),
        (1e9, 0, set()),
    ],
)
def test_a_refusal_names_what_would_help(
    opened: tuple[VGG, OptimizeSettings], free: float, chosen: int | None, ways: set[str]
) -> None:
    vgg, settings = opened
    settings = replace(settings, bf16=True, tile=chosen or 0)
    with pytest.raises(TrainError) as refused:
        fitting(vgg, 4096, 4096, settings, free, choose=chosen is None)
    hint = refused.value.hint
    assert {way for way in ("adam", "--tile 0", "--tile 3072") if way in hint} == ways
    assert hint.endswith("choose a smaller --size")


def test_this_machine_has_memory() -> None:
    free = free_memory(torch.device("cpu"))
    assert free is None or free > 1e8


def test_vgg19_has_all_layers_of_the_paper_where_the_paper_has_them() -> None:
    """Random weights; indices of torchvision's network."""
    settings = OptimizeSettings()
    vgg = VGG([*settings.style_layers, *settings.content_layers], "vgg19")
    place = {name: index for index, name in enumerate(vgg.names)}
    wanted = {"conv1_1": 0, "conv2_1": 5, "conv3_1": 10, "conv4_1": 19, "conv5_1": 28}
    assert {name: place[name] for name in settings.style_layers} == wanted
    assert place["conv4_2"] == 21
    fourth = vgg.features[place["conv4_2"]]
    assert isinstance(fourth, nn.Conv2d)
    assert (fourth.in_channels, fourth.out_channels) == (512, 512)
