"""Small pictures and a small network for the tests of the Gatys optimizer."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from realtime_nst.frame import Image
from realtime_nst.gatys.objective import StyleImage
from realtime_nst.image_io.write import write_image
from realtime_nst.nn.tensors import resize, to_tensor
from realtime_nst.nn.vgg import VGG
from realtime_nst.nn.vgg_weights import load_vgg
from tests.helpers.recipes import photo

LAYERS = {"conv1_1": 1.0, "conv2_1": 0.8, "conv3_1": 0.5}
"""Shallow ones, for speed."""
CONTENT = ("conv3_2",)


def cat(longer: int) -> Tensor:
    """A real photo: scikit-image's Chelsea, (1, 3, h, w)."""
    from skimage import data

    picture = to_tensor(data.chelsea()[:, :, ::-1])  # type: ignore[no-untyped-call]
    scale = longer / max(picture.shape[2:])
    return resize(picture, *(round(side * scale) for side in picture.shape[2:]))


def stripes(height: int = 64, width: int = 80) -> Tensor:
    """A style nobody can miss: (1, 3, h, w), diagonal, red and blue."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    wave = 0.5 + 0.5 * torch.sin((x + y) * 0.8)
    return torch.stack([wave, 0.2 * torch.ones_like(wave), 1 - wave])[None]


def vgg(pooling: str = "max") -> VGG:
    """VGG-16 with its real weights, to the third stage."""
    return load_vgg([*LAYERS, *CONTENT], pooling=pooling)


def random_vgg(seed: int = 1) -> VGG:
    """The same in float64 with random weights, which finite differences can follow."""
    torch.manual_seed(seed)
    return VGG([*LAYERS, *CONTENT]).double()


def style() -> StyleImage:
    return StyleImage(stripes())


def half(side: str, height: int = 20, width: int = 20) -> Image:
    """A mask, white on its ``left`` or ``right`` half."""
    mask = np.zeros((height, width, 3), np.uint8)
    mask[:, : width // 2] = 255
    return mask if side == "left" else np.ascontiguousarray(mask[:, ::-1])


def written(folder: Path) -> tuple[Path, Path]:
    """A photo and a style as files."""
    from realtime_nst.nn.tensors import to_image

    folder.mkdir(parents=True, exist_ok=True)
    write_image(folder / "photo.png", photo(3))
    write_image(folder / "stripes.png", to_image(stripes()[0]))
    return folder / "photo.png", folder / "stripes.png"
