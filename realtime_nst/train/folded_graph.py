"""Nodes and constants of a folded graph, from the frame's bytes to the result's."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from realtime_nst.stylize.session import FRAME, STYLIZED, WEIGHTS
from realtime_nst.train.transformer_net import MULTIPLE

OPSET = 20
IR = 10
"""ONNX's file format that belongs to the opset; newer ones older runtimes refuse."""
PIXELS = MULTIPLE * MULTIPLE
"""Of a place."""

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
    strides: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (1, 1, 1, 1)
    """Rows above, columns left, rows below, columns right."""


@dataclass
class Graph:
    """Nodes and constants as they are added; every method returns the name of what it computes."""

    styles: int
    dtype: type[np.floating[Any]]
    only: int
    margin: int
    channels: int = 3
    """Of the base: four, of which one is nothing, where bytes are computed with."""
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        array = np.array(value, dtype, order="C")
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    @property
    def for_bytes(self) -> bool:
        return self.channels > 3

    @property
    def for_gpus(self) -> bool:
        """Whether bytes are only to be seen at the ends of the graph."""
        return np.dtype(self.dtype) == np.float16

    def padded(self, margin: int) -> str:
        """The frame with its mirror around it, (1, 3, h, w) floats."""
        self.node("Shape", [FRAME], "size", start=1, end=3)
        multiple = self.constant("multiple", [MULTIPLE], np.int64)
        self.node("Neg", ["size"], "less")
        rest = self.node("Mod", ["less", multiple], "rest")
        self.node("Add", [rest, self.constant("margin", [margin], np.int64)], "end")
        if self.for_gpus:
            planes = self.planes(self.cast(FRAME, "rows"))
            return self.mirrored(planes, [0, 0, margin, margin, 0, 0], [], "pixels")
        rows = self.mirrored(FRAME, [0, margin, margin, 0, 0], [0], "mirrored")
        # Four pixels beside each other as 12 channels: convolutions of bytes gather them at once.
        strips = self.node("Reshape", [rows, self.constant("strips", [0, 0, -1, 12], np.int64)])
        return self.cast(self.planes(strips), "pixels")

    def planes(self, rows: str) -> str:
        return self.node("Transpose", [rows], "planes", perm=[0, 3, 1, 2])

    def mirrored(self, x: str, before: list[int], after: list[int], name: str) -> str:
        # All four axes: quantised graphs that name two fail in ONNX Runtime 1.32.
        begin = self.constant("begin", before, np.int64)
        behind = [self.constant("behind", after, np.int64)] if after else []
        pads = self.node("Concat", [begin, "end", *behind], "pads", axis=0)
        return self.node("Pad", [x, pads], name, mode="reflect")

    def cast(self, x: str, name: str) -> str:
        """As the convolutions compute."""
        to = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        return self.node("Cast", [x], name, to=to)

    def convolve(self, x: str, convolution: Convolution, *, relu: bool = False) -> str:
        weight, bias = self.weights(convolution, f"conv{len(self.constants)}")
        strides, pads = list(convolution.strides), list(convolution.pads)
        y = self.node("Conv", [x, weight, bias], strides=strides, pads=pads)
        return self.node("Relu", [y]) if relu else y

    def of_pixels(self, convolution: Convolution) -> Convolution:
        """A convolution of pixels for how ``padded`` gives them."""
        if self.for_gpus:
            return convolution
        strides = convolution.strides[0], convolution.strides[1] // MULTIPLE
        return replace(convolution, weight=by_strip(convolution.weight), strides=strides)

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

    def widened(self, weight: Array, axis: int) -> Array:
        """With zeros for the channel that is nothing."""
        shape = [(0, 0)] * weight.ndim
        shape[axis] = (0, self.channels - 3)
        return np.pad(weight, shape)

    def conv(
        self, name: str, x: str, weight: str, bias: str = "", *, strides: tuple[int, int] = (1, 1)
    ) -> str:
        """A convolution without padding, by a name."""
        inputs = [x, weight, bias] if bias else [x, weight]
        self.nodes.append(helper.make_node("Conv", inputs, [name], name, strides=strides))
        return name

    def add(self, x: str, y: str) -> str:
        return self.node("Add", [x, y])

    def paint(self, places: str, top: int) -> None:
        """From 4x4 pixels a place, in floats, to the frame's size in bytes."""
        levels = places if self.for_gpus else self.rounded(places)
        pixels = self.node("DepthToSpace", [levels], "painted", blocksize=MULTIPLE, mode="DCR")
        begin = self.constant("top_left", [top, top], np.int64)
        end = self.node("Add", ["size", begin], "bottom_right")
        sides = self.constant("sides", [2, 3], np.int64)
        cropped = self.node("Slice", [pixels, begin, end, sides], "cropped")
        if not self.for_gpus:
            self.node("Transpose", [cropped], STYLIZED, perm=[0, 2, 3, 1])
            return
        rows = self.node("Transpose", [cropped], "rows_painted", perm=[0, 2, 3, 1])
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


def by_strip(weight: Array) -> Array:
    """(out, 3, rows, 4 * n) as (out, 12, rows, n), of four pixels beside each other."""
    out, colors, rows, columns = weight.shape
    strips = weight.reshape(out, colors, rows, columns // MULTIPLE, MULTIPLE)
    return np.ascontiguousarray(
        strips.transpose(0, 4, 1, 2, 3).reshape(out, -1, rows, strips.shape[3])
    )


def by_pixel(weight: Array) -> Array:
    """(3 * 16, ...) color by color as (16 * 3, ...) pixel by pixel."""
    pixels = weight.reshape(3, PIXELS, *weight.shape[1:]).swapaxes(0, 1)
    return np.ascontiguousarray(pixels.reshape(weight.shape))
