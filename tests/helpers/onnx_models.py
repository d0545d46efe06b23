"""Tiny ONNX styles of a few hundred bytes, so that runtime tests need no trained network."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from realtime_nst.models.card import KEY, Card, Style

BYTES, FLOATS = TensorProto.UINT8, TensorProto.FLOAT
SHAPE: list[int | str | None] = [1, "height", "width", 3]


def card(*styles: str, name: str = "tiny", tier: str = "fast", precision: str = "fp32") -> Card:
    """A card with made-up works of art."""
    works = tuple(Style(style, f"The {style}", "Nobody", "1900", "0" * 64) for style in styles)
    return Card(name, tier, works, "CC0-1.0", "nothing", "0" * 64, precision, 0)


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    about: Card | None,
    weights: int = 0,
    constants: Mapping[str, NDArray[Any] | np.generic] = MappingProxyType({}),
) -> Path:
    inputs = [helper.make_tensor_value_info("frame", BYTES, SHAPE)]
    if weights:
        inputs.append(helper.make_tensor_value_info("style_weights", FLOATS, [weights]))
    outputs = [helper.make_tensor_value_info("stylized", BYTES, SHAPE)]
    values = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    if about:
        helper.set_model_props(model, {KEY: about.to_json()})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return path


def invert(path: Path, about: Card | None = None) -> Path:
    """A style that turns colours into their opposites."""
    node = helper.make_node("BitwiseNot", ["frame"], ["stylized"])
    return _save(path, [node], about or card("invert", name="tiny-invert"))


def identity(path: Path, about: Card | None = None) -> Path:
    """A style that changes nothing."""
    node = helper.make_node("Identity", ["frame"], ["stylized"])
    return _save(path, [node], about or card("identity", name="tiny-identity"))


def two(path: Path, about: Card | None = None) -> Path:
    """Two styles: ``keep`` gives the picture times its weight, ``black`` adds nothing to it."""
    nodes = [
        helper.make_node("Constant", [], ["first"], value_ints=[0]),
        helper.make_node("Gather", ["style_weights", "first"], ["weight"]),
        helper.make_node("Cast", ["frame"], ["light"], to=FLOATS),
        helper.make_node("Mul", ["light", "weight"], ["dimmed"]),
        helper.make_node("Cast", ["dimmed"], ["stylized"], to=BYTES),
    ]
    return _save(path, nodes, about or card("keep", "black", name="tiny-two"), weights=2)


def brush(path: Path, about: Card | None = None, *, int8: bool = False) -> Path:
    """Two styles that smear colours by a convolution and shift them; in whole numbers only one.

    A stand-in for a trained network: its weights are inputs of a scale, as the styles' are there.
    """
    rng = np.random.default_rng(5)
    kernel = (rng.random((3, 3, 3, 3), np.float32) / 10).astype(np.float32)
    table = np.array([[1.0, 0.7, 0.4], [0.3, 0.8, 1.1]], np.float32)
    constants: dict[str, NDArray[Any] | np.generic] = {
        "kernel": kernel,
        "table": table,
        "style_weights": np.array([1, 0], np.float32),  # a default, as exported models have it
        "low": np.float32(0),
        "high": np.float32(255),
        "column": np.array([3, 1, 1], np.int64),
    }
    styles = ["warm"] if int8 else ["warm", "cold"]
    if int8:
        constants |= {
            "kernel": np.round(kernel * 1270).astype(np.int8),
            "kernel_scale": np.float32(1 / 1270),
            "kernel_zero": np.int8(0),
            "grain": np.float32(1.25),
            "zero": np.uint8(0),
            "scales": table[0].reshape(3, 1, 1),
        }
    nodes = [
        helper.make_node("Cast", ["frame"], ["light"], to=FLOATS),
        helper.make_node("Transpose", ["light"], ["planes"], perm=[0, 3, 1, 2]),
        *(_quantised() if int8 else _exact()),
        helper.make_node("Mul", ["smeared", "scales"], ["scaled"]),
        helper.make_node("Clip", ["scaled", "low", "high"], ["clipped"]),
        helper.make_node("Transpose", ["clipped"], ["rows"], perm=[0, 2, 3, 1]),
        helper.make_node("Cast", ["rows"], ["stylized"], to=BYTES),
    ]
    used = {name for node in nodes for name in node.input}
    constants = {name: value for name, value in constants.items() if name in used}
    about = about or card(*styles, name="tiny-brush", precision="int8" if int8 else "fp32")
    return _save(path, nodes, about, 0 if int8 else 2, constants)


def _exact() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Conv", ["planes", "kernel"], ["smeared"], pads=[1, 1, 1, 1]),
        helper.make_node("MatMul", ["style_weights", "table"], ["row"]),
        helper.make_node("Reshape", ["row", "column"], ["scales"]),
    ]


def _quantised() -> list[onnx.NodeProto]:
    return [
        helper.make_node("QuantizeLinear", ["planes", "grain", "zero"], ["bytes"]),
        helper.make_node("DequantizeLinear", ["bytes", "grain", "zero"], ["rounded"]),
        helper.make_node(
            "DequantizeLinear", ["kernel", "kernel_scale", "kernel_zero"], ["rounded_kernel"]
        ),
        helper.make_node("Conv", ["rounded", "rounded_kernel"], ["smeared"], pads=[1, 1, 1, 1]),
    ]


def cropping(path: Path) -> Path:
    """A wrong model: it loses a column."""
    nodes = [
        helper.make_node("Constant", [], ["one"], value_ints=[1]),
        helper.make_node("Constant", [], ["end"], value_ints=[2**31]),
        helper.make_node("Constant", [], ["axis"], value_ints=[2]),
        helper.make_node("Slice", ["frame", "one", "end", "axis"], ["stylized"]),
    ]
    return _save(path, nodes, card("cropping"))


def unknown(path: Path) -> Path:
    """A wrong model: no library knows its operator."""
    return _save(path, [helper.make_node("Paint", ["frame"], ["stylized"])], card("unknown"))


def bare(path: Path) -> Path:
    """A wrong model: it has no card."""
    return _save(path, [helper.make_node("Identity", ["frame"], ["stylized"])], None)


def floats(path: Path) -> Path:
    """A wrong model: it takes floats."""
    value = helper.make_tensor_value_info("frame", FLOATS, [1, 3, "height", "width"])
    result = helper.make_tensor_value_info("stylized", FLOATS, [1, 3, "height", "width"])
    node = helper.make_node("Identity", ["frame"], ["stylized"])
    graph = helper.make_graph([node], "floats", [value], [result])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


def foreign(path: Path) -> Path:
    """Another project's model, as old exporters write it: planes of floats, weights as inputs."""
    shape = [1, 3, 224, 224]
    inputs = [
        helper.make_tensor_value_info("input1", FLOATS, shape),
        helper.make_tensor_value_info("weight", FLOATS, [1]),
    ]
    result = helper.make_tensor_value_info("output1", FLOATS, shape)
    node = helper.make_node("Mul", ["input1", "weight"], ["output1"])
    weight = numpy_helper.from_array(np.ones(1, np.float32), "weight")
    graph = helper.make_graph([node], "foreign", inputs, [result], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=3)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return path


def renamed(path: Path, **names: str) -> Path:
    """A wrong model: without a card, with another name for what goes in or comes out."""
    model = onnx.load(bare(path))
    for value in (*model.graph.input, *model.graph.output):
        value.name = names.get(value.name, value.name)
    path.write_bytes(model.SerializeToString())
    return path
