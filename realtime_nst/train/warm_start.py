"""Where a new style begins: at the shipped network that paints what is most like it.

Beside a model may lie ``start.safetensors``: the network's weights in half precision and, for each
of its paintings, what VGG sees in it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from realtime_nst.errors import ModelError
from realtime_nst.extras import install_command
from realtime_nst.models.registry import model_folders
from realtime_nst.nn.transformer_net import NetworkConfig
from realtime_nst.nn.vgg_weights import load_vgg
from realtime_nst.train.checkpoint import Checkpoint, load_checkpoint

START = "start.safetensors"
LOOKS = "looks"
LAYERS = ("relu1_2", "relu2_2", "relu3_3")
"""Colours, strokes and small forms."""
NORMS, BASES = (".scale", ".shift", ".mean", ".variance"), (".palette", ".tint", ".strokes")
OWN = (*NORMS, *BASES, ".texture", ".colors")
"""What a style has for itself in a network."""


@dataclass(frozen=True, slots=True)
class WarmStart:
    """Weights for a network of one style, and whose they were."""

    style: str
    model: str
    weights: dict[str, Tensor]


def style_signature(painting: Tensor, vgg_weights: Path | None = None) -> Tensor:
    """Means and deviations of VGG's channels over a (1, 3, h, w) painting: one vector."""
    vgg = load_vgg(LAYERS, path=vgg_weights)
    with torch.no_grad():
        features = vgg(painting)
    parts = [torch.std_mean(features[layer].float(), (2, 3)) for layer in LAYERS]
    return torch.cat([part for pair in parts for part in pair], dim=1)[0]


def save_start(checkpoint: Checkpoint, paintings: Sequence[Tensor], path: Path) -> None:
    """Write what later trainings begin with; ``paintings`` are (1, 3, h, w), one a style."""
    half = {name: tensor.half().contiguous() for name, tensor in checkpoint.weights.items()}
    half[LOOKS] = torch.stack([style_signature(painting) for painting in paintings])
    names = [style.name for style in checkpoint.recipe.styles]
    network = json.dumps(asdict(checkpoint.recipe.network))
    save_file(half, path, {"network": network, "styles": json.dumps(names)})
    path.chmod(0o644)  # a model is for everyone to read; safetensors writes for its owner alone


def nearest_style(
    painting: Tensor, network: NetworkConfig, vgg_weights: Path | None = None
) -> WarmStart | None:
    """The most similar style of all shipped networks of a shape; None if there is no such one.

    Raises:
        ModelError: a file of weights is broken.
    """
    wanted, best = style_signature(painting, vgg_weights), None
    for folder in model_folders():
        for path in sorted(folder.glob(f"*/{START}")):
            found = _nearest_in(path, wanted, network)
            if found and (best is None or found[0] < best[0]):
                best = found
    return best[1] if best else None


def weights_of(path: Path) -> dict[str, Tensor]:
    """What another training, by its folder or checkpoint, or a shipped model, by its folder, knows.

    Raises:
        ModelError: there is no such file, or it is broken.
    """
    start = path / START
    return _read(start).weights if start.is_file() else load_checkpoint(path).weights


def _nearest_in(
    path: Path, wanted: Tensor, network: NetworkConfig
) -> tuple[float, WarmStart] | None:
    start = _read(path)
    if start.network != asdict(network):
        return None
    away = (start.looks - wanted).square() / (start.looks.square() + wanted.square() + 1e-6)
    distance, number = away.mean(dim=1).min(dim=0)
    chosen = int(number)
    weights = {name: _only(name, tensor, chosen) for name, tensor in start.weights.items()}
    return float(distance), WarmStart(start.styles[chosen], path.parent.name, weights)


@dataclass(frozen=True, slots=True)
class _Start:
    """What ``save_start`` wrote."""

    network: dict[str, object]
    styles: list[str]
    looks: Tensor
    weights: dict[str, Tensor]


def _read(path: Path) -> _Start:
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata()
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118  (no dict)
            network, styles = json.loads(about["network"]), json.loads(about["styles"])
            return _Start(network, styles, tensors.pop(LOOKS), tensors)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}", install_command(again=True)) from error


def _only(name: str, tensor: Tensor, style: int) -> Tensor:
    return tensor[style : style + 1] if name.endswith(OWN) else tensor
