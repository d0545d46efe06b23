"""Conditional instance norm that can be frozen, so that it folds into the previous convolution."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-5
MOMENTUM = 0.02
"""Weight of one step's statistics in the running ones."""


class ConditionalNorm(nn.Module):
    """Instance norm with a scale and a shift for each style. Dumoulin et al. 2017.

    During training the layer keeps running statistics of each style. ``frozen`` is their share
    against the statistics of the current image: 0 is instance norm; at 1 the layer is one factor
    and one summand per channel, the same for every image. A frozen layer costs nothing (it folds
    into the previous convolution), brightness does not pump when something bright enters the
    frame, and tiles of an image fit together.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(styles, channels))
        self.shift = nn.Parameter(torch.zeros(styles, channels))
        self.register_buffer("mean", torch.zeros(styles, channels))
        self.register_buffer("variance", torch.ones(styles, channels))
        self.frozen = 0.0

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Normalize ``x``, (batch, channels, h, w), for ``style``, (batch, styles)."""
        if self.frozen == 1:
            factor, summand = (blend(style, each) for each in self.affine())
        elif len(x) == 1 and not self.training:  # one node in the exported graph
            scale, shift = blend(style, self.scale), blend(style, self.shift)
            return F.instance_norm(x.float(), weight=scale[0], bias=shift[0]).to(x.dtype)
        else:
            factor, summand = self._affine_of_image(x, style)
        return torch.addcmul(summand[:, :, None, None], x, factor[:, :, None, None])

    def affine(self) -> tuple[Tensor, Tensor]:
        """Return the factor and the summand of each frozen style, both (styles, channels)."""
        factor = self.scale * torch.rsqrt(self.variance + EPSILON)
        return factor, self.shift - self.mean * factor

    def _affine_of_image(self, x: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
        variance, mean = torch.var_mean(x.float(), (2, 3), correction=0)
        if self.training:
            self._update_statistics(mean.detach(), variance.detach(), style)
        if self.frozen:
            mean = torch.lerp(mean, blend(style, self.mean), self.frozen)
            variance = torch.lerp(variance, blend(style, self.variance), self.frozen)
        factor = blend(style, self.scale) * torch.rsqrt(variance + EPSILON)
        return factor, blend(style, self.shift) - mean * factor

    @torch.no_grad()
    def _update_statistics(self, mean: Tensor, variance: Tensor, style: Tensor) -> None:
        """Move each style's running statistics towards those of the batch's images in it."""
        share = style / style.sum(0).clamp(min=EPSILON)
        weight = MOMENTUM * (style.sum(0) > 0).float()[:, None]
        self.mean.lerp_(blend(share.T, mean), weight)
        around = variance + (mean - blend(style, self.mean)).square()
        self.variance.lerp_(blend(share.T, around), weight)


def blend(weights: Tensor, table: Tensor) -> Tensor:
    """Return ``weights @ table``, which autocast would round to half precision."""
    return (weights[:, :, None] * table).sum(1)
