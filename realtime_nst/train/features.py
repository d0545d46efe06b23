"""VGG features by the papers' layer names (``relu1_2``, ``conv4_2``).

Simonyan & Zisserman 2014; used as in Gatys et al. 2016 and Johnson et al. 2016.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from realtime_nst.errors import ModelError

CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions in each of the five stages, between which the size is halved."""
WIDTHS = (64, 128, 256, 512, 512)
PIXELS = "pixels"
"""Names the image itself among the layers."""

Features = dict[str, Tensor]
"""Layer name -> (batch, channels, height, width)."""


@dataclass(frozen=True, slots=True)
class Normalisation:
    """What the weights expect of an RGB image in [0, 1], and how large their answers are."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    gain: float
    """Activations are divided by this, so that a loss weight means the same for all weights."""


TORCHVISION = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 1.0)
CAFFE = Normalisation((0.48235, 0.45882, 0.40784), (1 / 255,) * 3, 255 * 0.226)
"""The original weights see pixels of 0 to 255; 0.226 is the mean of torchvision's std."""


POOLINGS = {"max": nn.MaxPool2d, "avg": nn.AvgPool2d}
"""As trained, and as Gatys et al. 2016 prefer for synthesis."""


def layers(network: str, pooling: str = "max") -> Iterator[tuple[str, nn.Module]]:
    """Name and module of each layer, in torchvision's order, random weights."""
    pool = POOLINGS[pooling]
    channels = 3
    for stage, (convolutions, width) in enumerate(
        zip(CONVOLUTIONS[network], WIDTHS, strict=True), start=1
    ):
        for number in range(1, convolutions + 1):
            yield f"conv{stage}_{number}", nn.Conv2d(channels, width, 3, padding=1)
            # In place: features are copied when tapped, and a convolution forgets its output.
            yield f"relu{stage}_{number}", nn.ReLU(inplace=True)
            channels = width
        yield f"pool{stage}", pool(2)


class VGG(nn.Module):
    """The part of VGG-16 or VGG-19 up to the deepest layer asked for, frozen.

    Zero padding as in the original; ``conv`` names are before the ReLU.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        taps: Iterable[str],
        network: str = "vgg16",
        normalisation: Normalisation = CAFFE,
        pooling: str = "max",
    ) -> None:
        super().__init__()
        self.taps = frozenset(taps)
        self.gain = normalisation.gain
        self.features = nn.Sequential()
        self.names: list[str] = []
        missing = set(self.taps) - {PIXELS}
        for name, layer in layers(network, pooling):
            if not missing:
                break
            self.features.append(layer)
            self.names.append(name)
            missing.discard(name)
        if missing:
            message = f"{network} has no layer {', '.join(sorted(missing))}"
            raise ModelError(message, "layers are named as in the papers: relu1_2, conv4_2")
        self.register_buffer("mean", torch.tensor(normalisation.mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(normalisation.std).view(3, 1, 1))
        self.requires_grad_(False)

    def forward(self, image: Tensor, taps: frozenset[str] | None = None) -> Features:
        """Features of RGB images in [0, 1], (batch, 3, height, width), at the taps or some."""
        wanted = self.taps if taps is None else taps
        found: Features = {PIXELS: image} if PIXELS in wanted else {}
        x = (image - self.mean) / self.std
        for name, layer in zip(self.names, self.features, strict=True):
            if len(found) == len(wanted):
                break
            x = layer(x)
            if name in wanted:
                found[name] = x / self.gain
        return found
