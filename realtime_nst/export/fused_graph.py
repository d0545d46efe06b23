"""A quarter-resolution network as the ONNX graph that runs fastest, every norm folded away.

What is folded, and into what: frozen norms into the convolution before them; the scaling to
[0, 1], the shift by a half and the order of the colours into the first and last convolutions.
In float32, which processors run, bytes are all that is padded, transposed and shuffled: they are a
quarter to move. In float16, which GPUs run, the frame is cast first and rounded last: CUDA pads and
shuffles no bytes, and TensorRT takes them at the very ends alone.

With several styles the factors are computed from ``style_weights`` inside the graph. The weights
are a graph input with a default: whoever makes them a constant gets plain convolutions.
"""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from realtime_nst.inference.session import FRAME, STYLIZED, WEIGHTS
from realtime_nst.nn.transformer_net import (
    MULTIPLE,
    WINDOW_PADS,
    ConvNorm,
    Residual,
    SmoothShuffle,
    TransformerNet,
)

OPSET = 20
IR = 10
"""ONNX's file format that belongs to the opset; newer ones older runtimes refuse."""

LEFT, RIGHT, ABOVE, BELOW = WINDOW_PADS
WINDOW = (ABOVE, LEFT, BELOW, RIGHT)
"""Zeros around the picture for a window of 4x4, in ONNX's order."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution with a factor and a summand for each style."""

    weight: Array
    """(out, in, k, k)"""
    factor: Array
    """(styles, out)"""
    summand: Array
    """(styles, out)"""
    stride: int = 1
    pads: tuple[int, int, int, int] = (1, 1, 1, 1)
    """Rows above, columns left, rows below, columns right."""


def fold(net: TransformerNet) -> list[Convolution]:
    """Every convolution of a frozen quarter network, in order: stem, two for each block, tail."""
    stem, *blocks, rise = net.stages
    convolutions = [_of_bytes(_folded(cast(ConvNorm, stem)))]
    for block in cast("list[Residual]", blocks):
        convolutions += [_folded(block.first), _folded(block.second)]
    styles = len(convolutions[0].factor)
    return [*convolutions, _risen(cast(ConvNorm, rise)), _to_bytes(net.tail, styles)]


def build(
    net: TransformerNet,
    styles: int,
    dtype: type[np.floating[Any]] = np.float32,
    *,
    only: int = 0,
) -> onnx.ModelProto:
    """The graph of a network, in the shape of the model contract.

    Args:
        net: one of the quarter tiers, frozen.
        styles: how many the graph is to blend: 1, or all it has.
        dtype: of the convolutions, float32 or float16.
        only: with one style, which.
    """
    graph = _Graph(styles, dtype, only)
    stem, *body, rise, tail = fold(net)
    x = graph.convolve(graph.padded(net.margin), stem, relu=True)
    for first, second in zip(body[::2], body[1::2], strict=True):
        x = graph.add(x, graph.convolve(graph.convolve(x, first, relu=True), second))
    x = graph.convolve(x, rise, relu=True)
    graph.paint(graph.convolve(x, tail), net.margin - net.offset)
    return graph.model()


def _folded(layer: ConvNorm) -> Convolution:
    conv = cast(Any, layer.conv)
    factor, summand = (_array(each) for each in layer.norm.affine())
    pads = (conv.padding[0],) * 4
    return Convolution(
        _array(conv.weight), factor, summand + factor * _array(conv.bias), conv.stride[0], pads
    )


def _of_bytes(stem: Convolution) -> Convolution:
    """For BGR bytes instead of RGB in [-0.5, 0.5]; exact, since it has no padding."""
    offset = -0.5 * stem.weight.sum((1, 2, 3))
    weight = stem.weight[:, ::-1] / 255
    return Convolution(
        np.ascontiguousarray(weight),
        stem.factor,
        stem.summand + stem.factor * offset,
        stem.stride,
        stem.pads,
    )


def _risen(layer: ConvNorm) -> Convolution:
    """With the norm behind the shuffle, which has one channel for four of the convolution."""
    weight, bias = (_array(each) for each in cast(SmoothShuffle, layer.conv).smoothed())
    factor, summand = (_array(each).repeat(4, axis=1) for each in layer.norm.affine())
    return Convolution(weight, factor, summand + factor * bias, pads=WINDOW)


def _to_bytes(tail: nn.Module, styles: int) -> Convolution:
    """To BGR from 0 to 255 instead of RGB in [-0.5, 0.5], and a level of resolution further down.

    The two shuffles become one of 4x4 pixels a place, behind a convolution at a quarter of the
    resolution: more multiplications than at a half, but wide ones, which take a third of the time.
    """
    weight, bias = (_array(each) for each in cast(SmoothShuffle, tail).smoothed())
    weight, bias = _lowered(255 * weight), 255 * (0.5 + bias.reshape(3, 2, 2))
    # A colour's 4x4 pixels: which 2x2 block of them, down and across, then which pixel in it.
    bias = bias[:, None, :, None, :].repeat(2, axis=1).repeat(2, axis=3).reshape(3, 16)
    colours = weight.reshape(3, 16, *weight.shape[1:])[::-1]
    summand = np.tile(bias[::-1].ravel(), (styles, 1))
    flat = np.ascontiguousarray(colours.reshape(weight.shape))
    return Convolution(flat, np.ones_like(summand), summand)


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


