"""Distance of a stylized image to its style: the Gram losses of the model's own recipe."""

from collections.abc import Callable
from pathlib import Path

import torch

from realtime_nst.evaluate.fidelity import open_candidate
from realtime_nst.frame import Image
from realtime_nst.models.registry import StyleChoice
from realtime_nst.nn.losses import GramLoss
from realtime_nst.nn.tensors import to_tensor


@torch.no_grad()
def distance_to_style(
    choice: StyleChoice, picture: Path | None, paintings: Path | None, weights: Path | None = None
) -> Callable[[Image], float]:
    """Return a function from an image to its style loss, with the recipe's weights.

    Args:
        choice: one style of a model.
        picture: the style image; None searches next to the recipe and in ``paintings``.
        paintings: a folder of style images.
        weights: of VGG-16; see ``load_vgg``.

    Raises:
        ModelError: ``choice`` is a blend, or no recipe next to the model has its style.
        SourceError: the style image is missing, or not the one named in the recipe.
    """
    candidate = open_candidate(choice, picture, paintings, weights)
    losses = [term.build() for term in candidate.recipe.losses]
    grams = [loss for loss in losses if isinstance(loss, GramLoss)]
    wanted = frozenset(layer for loss in grams for layer in loss.layers)
    features = candidate.vgg(candidate.painting, wanted)
    targets = [loss.target(features) for loss in grams]

    @torch.no_grad()
    def distance(image: Image) -> float:
        output = to_tensor(image)
        found = candidate.vgg(output, wanted)
        parts = (loss(output, found, target) for loss, target in zip(grams, targets, strict=True))
        return sum(float(part) for part in parts) * candidate.style.weight

    return distance
