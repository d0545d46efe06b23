"""Palette base: the frame in the style image's colors, to which the network adds strokes.

``base`` is the palette map of the mean of each 4x4 pixels. The network's output loses its low band,
the mean of each 16x16 pixels, so that it cannot change the tone. Both are needed on the same grid,
so their difference is enlarged once: the result is ``output + enlarge(base - low)``. Cells of the
base are shifted by half a cell against the network's grid of 4x4 pixels: enlarging then needs a
window of 2x2 cells only, and the exported graph one small convolution.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime_nst.frame import Image
from realtime_nst.nn.conditional_norm import blend
from realtime_nst.palette.oklab import from_oklab
from realtime_nst.palette.palette_map import fit_palette, painting_colors, shared_hinges
from realtime_nst.palette.texture import SCALES, texture

CELL = 4
"""Side in pixels of a cell, which has one color in the base."""
BAND = 4 * CELL
"""Side in pixels of the mean in the low band."""
COLORS = 4
"""Number of colors stored for each style image, each for a quarter of its pixels."""


class PaletteBase(nn.Module):
    """Palette maps and stroke strengths of several styles; none of them is trained."""

    directions: Tensor
    thresholds: Tensor
    palette: Tensor
    """(styles, 3, hinges)"""
    tint: Tensor
    """(styles, 3), the bias of the map."""
    strokes: Tensor
    """(styles,), a factor on the network's output."""
    texture: Tensor
    """(styles, 8), texture of the style images, by which ``first_look`` finds the nearest."""
    colors: Tensor
    """(styles, 4, 3), RGB: main colors of the style images, for display."""
    to_cells: Tensor
    to_bands: Tensor

    def __init__(self, styles: int) -> None:
        super().__init__()
        hinges = shared_hinges()
        self.register_buffer("directions", torch.from_numpy(hinges.directions))
        self.register_buffer("thresholds", torch.from_numpy(hinges.thresholds))
        # Until it is fitted the map is the identity: the first three hinges are channels.
        identity = torch.eye(3, len(hinges.thresholds)).repeat(styles, 1, 1)
        self.register_buffer("palette", identity)
        self.register_buffer("tint", torch.zeros(styles, 3))
        self.register_buffer("strokes", torch.ones(styles))
        self.register_buffer("texture", torch.zeros(styles, 2 * len(SCALES)))
        self.register_buffer("colors", torch.zeros(styles, COLORS, 3))
        places = enlargement((0.125, 0.375, 0.625, 0.875)), enlargement((0.0, 0.25, 0.5, 0.75))
        self.register_buffer("to_cells", places[0], persistent=False)
        self.register_buffer("to_bands", places[1], persistent=False)

    @torch.no_grad()
    def fit(self, paintings: Sequence[Image], strokes: Sequence[float]) -> None:
        """Fit the palette maps to style images.

        Args:
            paintings: one image per style, (height, width, 3) uint8 BGR.
            strokes: stroke strength of each style.
        """
        maps = [fit_palette(painting) for painting in paintings]
        self.strokes.copy_(torch.tensor(strokes))
        self.texture.copy_(torch.tensor([texture(painting) for painting in paintings]))
        colors = [from_oklab(painting_colors(painting, COLORS)) for painting in paintings]
        self.colors.copy_(torch.from_numpy(np.stack(colors)))
        self.palette.copy_(torch.from_numpy(np.stack([each.weight for each in maps])))
        self.tint.copy_(torch.from_numpy(np.stack([each.bias for each in maps])))

    def forward(self, painted: Tensor, frame: Tensor, style: Tensor) -> Tensor:
        """Add the base to the network's output.

        Args:
            painted: (batch, 3, 4 * rows, 4 * columns), the output, two pixels inside the padded
                frame.
            frame: (batch, 3, 4 * rows + 4, 4 * columns + 4), the padded frame, RGB in [0, 1].
            style: (batch, styles), the style weights.
        """
        painted = painted * blend(style, self.strokes[:, None])[:, :, None, None]
        difference = self.base(frame, style) - self.low(painted)
        return painted + F.pixel_shuffle(F.conv2d(difference, self.to_cells), CELL)

    def base(self, frame: Tensor, style: Tensor) -> Tensor:
        """Return the palette map of each cell."""
        return self.mapped(F.avg_pool2d(frame.float(), CELL), style)

    def mapped(self, cells: Tensor, style: Tensor) -> Tensor:
        """Return the palette map of each pixel of (batch, 3, rows, columns) RGB."""
        hinges = F.relu(F.conv2d(cells, self.directions[:, :, None, None], -self.thresholds))
        weight = blend(style, self.palette.flatten(1)).view(-1, *self.palette.shape[1:])
        colors = (weight @ hinges.flatten(2)).view(-1, 3, *hinges.shape[2:])
        tint: Tensor = blend(style, self.tint)[:, :, None, None]
        return colors + tint

    def low(self, painted: Tensor) -> Tensor:
        """Return the low band of the network's output, at the base's cells."""
        rows, columns = (side // CELL + 1 for side in painted.shape[2:])
        means = F.avg_pool2d(painted.float(), BAND)
        # The last mean may end up to one band before the border.
        wide = F.pad(means, (1, 2, 1, 2), mode="replicate")
        cells = F.pixel_shuffle(F.conv2d(wide, self.to_bands), BAND // CELL)
        return cells[:, :, 2 : 2 + rows, 2 : 2 + columns]


def enlargement(places: Sequence[float]) -> Tensor:
    """Return bilinear weights, (48, 3, 2, 2), for four rows and columns between two cells."""
    weight = torch.zeros(3, 4, 4, 3, 2, 2)
    for color, (y, below), (x, right) in product(range(3), enumerate(places), enumerate(places)):
        rows, columns = torch.tensor([1 - below, below]), torch.tensor([1 - right, right])
        weight[color, y, x, color] = torch.outer(rows, columns)
    return weight.reshape(48, 3, 2, 2)
