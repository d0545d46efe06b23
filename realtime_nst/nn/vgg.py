"""VGG features, with the layer names of the papers (``relu1_2``, ``conv4_2``).

Simonyan & Zisserman 2014; used as in Gatys et al. 2016 and Johnson et al. 2016.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from realtime_nst.errors import ModelError

CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Number of convolutions in each of the five stages; pooling after a stage halves the size."""
WIDTHS = (64, 128, 256, 512, 512)
"""Channels of each stage."""
PIXELS = "pixels"
"""Layer name of the image itself."""

Features = dict[str, Tensor]
"""Layer name -> (batch, channels, height, width)."""


@dataclass(frozen=True, slots=True)
class Normalization:
    """Normalization that the weights need for RGB images in [0, 1]."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    gain: float
    """Divisor of the activations, so that loss weights are comparable between sets of weights."""


TORCHVISION = Normalization((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 1.0)
CAFFE = Normalization((0.48235, 0.45882, 0.40784), (1 / 255,) * 3, 255 * 0.226)
"""The original weights expect pixels from 0 to 255; 0.226 is the mean of torchvision's std."""


POOLINGS = {"max": nn.MaxPool2d, "avg": nn.AvgPool2d}
"""``max`` as in training, ``avg`` as Gatys et al. 2016 prefer for synthesis."""


def layers(network: str, pooling: str = "max") -> Iterator[tuple[str, nn.Module]]:
    """Yield name and module of each layer, in torchvision's order, with random weights."""
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
    """VGG-16 or VGG-19 up to the deepest requested layer, frozen.

    Padding is with zeros as in the original; ``conv`` layers are before the ReLU.

    Args:
        taps: names of the layers to return.
        network: ``vgg16`` or ``vgg19``.
        normalization: normalization of the input.
        pooling: ``max`` or ``avg``.

    Raises:
        ModelError: the network has no such layer.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        taps: Iterable[str],
        network: str = "vgg16",
        normalization: Normalization = CAFFE,
        pooling: str = "max",
    ) -> None:
        super().__init__()
        self.taps = frozenset(taps)
        self.gain = normalization.gain
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
            raise ModelError(message, "name layers as in the papers: relu1_2, conv4_2")
        self.register_buffer("mean", torch.tensor(normalization.mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(normalization.std).view(3, 1, 1))
        self.requires_grad_(False)

    def forward(self, image: Tensor, taps: frozenset[str] | None = None) -> Features:
        """Return features of RGB images.

        Args:
            image: (batch, 3, height, width) in [0, 1].
            taps: layers to return, a subset of the network's; None returns all.
        """
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
