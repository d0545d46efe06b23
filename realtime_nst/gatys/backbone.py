"""Choose the VGG network: VGG-19 as in Gatys et al. 2016 if its weights are available."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from realtime_nst.errors import ModelError
from realtime_nst.gatys.optimize import OptimizeSettings
from realtime_nst.nn.vgg import CONVOLUTIONS, POOLINGS, VGG, layers
from realtime_nst.nn.vgg_weights import VARIABLE, find_weights, load_vgg

VGG19_ONLY = "features.16.weight"
"""Key of conv3_4, in whose place VGG-16 has a pooling layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Backbone:
    """A loaded network, and the settings that it can serve."""

    vgg: VGG
    network: str
    settings: OptimizeSettings
    """The requested settings without style layers that the weights lack."""
    notes: tuple[str, ...]
    """Differences from what was requested, human-readable."""


def open_backbone(
    settings: OptimizeSettings,
    network: str = "auto",
    path: Path | None = None,
    pooling: str = "max",
) -> Backbone:
    """Load the part of VGG that the settings need.

    Args:
        settings: with the style and content layers to load.
        network: ``vgg19``, ``vgg16`` or ``auto``, which is VGG-19 if its weights are given or were
            downloaded by torchvision before, and VGG-16 otherwise.
        path: a weights file; see ``load_vgg``.
        pooling: ``max`` or ``avg``.

    Raises:
        ModelError: the weights, a layer, the network or the pooling do not exist.
    """
    if pooling not in POOLINGS:
        raise ModelError(f"there is no pooling {pooling!r}", f"use {' or '.join(POOLINGS)}")
    network, notes = _choose_network(network, path)
    present = _available(network, path, (*settings.style_layers, *settings.content_layers))
    missing = [name for name in settings.style_layers if name not in present]
    if missing:
        notes = (*notes, f"{', '.join(missing)} left out: these {network} weights end before it")
    kept = {name: weight for name, weight in settings.style_layers.items() if name in present}
    settings = replace(settings, style_layers=kept)
    vgg = load_vgg({*kept, *settings.content_layers}, network, path, pooling)
    return Backbone(vgg, network, settings, notes)


def _choose_network(network: str, path: Path | None) -> tuple[str, tuple[str, ...]]:
    if network in CONVOLUTIONS:
        return network, ()
    if network != "auto":
        message = f"there is no network {network!r}"
        raise ModelError(message, f"use auto, {' or '.join(CONVOLUTIONS)}")
    if path or os.environ.get(VARIABLE):
        weights, _ = find_weights("vgg16", path)
        return ("vgg19" if VGG19_ONLY in weights else "vgg16"), ()
    if any((Path(torch.hub.get_dir()) / "checkpoints").glob("vgg19-*.pth")):
        return "vgg19", ()
    note = "using VGG-16: VGG-19's weights are not installed; --network vgg19 downloads them"
    return "vgg16", (note,)


def _available(network: str, path: Path | None, names: Iterable[str]) -> set[str]:
    """Return the layers that there are weights for.

    Raises:
        ModelError: the network has no such layer.
    """
    weights, _ = find_weights(network, path)
    with torch.device("meta"):
        position = {name: index for index, (name, _) in enumerate(layers(network))}
    unknown = [name for name in names if name not in position]
    if unknown:
        hint = "name layers as in the papers: conv4_2 before the ReLU, relu3_3 after it"
        raise ModelError(f"{network} has no layer {', '.join(unknown)}", hint)
    return {name for name in names if _is_complete(weights, position, position[name])}


def _is_complete(weights: Mapping[str, Tensor], position: Mapping[str, int], last: int) -> bool:
    convolutions = [n for name, n in position.items() if name.startswith("conv") and n <= last]
    return all(f"features.{n}.weight" in weights for n in convolutions)
