"""A recipe's losses on the features of VGG-16: what Johnson et al. 2016, section 3.2, train by."""

from pathlib import Path

import torch
from torch import Tensor

from realtime_nst.train.device import autocast
from realtime_nst.train.features import Features
from realtime_nst.train.losses import Loss, Target
from realtime_nst.train.recipe import Recipe
from realtime_nst.train.weights import load_vgg


class PerceptualLoss:
    """Judges outputs by their contents and by the style each of them was to have.

    Args:
        recipe: with the losses, and with a weight for each style.
        paintings: one for each style, (1, 3, h, w) RGB in [0, 1].
        vgg_weights: see ``load_vgg``.
    """

    def __init__(
        self,
        recipe: Recipe,
        paintings: list[Tensor],
        device: torch.device,
        bf16: bool,
        vgg_weights: Path | None = None,
    ) -> None:
        self._terms = [(term.kind, term.build()) for term in recipe.losses]
        layers = {layer for _, loss in self._terms for layer in loss.layers}
        self._content_layers = frozenset(
            layer for _, loss in self._terms if loss.of == "content" for layer in loss.layers
        )
        self._vgg = load_vgg(layers, path=vgg_weights)
        self._vgg.to(device).to(memory_format=torch.channels_last)
        self._device, self._bf16 = device, bf16
        self._weights = torch.tensor([style.weight for style in recipe.styles], device=device)
        self._styles = self._style_targets(paintings)

    def __call__(self, content: Tensor, output: Tensor, styles: Tensor) -> dict[str, Tensor]:
        """Weighted means over the batch, by kind of loss.

        Args:
            content: (batch, 3, h, w), what went into the network.
            output: (batch, 3, h, w), what came out.
            styles: (batch,) the number of the style each was painted in.
        """
        with autocast(self._device, self._bf16):
            features = self._vgg(output)
            with torch.no_grad():
                wanted = self._vgg(content, self._content_layers)
        values: dict[str, Tensor] = {}
        for (kind, loss), targets in zip(self._terms, self._styles, strict=True):
            judge = self._by_style if loss.pooled else self._each
            target = loss.target(wanted) if loss.of == "content" else targets
            value = judge(loss, output, features, target, styles)
            if loss.of == "style":
                value = value * self._weights[styles]
            values[kind] = values.get(kind, 0) + value.mean()
        return values

    def _each(
        self, loss: Loss, output: Tensor, features: Features, target: Target, styles: Tensor
    ) -> Tensor:
        """(batch,) values of a loss that judges each image by its own target."""
        if loss.of == "style":
            target = {name: stack[styles] for name, stack in target.items()}
        return loss(output, features, target)

    def _by_style(
        self, loss: Loss, output: Tensor, features: Features, target: Target, styles: Tensor
    ) -> Tensor:
        """(batch,) values of a loss that judges all images of a style as one."""
        values = torch.zeros(len(output), device=output.device)
        for style in sorted(set(styles.tolist())):
            chosen = styles == style
            some = {layer: features[layer][chosen] for layer in loss.layers}
            aim = {name: stack[style : style + 1] for name, stack in target.items()}
            values[chosen] = loss(output[chosen], some, aim)
        return values

    @torch.no_grad()
    def _style_targets(self, paintings: list[Tensor]) -> list[Target]:
        """For each loss, its targets stacked over the styles."""
        each = [self._targets(painting) for painting in paintings]
        return [_stack(list(targets)) for targets in zip(*each, strict=True)]

    def _targets(self, painting: Tensor) -> list[Target]:
        """For each loss; the features, which are large, are forgotten."""
        features = self._vgg(painting.to(self._device))
        losses = [loss for _, loss in self._terms]
        return [loss.target(features) if loss.of == "style" else {} for loss in losses]


def _stack(targets: list[Target]) -> Target:
    return {name: torch.cat([each[name] for each in targets]) for name in targets[0]}
