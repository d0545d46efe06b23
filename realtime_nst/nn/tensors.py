"""Images as tensors, and back."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.frame import Image


def to_tensor(image: Image) -> Tensor:
    """(h, w, 3) uint8 BGR -> (1, 3, h, w) float32 RGB in [0, 1]."""
    return _to_bytes(image).float().div(255)


def _to_bytes(image: Image) -> Tensor:
    rgb = np.ascontiguousarray(image[:, :, ::-1])
    return torch.from_numpy(rgb).permute(2, 0, 1)[None]


def to_image(tensor: Tensor) -> Image:
    """(3, h, w) float RGB in [0, 1] -> (h, w, 3) uint8 BGR."""
    rgb = tensor.detach().float().clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(rgb[:, :, ::-1])


def resize(picture: Tensor, height: int, width: int) -> Tensor:
    """(1, 3, h, w) to another size, without aliasing."""
    if picture.shape[2:] == (height, width):
        return picture
    return F.interpolate(picture, (height, width), mode="bilinear", antialias=True).clamp(0, 1)
