"""The network of pytorch/examples' fast_neural_style, as it is usually exported.

Johnson et al. 2016 with instance norm, reflecting borders and nearest-neighbor upsampling; floats
from 0 to 255 in and out, (1, 3, height, width), one file a size. Weights do not change what a frame
costs, so they are random.
"""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn


def layer(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Build a convolution with reflection padding."""
    convolution = nn.Conv2d(inputs, outputs, kernel, stride)
    return nn.Sequential(nn.ReflectionPad2d(kernel // 2), convolution)


def normed(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Build a convolution with reflection padding and instance norm."""
    norm = nn.InstanceNorm2d(outputs, affine=True)
    return nn.Sequential(layer(inputs, outputs, kernel, stride), norm)


class Residual(nn.Module):
    """Residual block of two layers."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        relu = nn.ReLU()
        self.body = nn.Sequential(
            normed(channels, channels, 3), relu, normed(channels, channels, 3)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.add(x, self.body(x))


def plain_johnson() -> nn.Module:
    """Build the whole network."""
    relu, doubled = nn.ReLU(), nn.Upsample(scale_factor=2, mode="nearest")
    return nn.Sequential(
        *(normed(3, 32, 9), relu, normed(32, 64, 3, 2), relu, normed(64, 128, 3, 2), relu),
        *(Residual(128) for _ in range(5)),
        *(doubled, normed(128, 64, 3), relu, doubled, normed(64, 32, 3), relu, layer(32, 3, 9)),
    )


def export(path: Path, width: int, height: int) -> Path:
    """Write it for one size, as the example's ``--export_onnx`` does."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        torch.onnx.export(
            plain_johnson().eval(),
            (torch.zeros(1, 3, height, width),),
            str(path),
            input_names=["image"],
            output_names=["painted"],
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    return path
