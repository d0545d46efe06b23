"""Perceptual distances on VGG-16: of strokes to the style image, of shapes to the photo."""

from collections.abc import Callable
from pathlib import Path

import torch

from realtime_nst.frame import Image
from realtime_nst.nn.losses import LOSSES, Loss
from realtime_nst.nn.tensors import to_tensor
from realtime_nst.nn.vgg_weights import load_vgg

MEASURES = {
    "wasserstein 2": ("wasserstein", "relu2_1"),
    "wasserstein 3": ("wasserstein", "relu3_1"),
    "nearest 3": ("nearest_neighbors", "relu3_1"),
    "nearest 4": ("nearest_neighbors", "relu4_1"),
    "similarity 3": ("self_similarity", "relu3_1"),
}
"""Name -> kind of loss and its layer; the number in the name is the stage."""


@torch.no_grad()
def likeness(
    painting: Image, vgg_weights: Path | None = None
) -> Callable[[Image, Image], dict[str, float]]:
    """Return a function from output and photo to the distances, by name.

    Args:
        painting: the style image, about as high as the outputs.
        vgg_weights: see ``load_vgg``.
    """
    losses: dict[str, Loss] = {
        name: LOSSES[kind]((layer,), 1.0) for name, (kind, layer) in MEASURES.items()
    }
    vgg = load_vgg({layer for _, layer in MEASURES.values()}, path=vgg_weights)
    aim = vgg(to_tensor(painting))
    targets = {name: loss.target(aim) for name, loss in losses.items() if loss.of == "style"}

    @torch.no_grad()
    def measure(output: Image, photo: Image) -> dict[str, float]:
        image = to_tensor(output)
        found, seen = vgg(image), vgg(to_tensor(photo))
        return {
            name: float(loss(image, found, targets.get(name) or loss.target(seen)))
            for name, loss in losses.items()
        }

    return measure
