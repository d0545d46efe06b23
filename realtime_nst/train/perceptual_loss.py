"""Perceptual loss: a recipe's losses on features of VGG-16. Johnson et al. 2016, section 3.2."""

from pathlib import Path

import torch
from torch import Tensor

from realtime_nst.nn.device import autocast
from realtime_nst.nn.losses import Loss, Target
from realtime_nst.nn.losses.contract import IMPORTANCE
from realtime_nst.nn.vgg import Features
from realtime_nst.nn.vgg_weights import load_vgg
from realtime_nst.train.recipe import Recipe


class PerceptualLoss:
    """Losses of outputs against their contents and the styles that were requested.

    Args:
        recipe: with the losses and a weight for each style.
        paintings: one style image per style, (1, 3, h, w) RGB in [0, 1].
        device: the device to compute on.
        bf16: compute the features in bfloat16.
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

    def __call__(
        self, content: Tensor, output: Tensor, styles: Tensor, importance: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Return weighted means over the batch, by kind of loss.

        Args:
            content: (batch, 3, h, w), the network's input.
            output: (batch, 3, h, w), its output.
            styles: (batch,), the index of each image's style.
            importance: (batch, 1, h, w), 1 or more where content counts more and style less.
        """
        with autocast(self._device, self._bf16):
            features = self._vgg(output)
            with torch.no_grad():
                wanted = self._vgg(content, self._content_layers)
        if importance is not None:
            features[IMPORTANCE] = importance
        values: dict[str, Tensor] = {}
        for (kind, loss), targets in zip(self._terms, self._styles, strict=True):
            evaluate = self._by_style if loss.pooled else self._each
            target = loss.target(wanted) if loss.of == "content" else targets
            value = evaluate(loss, output, features, target, styles)
            if loss.of == "style":
                value = value * self._weights[styles]
            values[kind] = values.get(kind, 0) + value.mean()
        return values

    def _each(
        self, loss: Loss, output: Tensor, features: Features, target: Target, styles: Tensor
    ) -> Tensor:
        """Return (batch,) values of a loss with a target for each image."""
        if loss.of == "style":
            target = {name: stack[styles] for name, stack in target.items()}
        return loss(output, features, target)

    def _by_style(
        self, loss: Loss, output: Tensor, features: Features, target: Target, styles: Tensor
    ) -> Tensor:
        """Return (batch,) values of a loss on all images of a style together."""
        values = torch.zeros(len(output), device=output.device)
        given = [layer for layer in (*loss.layers, IMPORTANCE) if layer in features]
        for style in sorted(set(styles.tolist())):
            chosen = styles == style
            some = {layer: features[layer][chosen] for layer in given}
            own = {name: stack[style : style + 1] for name, stack in target.items()}
            values[chosen] = loss(output[chosen], some, own)
        return values

    @torch.no_grad()
    def _style_targets(self, paintings: list[Tensor]) -> list[Target]:
        """Return each loss's targets, stacked over the styles."""
        each = [self._targets(painting) for painting in paintings]
        return [_stack(list(targets)) for targets in zip(*each, strict=True)]

    def _targets(self, painting: Tensor) -> list[Target]:
        """Return each loss's target for a style image; its features, which are large, are freed."""
        features = self._vgg(painting.to(self._device))
        losses = [loss for _, loss in self._terms]
        return [loss.target(features) if loss.of == "style" else {} for loss in losses]


def _stack(targets: list[Target]) -> Target:
    return {name: torch.cat([each[name] for each in targets]) for name in targets[0]}
