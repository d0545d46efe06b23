"""Conversion between images and tensors."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from realtime_nst.frame import Image


def to_tensor(image: Image) -> Tensor:
    """Convert (h, w, 3) uint8 BGR to (1, 3, h, w) float32 RGB in [0, 1]."""
    return _to_bytes(image).float().div(255)


def _to_bytes(image: Image) -> Tensor:
    rgb = np.ascontiguousarray(image[:, :, ::-1])
    return torch.from_numpy(rgb).permute(2, 0, 1)[None]


def to_image(tensor: Tensor) -> Image:
    """Convert (3, h, w) float RGB in [0, 1] to (h, w, 3) uint8 BGR."""
    rgb = tensor.detach().float().clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(rgb[:, :, ::-1])


def resize(image: Tensor, height: int, width: int) -> Tensor:
    """Resize a (1, 3, h, w) image without aliasing."""
    if image.shape[2:] == (height, width):
        return image
    return F.interpolate(image, (height, width), mode="bilinear", antialias=True).clamp(0, 1)
