"""Conditional instance norm that can be frozen, so that it folds into the convolution before."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-5
MOMENTUM = 0.02
"""How much one step's statistics count in the running ones."""


class ConditionalNorm(nn.Module):
    """Instance norm whose scale and shift are a blend of the styles' own. Dumoulin et al. 2017.

    While it learns it keeps, for each style, running means of its statistics. ``frozen`` says how
    far these replace the statistics of the picture at hand: 0 is instance norm, at 1 the layer is
    one factor and one summand a channel, the same for every picture. Then it costs nothing (they
    fold into the convolution before), nothing pumps when something bright enters the frame, and
    tiles of a picture fit together.
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
        """(batch, channels, h, w) normalised for ``style``, (batch, styles)."""
        if self.frozen == 1:
            factor, summand = (blend(style, each) for each in self.affine())
        elif len(x) == 1 and not self.training:  # one node in the exported graph
            scale, shift = blend(style, self.scale), blend(style, self.shift)
            return F.instance_norm(x.float(), weight=scale[0], bias=shift[0]).to(x.dtype)
        else:
            factor, summand = self._of_picture(x, style)
        return torch.addcmul(summand[:, :, None, None], x, factor[:, :, None, None])

    def affine(self) -> tuple[Tensor, Tensor]:
        """Factor and summand of each style once frozen: two (styles, channels)."""
        factor = self.scale * torch.rsqrt(self.variance + EPSILON)
        return factor, self.shift - self.mean * factor

    def _of_picture(self, x: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
        variance, mean = torch.var_mean(x.float(), (2, 3), correction=0)
        if self.training:
            self._remember(mean.detach(), variance.detach(), style)
        if self.frozen:
            mean = torch.lerp(mean, blend(style, self.mean), self.frozen)
            variance = torch.lerp(variance, blend(style, self.variance), self.frozen)
        factor = blend(style, self.scale) * torch.rsqrt(variance + EPSILON)
        return factor, blend(style, self.shift) - mean * factor

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, style: Tensor) -> None:
        """Each style's statistics move towards those of the pictures painted in it just now."""
        share = style / style.sum(0).clamp(min=EPSILON)
        weight = MOMENTUM * (style.sum(0) > 0).float()[:, None]
        self.mean.lerp_(blend(share.T, mean), weight)
        around = variance + (mean - blend(style, self.mean)).square()
        self.variance.lerp_(blend(share.T, around), weight)


def blend(weights: Tensor, table: Tensor) -> Tensor:
    """``weights @ table``, which autocast would round to half precision."""
    return (weights[:, :, None] * table).sum(1)
