"""Nodes and constants of a fused graph, from the input bytes to the output bytes."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from realtime_nst.inference.session import FRAME, STYLIZED, WEIGHTS
from realtime_nst.nn.transformer_net import MULTIPLE

OPSET = 20
"""ONNX operator set of exported models."""
IR = 10
"""ONNX file format of that opset; older runtimes refuse newer ones."""
PIXELS = MULTIPLE * MULTIPLE
"""Pixels in a place, one position at a quarter of the resolution."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution with a factor and a summand for each style."""

    weight: Array
    """(out, in, k, k)"""
    factor: Array
    """(styles, out)"""
    summand: Array
    """(styles, out)"""
    strides: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = (1, 1, 1, 1)
    """Top, left, bottom, right."""


@dataclass
class Graph:
    """A graph under construction; methods that add nodes return the name of their output."""

    styles: int
    """Number of styles that the graph blends."""
    dtype: type[np.floating[Any]]
    """Of the convolutions."""
    only: int
    """With one style, its index."""
    margin: int
    """Pixels of reflection padding."""
    channels: int = 3
    """Channels of the palette base; 4, one of them zero, in quantized graphs."""
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        """Add a node with one output."""
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        """Add a constant, or replace the one of this name."""
        array = np.array(value, dtype, order="C")
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    @property
    def for_bytes(self) -> bool:
        """Return whether the graph will be quantized."""
        return self.channels > 3

    @property
    def for_gpus(self) -> bool:
        """Return whether the graph uses bytes for its input and output only."""
        return np.dtype(self.dtype) == np.float16

    def padded(self, margin: int) -> str:
        """Add reflection padding of the frame, as (1, 3, h, w) floats."""
        self.node("Shape", [FRAME], "size", start=1, end=3)
        multiple = self.constant("multiple", [MULTIPLE], np.int64)
        self.node("Neg", ["size"], "less")
        rest = self.node("Mod", ["less", multiple], "rest")
        self.node("Add", [rest, self.constant("margin", [margin], np.int64)], "end")
        if self.for_gpus:
            planes = self.planes(self.cast(FRAME, "rows"))
            return self.mirrored(planes, [0, 0, margin, margin, 0, 0], [], "pixels")
        rows = self.mirrored(FRAME, [0, margin, margin, 0, 0], [0], "mirrored")
        # Four pixels in a row as 12 channels: int8 convolutions gather them at once.
        strips = self.node("Reshape", [rows, self.constant("strips", [0, 0, -1, 12], np.int64)])
        return self.cast(self.planes(strips), "pixels")

    def planes(self, rows: str) -> str:
        """Add a transposition from NHWC to NCHW."""
        return self.node("Transpose", [rows], "planes", perm=[0, 3, 1, 2])

    def mirrored(self, x: str, before: list[int], after: list[int], name: str) -> str:
        """Add reflection padding: pads before, the computed end, pads after."""
        # All four axes: quantized graphs that name two fail in ONNX Runtime 1.32.
        begin = self.constant("begin", before, np.int64)
        behind = [self.constant("behind", after, np.int64)] if after else []
        pads = self.node("Concat", [begin, "end", *behind], "pads", axis=0)
        return self.node("Pad", [x, pads], name, mode="reflect")

    def cast(self, x: str, name: str) -> str:
        """Add a cast to the type of the convolutions."""
        to = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        return self.node("Cast", [x], name, to=to)

    def convolve(self, x: str, convolution: Convolution, *, relu: bool = False) -> str:
        """Add a convolution and, optionally, a ReLU."""
        weight, bias = self.weights(convolution, f"conv{len(self.constants)}")
        strides, pads = list(convolution.strides), list(convolution.pads)
        y = self.node("Conv", [x, weight, bias], strides=strides, pads=pads)
        return self.node("Relu", [y]) if relu else y

    def of_pixels(self, convolution: Convolution) -> Convolution:
        """Adapt a convolution of pixels to the layout of ``padded``."""
        if self.for_gpus:
            return convolution
        strides = convolution.strides[0], convolution.strides[1] // MULTIPLE
        return replace(convolution, weight=by_strip(convolution.weight), strides=strides)

    def weights(self, convolution: Convolution, name: str) -> tuple[str, str]:
        """Add weight and bias for the styles of the graph."""
        if self.styles == 1:
            factor = convolution.factor[self.only][:, None, None, None]
            weight = self.constant(f"{name}.weight", convolution.weight * factor, self.dtype)
            return weight, self.constant(f"{name}.bias", convolution.summand[self.only], self.dtype)
        weight, bias = self.blended(convolution, name)
        return self.cast(weight, f"{name}.w"), self.cast(bias, f"{name}.b")

    def blended(self, convolution: Convolution, name: str) -> tuple[str, str]:
        """Add weight and bias blended by ``style_weights``, in float32."""
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
        """Pad an axis of 3 channels with zeros to ``channels``."""
        shape = [(0, 0)] * weight.ndim
        shape[axis] = (0, self.channels - 3)
        return np.pad(weight, shape)

    def conv(
        self, name: str, x: str, weight: str, bias: str = "", *, strides: tuple[int, int] = (1, 1)
    ) -> str:
        """Add a named convolution without padding."""
        inputs = [x, weight, bias] if bias else [x, weight]
        self.nodes.append(helper.make_node("Conv", inputs, [name], name, strides=strides))
        return name

    def add(self, x: str, y: str) -> str:
        """Add a sum."""
        return self.node("Add", [x, y])

    def paint(self, places: str, top: int) -> None:
        """Add the output: from 4x4 float pixels per place to bytes in the frame's size."""
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
        """Add a conversion to bytes that rounds and clips to 0 to 255 in one node."""
        one, zero = self.constant("one", 1, self.dtype), self.constant("zero", 0, np.uint8)
        return self.node("QuantizeLinear", [places, one, zero], "levels")

    def kept(self, pixels: str) -> str:
        """Round and clip to 0 to 255, still as floats: TensorRT has no unsigned QuantizeLinear."""
        black, white = (
            self.constant("black", 0, self.dtype),
            self.constant("white", 255, self.dtype),
        )
        return self.node("Clip", [self.node("Round", [pixels], "whole"), black, white], "levels")

    def model(self) -> onnx.ModelProto:
        """Return the model."""
        shape: list[int | str | None] = [1, "height", "width", 3]
        inputs = [helper.make_tensor_value_info(FRAME, TensorProto.UINT8, shape)]
        if self.styles > 1:
            first = np.eye(1, self.styles)[0]  # the default: the first style alone
            self.constant(WEIGHTS, first)
            inputs.append(helper.make_tensor_value_info(WEIGHTS, TensorProto.FLOAT, [self.styles]))
        outputs = [helper.make_tensor_value_info(STYLIZED, TensorProto.UINT8, shape)]
        graph = helper.make_graph(
            self.nodes, "stylizer", inputs, outputs, list(self.constants.values())
        )
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR)


def by_strip(weight: Array) -> Array:
    """Reshape (out, 3, rows, 4 * n) to (out, 12, rows, n): four pixels in a row as channels."""
    out, colors, rows, columns = weight.shape
    strips = weight.reshape(out, colors, rows, columns // MULTIPLE, MULTIPLE)
    return np.ascontiguousarray(
        strips.transpose(0, 4, 1, 2, 3).reshape(out, -1, rows, strips.shape[3])
    )


def by_pixel(weight: Array) -> Array:
    """Reorder (3 * 16, ...), channel by channel, to (16 * 3, ...), pixel by pixel."""
    pixels = weight.reshape(3, PIXELS, *weight.shape[1:]).swapaxes(0, 1)
    return np.ascontiguousarray(pixels.reshape(weight.shape))
