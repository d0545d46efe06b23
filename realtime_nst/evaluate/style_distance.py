"""How far a painted picture is from its style: the Gram losses of the model's own recipe."""

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
    """A function from a picture to its style loss, as the recipe weighs it.

    Args:
        picture: the painting; None looks for it beside the recipe and in ``paintings``.
        weights: of VGG-16, if not the usual ones.

    Raises:
        ModelError: it is a blend, or there is no recipe beside the model, or none of this style.
        SourceError: the painting is missing, or not the one of the recipe.
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
