"""Feed-forward networks that stylize an image in one pass.

``johnson`` is the network of Johnson et al. 2016 (supplement, table 1) with affine instance norm
(Ulyanov et al. 2016). The other tiers compute at a quarter of the resolution and differ in width
and depth only. A network holds several styles by conditional instance norm (Dumoulin et al. 2017):
all weights are shared but one scale and shift per style and channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Annotated, Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime_nst.errors import ModelError
from realtime_nst.field_checks import Allowed, Count, Whole, one_of
from realtime_nst.frame import Image
from realtime_nst.nn.conditional_norm import ConditionalNorm
from realtime_nst.nn.palette_base import PaletteBase

Padding = Literal["zeros", "reflect"]
MULTIPLE = 4
"""Sides are padded to a multiple of this: every tier halves the size twice."""
MARGIN, WIDE_MARGIN, DEEP = 20, 28, 5
"""Pixels of reflection padding in the quarter tiers, and in those with at least ``DEEP`` blocks.
With 8 the border effects of zero padding were visible in the output, and with 20 after six blocks.
The smallest images have no more pixels to reflect."""
STEM = 8
"""Kernel size of the first convolution in the quarter tiers: two strides, so that windows
overlap."""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """The shape of a network, as given in a recipe."""

    tier: Annotated[str, Allowed("nano, fast, quality or johnson", lambda v: v in TIERS)] = "fast"
    """A key of ``TIERS``."""
    width: Count = 48
    """Channels of the body (CPUs compute multiples of 16 without waste), or of the first layer of
    johnson, which doubles them twice: 32, 64 and 128."""
    blocks: Whole = 4
    """Number of residual blocks."""
    upsampling: Annotated[str, one_of("resize", "transposed")] = "resize"
    """Upsampling of johnson: ``transposed`` convolution as in the paper, or ``resize``: nearest x2
    and a convolution (Odena et al. 2016), which avoids checkerboards."""
    palette_base: bool = field(default=True, metadata={"later": True})
    """Whether strokes are added to a palette base; False for johnson, and for networks that were
    trained before it existed."""


TIERS = {
    "nano": NetworkConfig("nano", width=32, blocks=3),
    "fast": NetworkConfig("fast", width=48, blocks=4),
    "quality": NetworkConfig("quality", width=64, blocks=6),
    "johnson": NetworkConfig("johnson", width=32, blocks=5, palette_base=False),
}
"""Default shape of each tier; a recipe may override it."""


class ConvNorm(nn.Module):
    """Convolution, conditional norm and, optionally, ReLU."""

    def __init__(self, conv: nn.Module, channels: int, styles: int, *, relu: bool = True) -> None:
        super().__init__()
        self.conv = conv
        self.norm = ConditionalNorm(channels, styles)
        self.relu = relu

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        x = self.norm(self.conv(x), style)
        return F.relu(x) if self.relu else x


class Residual(nn.Module):
    """Residual block of two convolutions. Johnson et al. 2016, figure 1."""

    def __init__(self, channels: int, styles: int, padding_mode: Padding) -> None:
        super().__init__()
        self.first = ConvNorm(_conv(channels, channels, 3, padding_mode), channels, styles)
        self.second = ConvNorm(
            _conv(channels, channels, 3, padding_mode), channels, styles, relu=False
        )

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        return cast(Tensor, x + self.second(self.first(x, style), style))


class Upsample(nn.Module):
    """Nearest-neighbor upsampling by two, then a convolution."""

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest")))


class SmoothShuffle(nn.Module):
    """Convolution and pixel shuffle to twice the size (Shi et al. 2016), then the mean of 2x2.

    A shuffle alone can learn a different value for each of its four pixels in a flat area: the
    checkerboard. After the mean, flat areas stay flat whatever is learned. Both are linear, so the
    mean is merged into the convolution, whose kernel becomes 4x4.
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
        """Return weight, (4 * after, before, 4, 4), and bias of the merged convolution."""
        wide, before = self.weight.shape[:2]
        pixels = self.weight.reshape(wide // 4, 4, before, 9).transpose(1, 2)
        mixed = pixels.flatten(2) @ self.mean
        weight = mixed.reshape(wide // 4, before, 4, 16).transpose(1, 2).reshape(wide, before, 4, 4)
        return weight, self.bias.reshape(-1, 4).mean(1).repeat_interleave(4)


WINDOW_PADS = (1, 2, 1, 2)
"""Padding for a 4x4 kernel: left, right, top, bottom."""


def _mean_of_four() -> Tensor:
    """Return the matrix, (36, 64), that merges the mean of 2x2 pixels into 3x3 kernels.

    It maps the 3x3 kernels of 2x2 pixels to the 4x4 kernels of the mean of each pixel and its
    right, lower and lower right neighbors. A neighbor may belong to the next position, whose
    window starts one further.
    """
    mean = torch.zeros(2, 2, 3, 3, 2, 2, 4, 4)
    for y, x, down, right in product((0, 1), repeat=4):
        (dy, own_y), (dx, own_x) = divmod(y + down, 2), divmod(x + right, 2)
        for row, column in product(range(3), repeat=2):
            mean[own_y, own_x, row, column, y, x, row + dy, column + dx] = 0.25
    return mean.reshape(36, 64)


class TransformerNet(nn.Module):
    """Feed-forward style transfer network.

    The input is RGB in [0, 1], (batch, 3, height, width), 32x32 or larger; ``style``, (batch,
    styles), has the weight of each style, summing to 1. The output has the size of the input. It
    is not clamped to [0, 1], so that values outside have a gradient during training.

    Args:
        network: the shape.
        styles: number of styles.

    Raises:
        ModelError: there is no such tier.

    Example:
        >>> net = TransformerNet(TIERS["fast"], styles=2)
        >>> stylized = net(torch.rand(1, 3, 240, 320), torch.tensor([[0.5, 0.5]]))
    """

    def __init__(self, network: NetworkConfig, styles: int = 1) -> None:
        super().__init__()
        if network.tier not in TIERS:
            tiers = ", ".join(TIERS)
            raise ModelError(f"there is no tier {network.tier!r}", f"tiers are: {tiers}")
        quarter = network.tier != "johnson"
        self.margin = (WIDE_MARGIN if network.blocks >= DEEP else MARGIN) if quarter else 0
        self.frozen = 0.0
        self.offset = (STEM - MULTIPLE) // 2 if quarter else 0
        self.stages, self.tail = (_quarter if quarter else _johnson)(network, styles)
        self.base = PaletteBase(styles) if quarter and network.palette_base else None

    @property
    def dtype(self) -> torch.dtype:
        """Return the data type of the convolutions."""
        return next(p.dtype for p in self.tail.parameters())

    def freeze(self, amount: float) -> None:
        """Set the share of running statistics in all norms: 0 is instance norm, 1 is frozen."""
        self.frozen = amount
        for module in self.modules():
            if isinstance(module, ConditionalNorm):
                module.frozen = amount

    def fit_base(self, paintings: Sequence[Image], strokes: Sequence[float]) -> None:
        """Fit the palette base, if there is one, to style images; see ``PaletteBase.fit``."""
        if self.base:
            self.base.fit(paintings, strokes)

    def adopt(self, weights: dict[str, Tensor]) -> None:
        """Load the weights of another network of this shape, but keep the palette base.

        The base belongs to the style images and is not trained. The other network may have none.
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
        """Pad by the margin, and up to the next multiple of four."""
        height, width = image.shape[2:]
        right, below = self.margin + (-width) % MULTIPLE, self.margin + (-height) % MULTIPLE
        return F.pad(image, (self.margin, right, self.margin, below), mode="reflect")


def _conv(
    before: int, after: int, kernel: int, padding_mode: Padding, stride: int = 1
) -> nn.Conv2d:
    return nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, padding_mode=padding_mode)


def _johnson(network: NetworkConfig, styles: int) -> tuple[nn.ModuleList, nn.Module]:
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
    raise ModelError(f"there is no upsampling {upsampling!r}", "use transposed or resize")


def _quarter(network: NetworkConfig, styles: int) -> tuple[nn.ModuleList, nn.Module]:
    """Build an overlapping stride-4 stem, a body at 1/4 and two shuffles to full resolution.

    No convolution runs at full resolution, where a CPU would spend its time. Padding is with
    zeros, which cost nothing; the margin of real pixels keeps their effect out of the output.
    """
    c, half = network.width, max(16, network.width // 32 * 16)
    stages = [
        ConvNorm(nn.Conv2d(3, c, STEM, MULTIPLE), c, styles),
        *(Residual(c, styles, "zeros") for _ in range(network.blocks)),
        ConvNorm(SmoothShuffle(c, half), half, styles),
    ]
    return nn.ModuleList(stages), SmoothShuffle(half, 3)
