"""Which network the optimizer looks through, and what it says when it is another."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from realtime_nst.errors import ModelError
from realtime_nst.gatys.backbone import open_backbone
from realtime_nst.gatys.optimize import STYLE_LAYERS, OptimizeSettings
from realtime_nst.nn.vgg import VGG, layers


@pytest.fixture
def nothing_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use an empty folder for torchvision's downloads, and disable the network."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))

    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    return tmp_path


def test_without_vgg19_it_is_vgg16_and_both_changes_are_said(nothing_downloaded: Path) -> None:
    back = open_backbone(OptimizeSettings())
    assert back.network == "vgg16"
    assert list(back.settings.style_layers) == ["conv1_1", "conv2_1", "conv3_1", "conv4_1"]
    first, second = back.notes
    assert "using VGG-16: VGG-19's weights are not installed" in first
    assert "conv5_1 left out" in second
    with pytest.raises(
        ModelError, match="cannot load vgg19 weights: torchvision's download failed"
    ):
        open_backbone(OptimizeSettings(), "vgg19")


def shallow(network: str, deepest: str, path: Path) -> Path:
    """Write a weights file with zeros up to a layer."""
    state = VGG([deepest], network).state_dict()
    zeros = {k: torch.zeros_like(v) for k, v in state.items() if k.startswith("features")}
    save_file(zeros, path)
    return path


def test_given_weights_say_themselves_what_they_are(tmp_path: Path) -> None:
    settings = OptimizeSettings(style_layers={"conv1_1": 1.0}, content_layers=("conv3_1",))
    nineteen = shallow("vgg19", "conv3_4", tmp_path / "a.safetensors")
    sixteen = shallow("vgg16", "conv3_3", tmp_path / "b.safetensors")
    assert open_backbone(settings, path=nineteen).network == "vgg19"
    opened = open_backbone(settings, path=sixteen)
    assert (opened.network, opened.notes) == ("vgg16", ())


def test_vgg19_with_all_its_weights_keeps_all_layers(tmp_path: Path) -> None:
    path = shallow("vgg19", "conv5_1", tmp_path / "c.safetensors")
    back = open_backbone(OptimizeSettings(), path=path)
    assert dict(back.settings.style_layers) == STYLE_LAYERS
    assert back.notes == ()
    assert back.vgg.names[-1] == "conv5_1"
    assert back.vgg.names == [name for name, _ in layers("vgg19")][:29]


@pytest.mark.parametrize(
    ("settings", "network", "pooling", "said"),
    [
        (OptimizeSettings(style_layers={"conv9_1": 1.0}), "vgg16", "max", "no layer conv9_1"),
        (OptimizeSettings(content_layers=("relu3_4",)), "vgg16", "max", "no layer relu3_4"),
        (OptimizeSettings(content_layers=("conv5_2",)), "vgg16", "max", "end before conv5_1"),
        (OptimizeSettings(), "alexnet", "max", "no network 'alexnet'"),
        (OptimizeSettings(), "vgg16", "l2", "no pooling 'l2'"),
    ],
)
def test_what_there_is_not_is_refused(
    settings: OptimizeSettings, network: str, pooling: str, said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        open_backbone(settings, network, pooling=pooling)
