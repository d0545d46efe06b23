"""The palette base: the frame in the painting's colors, over which the network paints strokes.

``base`` is the palette map of the mean of each 4x4 pixels. What the network paints loses its low
band, the mean of each 16x16 pixels, so that it cannot change the tone. Both are wanted at the same
places, so their difference is enlarged once: the result is ``painted + enlarged(base - low)``.
Cells of the base lie half a place away from the network's places of 4x4 pixels: enlarging then
needs a window of 2x2 cells only, and the export one small convolution.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from realtime_nst.frame import Image
from realtime_nst.stylize.oklab import from_oklab
from realtime_nst.stylize.palette_map import fit_palette, painting_colors, shared_hinges
from realtime_nst.stylize.texture import SCALES, texture
from realtime_nst.train.norm import blend

CELL = 4
"""Pixels a side of what has one color in the base."""
BAND = 4 * CELL
"""Pixels a side of a mean in the low band."""
COLORS = 4
"""Of a painting that its card names, each for a quarter of it."""


class PaletteBase(nn.Module):
    """Palette maps of several styles and how strong their strokes are; none of it is learnt."""

    directions: Tensor
    thresholds: Tensor
    palette: Tensor
    """(styles, 3, hinges)"""
    tint: Tensor
    """(styles, 3), what the map adds."""
    strokes: Tensor
    """(styles,), a factor on what the network paints."""
    texture: Tensor
    """(styles, 8), of the paintings, by which ``first_look`` finds the nearest."""
    colors: Tensor
    """(styles, 4, 3), RGB: some of the paintings', for people."""
    to_cells: Tensor
    to_bands: Tensor

    def __init__(self, styles: int) -> None:
        super().__init__()
        hinges = shared_hinges()
        self.register_buffer("directions", torch.from_numpy(hinges.directions))
        self.register_buffer("thresholds", torch.from_numpy(hinges.thresholds))
        # Before a painting is seen the map is the identity: the first three hinges are channels.
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
        """Take the maps from paintings.

        Args:
            paintings: one a style, (height, width, 3) uint8 BGR.
            strokes: how strong each style's strokes are.
        """
        maps = [fit_palette(painting) for painting in paintings]
        self.strokes.copy_(torch.tensor(strokes))
        self.texture.copy_(torch.tensor([texture(painting) for painting in paintings]))
        colors = [from_oklab(painting_colors(painting, COLORS)) for painting in paintings]
        self.colors.copy_(torch.from_numpy(np.stack(colors)))
        self.palette.copy_(torch.from_numpy(np.stack([each.weight for each in maps])))
        self.tint.copy_(torch.from_numpy(np.stack([each.bias for each in maps])))

    def forward(self, painted: Tensor, frame: Tensor, style: Tensor) -> Tensor:
        """Put the base under what was painted.

        Args:
            painted: (batch, 3, 4 * rows, 4 * columns), two pixels inside the padded frame.
            frame: (batch, 3, 4 * rows + 4, 4 * columns + 4), RGB in [0, 1], padded.
            style: (batch, styles).
        """
        painted = painted * blend(style, self.strokes[:, None])[:, :, None, None]
        difference = self.base(frame, style) - self.low(painted)
        return painted + F.pixel_shuffle(F.conv2d(difference, self.to_cells), CELL)

    def base(self, frame: Tensor, style: Tensor) -> Tensor:
        """The palette map of each cell."""
        cells = F.avg_pool2d(frame.float(), CELL)
        hinges = F.relu(F.conv2d(cells, self.directions[:, :, None, None], -self.thresholds))
        weight = blend(style, self.palette.flatten(1)).view(-1, *self.palette.shape[1:])
        colors = (weight @ hinges.flatten(2)).view(-1, 3, *hinges.shape[2:])
        tint: Tensor = blend(style, self.tint)[:, :, None, None]
        return colors + tint

    def low(self, painted: Tensor) -> Tensor:
        """The low band of what was painted, at the base's cells."""
        rows, columns = (side // CELL + 1 for side in painted.shape[2:])
        means = F.avg_pool2d(painted.float(), BAND)
        # The last mean may lie up to a band before the end.
        wide = F.pad(means, (1, 2, 1, 2), mode="replicate")
        cells = F.pixel_shuffle(F.conv2d(wide, self.to_bands), BAND // CELL)
        return cells[:, :, 2 : 2 + rows, 2 : 2 + columns]


def enlargement(places: Sequence[float]) -> Tensor:
    """Make bilinear weights, (48, 3, 2, 2): four rows and columns at places between two cells."""
    weight = torch.zeros(3, 4, 4, 3, 2, 2)
    for color, (y, below), (x, right) in product(range(3), enumerate(places), enumerate(places)):
        rows, columns = torch.tensor([1 - below, below]), torch.tensor([1 - right, right])
        weight[color, y, x, color] = torch.outer(rows, columns)
    return weight.reshape(48, 3, 2, 2)
