"""Warm start: initialize a new style from the shipped network with the most similar style.

A ``start.safetensors`` next to a model has the network's weights in half precision and statistics
of VGG features of each of its style images.
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
"""File name in the folder of a model."""
LOOKS = "looks"
"""Name of the tensor of style signatures."""
LAYERS = ("relu1_2", "relu2_2", "relu3_3")
"""Layers that represent colors, strokes and small shapes."""
NORMS, BASES = (".scale", ".shift", ".mean", ".variance"), (".palette", ".tint", ".strokes")
OWN = (*NORMS, *BASES, ".texture", ".colors")
"""Suffixes of the parameters that belong to one style."""


@dataclass(frozen=True, slots=True)
class WarmStart:
    """Weights for a network of one style, with the style and model they come from."""

    style: str
    model: str
    weights: dict[str, Tensor]


def style_signature(painting: Tensor, vgg_weights: Path | None = None) -> Tensor:
    """Return means and deviations of VGG's channels over a (1, 3, h, w) image: one vector."""
    vgg = load_vgg(LAYERS, path=vgg_weights)
    with torch.no_grad():
        features = vgg(painting)
    parts = [torch.std_mean(features[layer].float(), (2, 3)) for layer in LAYERS]
    return torch.cat([part for pair in parts for part in pair], dim=1)[0]


def save_start(checkpoint: Checkpoint, paintings: Sequence[Tensor], path: Path) -> None:
    """Write the file that later trainings are initialized from.

    Args:
        checkpoint: of the network.
        paintings: one style image per style, (1, 3, h, w).
        path: the file to write.
    """
    half = {name: tensor.half().contiguous() for name, tensor in checkpoint.weights.items()}
    half[LOOKS] = torch.stack([style_signature(painting) for painting in paintings])
    names = [style.name for style in checkpoint.recipe.styles]
    network = json.dumps(asdict(checkpoint.recipe.network))
    save_file(half, path, {"network": network, "styles": json.dumps(names)})
    path.chmod(0o644)  # safetensors writes files that only their owner can read


def nearest_style(
    painting: Tensor, network: NetworkConfig, vgg_weights: Path | None = None
) -> WarmStart | None:
    """Return the most similar style of all shipped networks of a shape, or None.

    Args:
        painting: the new style image, (1, 3, h, w) RGB in [0, 1].
        network: the shape.
        vgg_weights: see ``load_vgg``.

    Raises:
        ModelError: a weights file is damaged.
    """
    wanted, best = style_signature(painting, vgg_weights), None
    for folder in model_folders():
        for path in sorted(folder.glob(f"*/{START}")):
            found = _nearest_in(path, wanted, network)
            if found and (best is None or found[0] < best[0]):
                best = found
    return best[1] if best else None


def weights_of(
    path: Path, names: Sequence[str], paintings: Sequence[Tensor], vgg_weights: Path | None = None
) -> dict[str, Tensor]:
    """Read the weights of another training, or of a model for any styles.

    Args:
        path: folder or checkpoint of a training of the same styles, or folder of a model, of whose
            styles each new one takes that of the same name, or else the most similar one.
        names: names of the styles to train.
        paintings: their style images, (1, 3, h, w) RGB in [0, 1].
        vgg_weights: see ``load_vgg``.

    Raises:
        ModelError: there is no such file, or it is damaged.
    """
    if not (path / START).is_file():
        return load_checkpoint(path).weights
    start = _read(path / START)
    chosen = [
        start.styles.index(name)
        if name in start.styles
        else _most_similar(start, style_signature(painting, vgg_weights))[1]
        for name, painting in zip(names, paintings, strict=True)
    ]
    return {name: _only(name, tensor, chosen) for name, tensor in start.weights.items()}


def _nearest_in(
    path: Path, wanted: Tensor, network: NetworkConfig
) -> tuple[float, WarmStart] | None:
    start = _read(path)
    if start.network != asdict(network):
        return None
    distance, chosen = _most_similar(start, wanted)
    weights = {name: _only(name, tensor, [chosen]) for name, tensor in start.weights.items()}
    return distance, WarmStart(start.styles[chosen], path.parent.name, weights)


def _most_similar(start: "_Start", wanted: Tensor) -> tuple[float, int]:
    """Return the distance of the style with the most similar signature, and its index."""
    away = (start.looks - wanted).square() / (start.looks.square() + wanted.square() + 1e-6)
    distance, number = away.mean(dim=1).min(dim=0)
    return float(distance), int(number)


@dataclass(frozen=True, slots=True)
class _Start:
    """The contents of a ``start.safetensors``."""

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
        raise ModelError(f"cannot read {path}: {error}", install_command(again=True)) from error


def _only(name: str, tensor: Tensor, styles: list[int]) -> Tensor:
    return tensor[styles] if name.endswith(OWN) else tensor
