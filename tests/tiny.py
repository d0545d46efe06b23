"""Tiny ONNX styles of a few hundred bytes, so that runtime tests need no trained network."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

from realtime_nst.stylize.card import KEY, Card, Style

BYTES, FLOATS = TensorProto.UINT8, TensorProto.FLOAT
SHAPE: list[int | str | None] = [1, "height", "width", 3]


def card(*styles: str, name: str = "tiny", tier: str = "fast") -> Card:
    """A card with made-up works of art."""
    works = tuple(Style(style, f"The {style}", "Nobody", "1900", "0" * 64) for style in styles)
    return Card(name, tier, works, "CC0-1.0", "nothing", "0" * 64, "fp32", 0)


def _save(path: Path, nodes: list[onnx.NodeProto], about: Card | None, weights: int = 0) -> Path:
    inputs = [helper.make_tensor_value_info("frame", BYTES, SHAPE)]
    if weights:
        inputs.append(helper.make_tensor_value_info("style_weights", FLOATS, [weights]))
    outputs = [helper.make_tensor_value_info("stylized", BYTES, SHAPE)]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs)
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


def cropping(path: Path) -> Path:
    """A wrong model: it loses a column."""
    nodes = [
        helper.make_node("Constant", [], ["one"], value_ints=[1]),
        helper.make_node("Constant", [], ["end"], value_ints=[2**31]),
        helper.make_node("Constant", [], ["axis"], value_ints=[2]),
        helper.make_node("Slice", ["frame", "one", "end", "axis"], ["stylized"]),
    ]
    return _save(path, nodes, card("cropping"))


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
