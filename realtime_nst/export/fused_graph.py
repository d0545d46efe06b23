"""Build the fastest ONNX graph of a quarter-resolution network, with all norms folded.

Frozen norms are folded into the convolution before them; the scaling to [0, 1], the shift by a half
and the order of the channels into the first and last convolutions. In float32, for CPUs, only bytes
are padded, transposed and shuffled: a quarter of the memory traffic. In float16, for GPUs, the
frame is cast first and rounded last: CUDA neither pads nor shuffles bytes, and TensorRT accepts
them only as inputs and outputs.

With several styles the factors are computed from ``style_weights`` inside the graph. The weights
are a graph input with a default: made a constant, they give plain convolutions.
"""

from typing import Any, cast

import numpy as np
import onnx
from torch import Tensor, nn

from realtime_nst.export.graph import Array, Convolution, Graph, by_pixel
from realtime_nst.export.palette_base import FoldedBase, add_base
from realtime_nst.nn.transformer_net import (
    WINDOW_PADS,
    ConvNorm,
    Residual,
    SmoothShuffle,
    TransformerNet,
)

LEFT, RIGHT, ABOVE, BELOW = WINDOW_PADS
WINDOW = (ABOVE, LEFT, BELOW, RIGHT)
"""Zero padding for a 4x4 kernel, in ONNX's order."""


def fold(net: TransformerNet) -> list[Convolution]:
    """Return every convolution of a frozen quarter network.

    In order: stem, two of each block, upsampling, output.
    """
    stem, *blocks, rise = net.stages
    convolutions = [_of_bytes(_folded(cast(ConvNorm, stem)))]
    for block in cast("list[Residual]", blocks):
        convolutions += [_folded(block.first), _folded(block.second)]
    styles = len(convolutions[0].factor)
    strokes = _array(net.base.strokes) if net.base else np.ones(styles, np.float32)
    return [*convolutions, _risen(cast(ConvNorm, rise)), _to_bytes(net.tail, strokes)]


def build(
    net: TransformerNet,
    styles: int,
    dtype: type[np.floating[Any]] = np.float32,
    *,
    only: int = 0,
    for_bytes: bool = False,
) -> onnx.ModelProto:
    """Build the graph of a network, with the inputs and outputs of the model contract.

    Args:
        net: one of the quarter tiers, frozen.
        styles: number of styles that the graph blends: 1, or all of the network.
        dtype: of the convolutions, float32 or float16.
        only: with one style, its index.
        for_bytes: whether the graph will be quantized. int8 convolutions process four channels at
            a time: the same graph with a fourth channel of zeros is faster.
    """
    graph = Graph(styles, dtype, only, net.margin, 4 if for_bytes else 3)
    stem, *body, rise, tail = fold(net)
    pixels = graph.padded(graph.margin)
    x = graph.convolve(pixels, graph.of_pixels(stem), relu=True)
    for first, second in zip(body[::2], body[1::2], strict=True):
        x = graph.add(x, graph.convolve(graph.convolve(x, first, relu=True), second))
    x = graph.convolve(x, rise, relu=True)
    painted = graph.convolve(x, tail)
    if net.base:
        base = FoldedBase.of(net.base)
        painted = add_base(graph, painted, pixels, base)
    graph.paint(painted, net.margin - net.offset)
    return graph.model()


def _folded(layer: ConvNorm) -> Convolution:
    conv = cast(Any, layer.conv)
    factor, summand = (_array(each) for each in layer.norm.affine())
    pads = (conv.padding[0],) * 4
    return Convolution(
        _array(conv.weight), factor, summand + factor * _array(conv.bias), conv.stride, pads
    )


def _of_bytes(stem: Convolution) -> Convolution:
    """Adapt the stem to BGR bytes instead of RGB in [-0.5, 0.5]; exact, as it has no padding."""
    offset = -0.5 * stem.weight.sum((1, 2, 3))
    weight = stem.weight[:, ::-1] / 255
    return Convolution(
        np.ascontiguousarray(weight),
        stem.factor,
        stem.summand + stem.factor * offset,
        stem.strides,
        stem.pads,
    )


def _risen(layer: ConvNorm) -> Convolution:
    """Fold the norm behind a shuffle, which has one channel for four of the convolution."""
    weight, bias = (_array(each) for each in cast(SmoothShuffle, layer.conv).smoothed())
    factor, summand = (_array(each).repeat(4, axis=1) for each in layer.norm.affine())
    return Convolution(weight, factor, summand + factor * bias, pads=WINDOW)


def _to_bytes(tail: nn.Module, strokes: Array) -> Convolution:
    """Adapt the tail to BGR from 0 to 255 instead of RGB in [-0.5, 0.5], at 1/4 resolution.

    The two shuffles become one of 4x4 pixels, behind a convolution at a quarter of the resolution:
    more multiplications than at a half, but with more channels, in a third of the time.
    """
    weight, bias = (_array(each) for each in cast(SmoothShuffle, tail).smoothed())
    weight, bias = _lowered(255 * weight), 255 * (0.5 + bias.reshape(3, 2, 2))
    # The 4x4 pixels of a channel: row and column of the 2x2 block, then of the pixel in it.
    bias = bias[:, None, :, None, :].repeat(2, axis=1).repeat(2, axis=3).reshape(3, 16)
    summand = strokes[:, None] * by_pixel(bias[::-1].reshape(48, 1))[:, 0]
    factor = np.broadcast_to(strokes[:, None], summand.shape)
    flat = by_pixel(weight.reshape(3, 16, *weight.shape[1:])[::-1].reshape(weight.shape))
    return Convolution(flat, factor, summand)


def _lowered(weight: Array) -> Array:
    """Move weights, (3 * 4, c, 4, 4), before a shuffle: (3 * 16, 4 * c, 3, 3)."""
    pixels = weight.reshape(3, 2, 2, -1, 4, 4)
    lowered = np.zeros((3, 2, 2, 2, 2, pixels.shape[3], 2, 2, 3, 3), np.float32)
    for down, across, row, column in np.ndindex(2, 2, 4, 4):
        # The full-resolution row that a kernel row reads: its place at 1/4, and the row in it.
        (place_y, y), (place_x, x) = divmod(down + row + 1, 2), divmod(across + column + 1, 2)
        lowered[:, down, :, across, :, :, y, x, place_y, place_x] = pixels[..., row, column]
    return lowered.reshape(48, -1, 3, 3)


def _array(tensor: Tensor) -> Array:
    return tensor.detach().float().cpu().numpy()