@dataclass
class _Graph:
    """Nodes and constants as they are added; every method returns the name of what it computes."""

    styles: int
    dtype: type[np.floating[Any]]
    only: int
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        array = np.ascontiguousarray(np.asarray(value, dtype))
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    @property
    def for_gpus(self) -> bool:
        """Whether bytes are only to be seen at the ends of the graph."""
        return np.dtype(self.dtype) == np.float16

    def padded(self, margin: int) -> str:
        """The frame with its mirror around it, (1, 3, h, w) floats."""
        frame = self.cast(FRAME, "pixels") if self.for_gpus else FRAME
        planes = self.node("Transpose", [frame], "planes", perm=[0, 3, 1, 2])
        self.node("Shape", [FRAME], "size", start=1, end=3)
        multiple = self.constant("multiple", [MULTIPLE], np.int64)
        self.node("Neg", ["size"], "less")
        rest = self.node("Mod", ["less", multiple], "rest")
        end = self.node("Add", [rest, self.constant("margin", [margin], np.int64)], "end")
        # All four axes: quantised graphs that name two fail in ONNX Runtime 1.32.
        begin = self.constant("begin", [0, 0, margin, margin, 0, 0], np.int64)
        pads = self.node("Concat", [begin, end], "pads", axis=0)
        mirrored = self.node("Pad", [planes, pads], "mirrored", mode="reflect")
        return mirrored if self.for_gpus else self.cast(mirrored, "pixels")

    def cast(self, x: str, name: str) -> str:
        """As the convolutions compute."""
        to = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        return self.node("Cast", [x], name, to=to)

    def convolve(self, x: str, convolution: Convolution, *, relu: bool = False) -> str:
        weight, bias = self.weights(convolution, f"conv{len(self.constants)}")
        strides, pads = [convolution.stride] * 2, list(convolution.pads)
        y = self.node("Conv", [x, weight, bias], strides=strides, pads=pads)
        return self.node("Relu", [y]) if relu else y

    def weights(self, convolution: Convolution, name: str) -> tuple[str, str]:
        """Weight and bias for the styles wanted."""
        if self.styles == 1:
            factor = convolution.factor[self.only][:, None, None, None]
            weight = self.constant(f"{name}.weight", convolution.weight * factor, self.dtype)
            return weight, self.constant(f"{name}.bias", convolution.summand[self.only], self.dtype)
        weight, bias = self.blended(convolution, name)
        return self.cast(weight, f"{name}.w"), self.cast(bias, f"{name}.b")

    def blended(self, convolution: Convolution, name: str) -> tuple[str, str]:
        """Weight and bias as ``style_weights`` say, in float32."""
        weight = self.constant(f"{name}.weight", convolution.weight)
        summand = self.constant(f"{name}.summand", convolution.summand)
        bias = self.node("MatMul", [WEIGHTS, summand], f"{name}.bias")
        if np.all(convolution.factor == 1):
            return weight, bias
        factor = self.constant(f"{name}.factor", convolution.factor)
        blended = self.node("MatMul", [WEIGHTS, factor])
        shape = self.constant("each", [-1, 1, 1, 1], np.int64)
        column = self.node("Reshape", [blended, shape])
        return self.node("Mul", [weight, column], f"{name}.scaled"), bias

    def add(self, x: str, y: str) -> str:
        return self.node("Add", [x, y])

    def paint(self, places: str, top: int) -> None:
        """From 4x4 pixels a place, in floats, to the frame's size in bytes."""
        levels = places if self.for_gpus else self.rounded(places)
        pixels = self.node("DepthToSpace", [levels], "painted", blocksize=MULTIPLE, mode="CRD")
        begin = self.constant("top_left", [top, top], np.int64)
        end = self.node("Add", ["size", begin], "bottom_right")
        sides = self.constant("sides", [2, 3], np.int64)
        cropped = self.node("Slice", [pixels, begin, end, sides], "cropped")
        if not self.for_gpus:
            self.node("Transpose", [cropped], STYLIZED, perm=[0, 2, 3, 1])
            return
        rows = self.node("Transpose", [cropped], "rows", perm=[0, 2, 3, 1])
        self.node("Cast", [self.kept(rows)], STYLIZED, to=TensorProto.UINT8)

    def rounded(self, places: str) -> str:
        """In bytes; rounds and keeps within 0 to 255 in one go."""
        one, zero = self.constant("one", 1, self.dtype), self.constant("zero", 0, np.uint8)
        return self.node("QuantizeLinear", [places, one, zero], "levels")

    def kept(self, pixels: str) -> str:
        """Whole numbers from 0 to 255, still floats: TensorRT has no unsigned QuantizeLinear."""
        black, white = (
            self.constant("black", 0, self.dtype),
            self.constant("white", 255, self.dtype),
        )
        return self.node("Clip", [self.node("Round", [pixels], "whole"), black, white], "levels")

    def model(self) -> onnx.ModelProto:
        shape: list[int | str | None] = [1, "height", "width", 3]
        inputs = [helper.make_tensor_value_info(FRAME, TensorProto.UINT8, shape)]
        if self.styles > 1:
            even = np.eye(1, self.styles)[0]  # the first style, for whoever names none
            self.constant(WEIGHTS, even)
            inputs.append(helper.make_tensor_value_info(WEIGHTS, TensorProto.FLOAT, [self.styles]))
        outputs = [helper.make_tensor_value_info(STYLIZED, TensorProto.UINT8, shape)]
        graph = helper.make_graph(
            self.nodes, "stylizer", inputs, outputs, list(self.constants.values())
        )
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR)
