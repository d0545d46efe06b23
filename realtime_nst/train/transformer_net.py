"""The network: one picture in, one stylized picture out, in one pass.

``johnson`` is the network of Johnson et al. 2016 (supplement, table 1) with affine instance norm
(Ulyanov et al. 2016). The other tiers do all their work at a quarter of the resolution and differ
in width and depth alone. All hold several styles by conditional instance norm (Dumoulin et al.
2017): everything is shared but one scale and shift per style and channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.train.norm import ConditionalNorm
from realtime_nst.train.palette_base import PaletteBase

Padding = Literal["zeros", "reflect"]
MULTIPLE = 4
"""Every tier halves the size twice."""
MARGIN, WIDE_MARGIN, DEEP = 20, 28, 5
"""Pixels of mirrored picture around the frame in the quarter tiers, and in those of so many blocks:
with 8 what zero padding does to the border showed in the result, and with 20 after six blocks. The
smallest pictures have no more to mirror."""
STEM = 8
"""Side of the first convolution's window in the quarter tiers: two strides, so that windows
overlap."""


@dataclass(frozen=True, slots=True)
class Network:
    """The shape of a network, as a recipe gives it."""

    tier: str = "fast"
    """A key of ``NETWORKS``."""
    width: int = 48
    """Channels: of the whole body (multiples of 16 are what CPUs compute without waste), or of the
    first layer of johnson: 32, then 64 and 128."""
    blocks: int = 4
    """Residual blocks."""
    upsampling: str = "resize"
    """Of johnson: ``transposed`` as in the paper, or ``resize``: nearest x2 and a convolution
    (Odena et al. 2016), which draws no checkerboard."""
    palette_base: bool = field(default=True, metadata={"later": True})
    """Whether strokes lie over a palette base; not in johnson, and not in networks that were
    trained before there was one."""


NETWORKS = {
    "nano": Network("nano", width=32, blocks=3),
    "fast": Network("fast", width=48, blocks=4),
    "quality": Network("quality", width=64, blocks=6),
    "johnson": Network("johnson", width=32, blocks=5, palette_base=False),
}
"""The shape a tier has unless its recipe says otherwise."""


class ConvNorm(nn.Module):
    """Convolution, conditional norm and, if asked for, ReLU."""

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
    """Twice the size by nearest neighbours, then a convolution."""

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest")))


class SmoothShuffle(nn.Module):
    """A convolution and pixel shuffle to twice the size (Shi et al. 2016), then the mean of 2x2.

    A shuffle alone can paint each of its four pixels differently where nothing differs, and learns
    to: the checkerboard. After the mean what is flat stays flat, whatever is learnt. Both are
    linear, so the mean goes into the convolution, whose window becomes 4x4.
    """

    mean: Tensor

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        like = nn.Conv2d(before, 4 * after, 3)
        self.weight, self.bias = like.weight, cast(nn.Parameter, like.bias)
        self.register_buffer("mean", _mean_of_four(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.smoothed()
        return F.pixel_shuffle(F.conv2d(F.pad(x, WINDOW_PADS), weight, bias), 2)

    def smoothed(self) -> tuple[Tensor, Tensor]:
        """Weight (4 * after, before, 4, 4) and bias of the one convolution."""
        wide, before = self.weight.shape[:2]
        pixels = self.weight.reshape(wide // 4, 4, before, 9).transpose(1, 2)
        mixed = pixels.flatten(2) @ self.mean
        weight = mixed.reshape(wide // 4, before, 4, 16).transpose(1, 2).reshape(wide, before, 4, 4)
        return weight, self.bias.reshape(-1, 4).mean(1).repeat_interleave(4)


WINDOW_PADS = (1, 2, 1, 2)
"""Left, right, above and below a window of 4x4."""


def _mean_of_four() -> Tensor:
    """(36, 64): from 2x2 pixels' windows of 3x3 to the windows of 4x4 of the mean of each pixel and
    its right, lower and lower right neighbours.

    These may belong to the next place, whose window lies one further.
    """
    mean = torch.zeros(2, 2, 3, 3, 2, 2, 4, 4)
    for y, x, down, right in product((0, 1), repeat=4):
        (below, own_y), (beside, own_x) = divmod(y + down, 2), divmod(x + right, 2)
        for row, column in product(range(3), repeat=2):
            mean[own_y, own_x, row, column, y, x, row + below, column + beside] = 0.25
    return mean.reshape(36, 64)


class TransformerNet(nn.Module):
    """Stylize RGB pictures in [0, 1], (batch, 3, height, width), any size from 32x32 up.

    ``style`` is (batch, styles): how much of each style, summing to 1. The answer has exactly the
    input's size; it may leave [0, 1], so that training can see which way is back.
    """

    def __init__(self, network: Network, styles: int = 1) -> None:
        super().__init__()
        if network.tier not in NETWORKS:
            tiers = ", ".join(NETWORKS)
            raise ModelError(f"there is no tier {network.tier!r}", f"tiers are: {tiers}")
        quarter = network.tier != "johnson"
        self.margin = (WIDE_MARGIN if network.blocks >= DEEP else MARGIN) if quarter else 0
        self.frozen = 0.0
        self.offset = (STEM - MULTIPLE) // 2 if quarter else 0
        self.stages, self.tail = (_quarter if quarter else _johnson)(network, styles)
        self.base = PaletteBase(styles) if quarter and network.palette_base else None

    @property
    def dtype(self) -> torch.dtype:
        """Of the convolutions."""
        return next(p.dtype for p in self.tail.parameters())

    def freeze(self, amount: float) -> None:
        """How far norms use what is usual for a style (1) instead of the picture's own (0)."""
        self.frozen = amount
        for module in self.modules():
            if isinstance(module, ConditionalNorm):
                module.frozen = amount

    def fit_base(self, paintings: Sequence[Image], strokes: Sequence[float]) -> None:
        """Take the palette base, if there is one, from paintings; see ``PaletteBase.fit``."""
        if self.base:
            self.base.fit(paintings, strokes)

    def adopt(self, weights: dict[str, Tensor]) -> None:
        """Load the weights of another network of this shape, but keep the palette base.

        It belongs to the paintings, not to what was learnt. The other network may have none.
        """
        own = {name: each for name, each in self.state_dict().items() if name.startswith("base.")}
        self.load_state_dict({**weights, **own})

    def forward(self, image: Tensor, style: Tensor) -> Tensor:
        height, width = image.shape[2:]
        padded = self._padded(image)
        x = padded - 0.5
        for stage in self.stages:
            x = stage(x, style)
        # No scaled tanh as in Johnson et al.: pixels it drove to black stayed there as blobs.
        x = 0.5 + self.tail(x).float()
        if self.base:
            x = self.base(x, padded, style)
        top = left = self.margin - self.offset
        return cast(Tensor, x[:, :, top : top + height, left : left + width])

    def _padded(self, image: Tensor) -> Tensor:
        """With the margin around, and continued to the next multiple of four."""
        height, width = image.shape[2:]
        right, below = self.margin + (-width) % MULTIPLE, self.margin + (-height) % MULTIPLE
        return F.pad(image, (self.margin, right, self.margin, below), mode="reflect")


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
        return Upsample(_conv(before, after, 3, "reflect"))
    raise ModelError(f"there is no upsampling {upsampling!r}", "it is transposed or resize")


def _quarter(network: Network, styles: int) -> tuple[nn.ModuleList, nn.Module]:
    """An overlapped stride-4 stem, a body at 1/4 and two shuffles back to full resolution.

    No convolution runs at full resolution, where a CPU would spend its time, and no padding but
    zeros, which cost nothing; the margin of real pixels keeps the zeros out of the picture.
    """
    c, half = network.width, max(16, network.width // 32 * 16)
    stages = [
        ConvNorm(nn.Conv2d(3, c, STEM, MULTIPLE), c, styles),
        *(Residual(c, styles, "zeros") for _ in range(network.blocks)),
        ConvNorm(SmoothShuffle(c, half), half, styles),
    ]
    return nn.ModuleList(stages), SmoothShuffle(half, 3)
