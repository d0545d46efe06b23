"""A quarter-resolution network as the ONNX graph that runs fastest, every norm folded away.

What is folded, and into what: frozen norms into the convolution before them; the scaling to
[0, 1], the shift by a half and the order of the colours into the first and last convolutions.
In float32, which processors run, bytes are all that is padded, transposed and shuffled: they are a
quarter to move. In float16, which GPUs run, the frame is cast first and rounded last: CUDA pads and
shuffles no bytes, and TensorRT takes them at the very ends alone.

With several styles the factors are computed from ``style_weights`` inside the graph. The weights
are a graph input with a default: whoever makes them a constant gets plain convolutions.
"""

from typing import Any, cast

import numpy as np
import onnx
from torch import Tensor, nn

from realtime_nst.train.folded_base import FoldedBase, add_base
from realtime_nst.train.folded_graph import Array, Convolution, Graph, by_pixel
from realtime_nst.train.transformer_net import (
    WINDOW_PADS,
    ConvNorm,
    Residual,
    SmoothShuffle,
    TransformerNet,
)

LEFT, RIGHT, ABOVE, BELOW = WINDOW_PADS
WINDOW = (ABOVE, LEFT, BELOW, RIGHT)
"""Zeros around the picture for a window of 4x4, in ONNX's order."""


def fold(net: TransformerNet) -> list[Convolution]:
    """Every convolution of a frozen quarter network, in order: stem, two for each block, tail."""
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
    """The graph of a network, in the shape of the model contract.

    Args:
        net: one of the quarter tiers, frozen.
        styles: how many the graph is to blend: 1, or all it has.
        dtype: of the convolutions, float32 or float16.
        only: with one style, which.
        for_bytes: whether it is going to be quantized. Convolutions of bytes take four channels at
            a time: the same graph with a fourth channel, of nothing, is faster.
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
    """For BGR bytes instead of RGB in [-0.5, 0.5]; exact, since it has no padding."""
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
    """With the norm behind the shuffle, which has one channel for four of the convolution."""
    weight, bias = (_array(each) for each in cast(SmoothShuffle, layer.conv).smoothed())
    factor, summand = (_array(each).repeat(4, axis=1) for each in layer.norm.affine())
    return Convolution(weight, factor, summand + factor * bias, pads=WINDOW)


def _to_bytes(tail: nn.Module, strokes: Array) -> Convolution:
    """To BGR from 0 to 255 instead of RGB in [-0.5, 0.5], and a level of resolution further down.

    The two shuffles become one of 4x4 pixels a place, behind a convolution at a quarter of the
    resolution: more multiplications than at a half, but wide ones, which take a third of the time.
    """
    weight, bias = (_array(each) for each in cast(SmoothShuffle, tail).smoothed())
    weight, bias = _lowered(255 * weight), 255 * (0.5 + bias.reshape(3, 2, 2))
    # A colour's 4x4 pixels: which 2x2 block of them, down and across, then which pixel in it.
    bias = bias[:, None, :, None, :].repeat(2, axis=1).repeat(2, axis=3).reshape(3, 16)
    summand = strokes[:, None] * by_pixel(bias[::-1].reshape(48, 1))[:, 0]
    factor = np.broadcast_to(strokes[:, None], summand.shape)
    flat = by_pixel(weight.reshape(3, 16, *weight.shape[1:])[::-1].reshape(weight.shape))
    return Convolution(flat, factor, summand)


def _lowered(weight: Array) -> Array:
    """(3 * 4, c, 4, 4) behind a shuffle as (3 * 16, 4 * c, 3, 3) before it."""
    pixels = weight.reshape(3, 2, 2, -1, 4, 4)
    lowered = np.zeros((3, 2, 2, 2, 2, pixels.shape[3], 2, 2, 3, 3), np.float32)
    for down, across, row, column in np.ndindex(2, 2, 4, 4):
        # The row of the upper picture that a window's row meets: of which place, and which in it.
        (place_y, y), (place_x, x) = divmod(down + row + 1, 2), divmod(across + column + 1, 2)
        lowered[:, down, :, across, :, :, y, x, place_y, place_x] = pixels[..., row, column]
    return lowered.reshape(48, -1, 3, 3)


def _array(tensor: Tensor) -> Array:
    return tensor.detach().float().cpu().numpy()
