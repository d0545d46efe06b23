"""The network: one picture in, one stylized picture out, in one pass.

``johnson`` is the network of Johnson et al. 2016 (supplement, table 1) with affine instance norm
(Ulyanov et al. 2016); ``fast`` does all its work at a quarter of the resolution, for CPUs. Both
hold several styles by conditional instance norm (Dumoulin et al. 2017): everything is shared but
one scale and shift per style and channel.
"""

from dataclasses import dataclass
from typing import Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime_nst.errors import ModelError

Padding = Literal["zeros", "reflect"]
MULTIPLE = 4
"""Both tiers halve the size twice."""

MARGIN = 20
"""Pixels of mirrored picture around the frame, in the fast tier: with 8, what zero padding does to
the border showed in the result."""


@dataclass(frozen=True, slots=True)
class Network:
    """The shape of a network, as a recipe gives it."""

    tier: str = "fast"
    """``fast`` or ``johnson``."""
    width: int = 48
    """Channels: of the whole body (fast), of the first layer (johnson: 32, then 64 and 128)."""
    blocks: int = 4
    """Residual blocks."""
    upsampling: str = "resize"
    """``transposed`` as in the paper, or ``resize``: nearest x2 and a convolution (Odena et al.
    2016), which draws no checkerboard. The fast tier always resizes."""


NETWORKS = {"fast": Network(), "johnson": Network("johnson", width=32, blocks=5)}
"""The shape a tier has unless its recipe says otherwise."""


class ConditionalNorm(nn.Module):
    """Instance norm whose scale and shift are a blend of the styles' own. Dumoulin et al. 2017."""

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(styles, channels))
        self.shift = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = style @ self.scale, style @ self.shift
        if len(x) == 1:  # one node in the exported graph
            return F.instance_norm(x.float(), weight=scale[0], bias=shift[0]).to(x.dtype)
        return torch.addcmul(shift[:, :, None, None], F.instance_norm(x), scale[:, :, None, None])


class ConvNorm(nn.Module):
    """Convolution, conditional instance norm and, if asked for, ReLU."""

    def __init__(self, conv: nn.Module, channels: int, styles: int, *, relu: bool = True) -> None:
        super().__init__()
        self.conv = conv
        self.norm = ConditionalNorm(channels, styles)
        self.relu = relu

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        x = self.norm(self.conv(x), style)
        return F.relu(x) if self.relu else x


class Residual(nn.Module):
    """Two convolutions around which the input passes unchanged. Johnson et al. 2016, figure 1."""

    def __init__(self, channels: int, styles: int, padding_mode: Padding) -> None:
        super().__init__()
        self.first = ConvNorm(_conv(channels, channels, 3, padding_mode), channels, styles)
        self.second = ConvNorm(
            _conv(channels, channels, 3, padding_mode), channels, styles, relu=False
        )

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        return cast(Tensor, x + self.second(self.first(x, style), style))


class Upsample(nn.Module):
    """Twice the size (nearest or linear), then a convolution."""

    def __init__(self, conv: nn.Module, mode: str) -> None:
        super().__init__()
        self.conv = conv
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.conv(F.interpolate(x, scale_factor=2.0, mode=self.mode)))


class TransformerNet(nn.Module):
    """Stylize RGB pictures in [0, 1], (batch, 3, height, width), any size from 16x16 up.

    ``style`` is (batch, styles): how much of each style, summing to 1. The answer has exactly the
    input's size; it may leave [0, 1], so that training can see which way is back.
    """

    def __init__(self, network: Network, styles: int = 1) -> None:
        super().__init__()
        build = {"johnson": _johnson, "fast": _fast}.get(network.tier)
        if build is None:
            raise ModelError(f"there is no tier {network.tier!r}", "tiers are: fast, johnson")
        self.margin = MARGIN if network.tier == "fast" else 0
        self.stages, self.tail = build(network, styles)

    @property
    def dtype(self) -> torch.dtype:
        """Of the convolutions."""
        return next(p.dtype for p in self.tail.parameters())

    def forward(self, image: Tensor, style: Tensor) -> Tensor:
        height, width = image.shape[2:]
        x = self._padded(image) - 0.5
        for stage in self.stages:
            x = stage(x, style)
        # No scaled tanh as in Johnson et al.: pixels it drove to black stayed there as blobs.
        x = 0.5 + self.tail(x).float()
        top = left = self.margin
        return cast(Tensor, x[:, :, top : top + height, left : left + width])

    def _padded(self, image: Tensor) -> Tensor:
        """With the margin around, and continued to the next multiple of four."""
        height, width = image.shape[2:]
        half = (
            self.margin // 2
        )  # in two goes, since a mirror shows no more than there is: 16 pixels
        if half:
            image = F.pad(image, (half,) * 4, mode="reflect")
        right, below = half + (-width) % MULTIPLE, half + (-height) % MULTIPLE
        return F.pad(image, (half, right, half, below), mode="reflect")


def _conv(
    before: int, after: int, kernel: int, padding_mode: Padding, stride: int = 1
) -> nn.Conv2d:
    return nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, padding_mode=padding_mode)


def _johnson(network: Network, styles: int) -> tuple[nn.ModuleList, nn.Module]:
    c = network.width
    stages = [
        ConvNorm(_conv(3, c, 9, "reflect"), c, styles),
        ConvNorm(_conv(c, 2 * c, 3, "reflect", 2), 2 * c, styles),
        ConvNorm(_conv(2 * c, 4 * c, 3, "reflect", 2), 4 * c, styles),
        *(Residual(4 * c, styles, "reflect") for _ in range(network.blocks)),
        ConvNorm(_doubling(4 * c, 2 * c, network.upsampling), 2 * c, styles),
        ConvNorm(_doubling(2 * c, c, network.upsampling), c, styles),
    ]
    return nn.ModuleList(stages), _conv(c, 3, 9, "reflect")


def _doubling(before: int, after: int, upsampling: str) -> nn.Module:
    if upsampling == "transposed":
        return nn.ConvTranspose2d(before, after, 3, 2, padding=1, output_padding=1)
    if upsampling == "resize":
        return Upsample(_conv(before, after, 3, "reflect"), "nearest")
    raise ModelError(f"there is no upsampling {upsampling!r}", "it is transposed or resize")


def _fast(network: Network, styles: int) -> tuple[nn.ModuleList, nn.Module]:
    """An overlapped stride-4 stem, a body at 1/4 and the last convolution at 1/2 resolution.

    No convolution runs at full resolution, where a CPU would spend its time, and no padding but
    zeros, which cost nothing; the margin of real pixels keeps the zeros out of the picture.
    """
    c, half = network.width, network.width // 3 * 2
    stages = [
        ConvNorm(nn.Conv2d(3, c, 8, 4, padding=2), c, styles),
        *(Residual(c, styles, "zeros") for _ in range(network.blocks)),
        ConvNorm(Upsample(nn.Conv2d(c, half, 3, padding=1), "bilinear"), half, styles),
    ]
    return nn.ModuleList(stages), nn.Sequential(
        nn.Conv2d(half, 12, 3, padding=1),
        nn.PixelShuffle(2),
        # A shuffle can dither from pixel to pixel, and learns to; the mean of 2x2 cannot.
        nn.AvgPool2d(2, stride=1),
    )
