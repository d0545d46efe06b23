"""Tone: the colors of large areas, which networks without a palette base have to learn."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.nn.palette_base import BAND, PaletteBase
from realtime_nst.nn.tensors import to_image


class Tone:
    """Photos in the colors of the style images, to which a network's low band is compared.

    Statistics of style images can be met by outputs in one mean color; people see that at once.
    The low band is a mean of pixels, as in Sanakoyeu et al. 2018 (section 3.3), but of the palette
    map of the photo instead of the photo.

    Args:
        paintings: one style image per style, (1, 3, h, w) RGB in [0, 1].
        device: the device to compute on.
    """

    def __init__(self, paintings: Sequence[Tensor], device: torch.device) -> None:
        self._base = PaletteBase(len(paintings))
        images = [to_image(painting[0]) for painting in paintings]
        self._base.fit(images, [1.0] * len(paintings))
        self._base.to(device)

    @torch.no_grad()
    def photos(self, content: Tensor, style: Tensor) -> Tensor:
        """Return photos in the colors of their styles, of the same size.

        Args:
            content: (batch, 3, h, w) RGB in [0, 1].
            style: (batch, styles), the style weights.
        """
        return self._base.mapped(content.float(), style).clamp(0, 1)

    def loss(self, output: Tensor, content: Tensor, style: Tensor) -> Tensor:
        """Return the mean squared difference of low bands."""
        wanted = F.avg_pool2d(self.photos(content, style), BAND)
        return F.mse_loss(F.avg_pool2d(output.float(), BAND), wanted)
