"""Put another painting's palette map, and another card, into an ONNX file."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import ModelError
from realtime_nst.stylize.card import KEY, Card
from realtime_nst.stylize.fixed import DATA_TYPE, DIMS, RAW_DATA, TENSOR_NAME, with_graph
from realtime_nst.stylize.metadata import KEY as NAME
from realtime_nst.stylize.metadata import METADATA_PROPS, VALUE
from realtime_nst.stylize.palette_map import Hinges, PaletteMap
from realtime_nst.stylize.protobuf import Field, Malformed, fields, first, named
from realtime_nst.stylize.seal import SEAL, fingerprint
from realtime_nst.stylize.signature import GRAPH, INITIALIZER, PALETTE, TINT

DIRECTIONS, MINUS_THRESHOLDS = "base.hinges.weight", "base.hinges.bias"
"""The names of the tensors that a model keeps its hinges in, in grey levels and as BGR."""

ELEMENTS = {1: "<f4", 10: "<f2"}
"""``TensorProto.DataType`` as NumPy has it."""

Floats = NDArray[np.float32]
Change = Callable[[Floats], Floats]


def read_hinges(model: bytes) -> Hinges:
    """Read which hinges a model's palette maps are made of.

    Raises:
        Malformed: it is no ONNX model.
        ModelError: it has no palette base.
    """
    found: dict[str, Floats] = {}
    graph = first(memoryview(model), GRAPH)
    for field in fields(graph.bytes) if graph else ():
        if field.number == INITIALIZER and _name(field) in (DIRECTIONS, MINUS_THRESHOLDS):
            found[_name(field)] = _array(field)
    if len(found) < 2:
        raise ModelError("the model has no palette base", "use a model of this version")
    directions = found[DIRECTIONS][:, 2::-1, 0, 0]
    return Hinges(directions, -found[MINUS_THRESHOLDS] / np.float32(255))


def with_palette(model: bytes, number: int, palette: PaletteMap) -> bytes:
    """A model that has another palette map for one of its styles.

    Args:
        model: an ONNX model with a palette base.
        number: the style's place in a model of several; of no meaning in a model of one.
        palette: made of the model's own hinges.

    Raises:
        Malformed: it is no ONNX model.
    """
    changes = {
        PALETTE: _put(palette.weight[::-1].ravel(), number),
        TINT: _put(255 * palette.bias[::-1], number),
    }
    return with_graph(
        model, lambda graph: b"".join(_changed(each, changes) for each in fields(graph))
    )


def with_card(model: bytes, card: Card) -> bytes:
    """A model with another card, sealed anew.

    Raises:
        Malformed: it is no ONNX model.
    """
    kept = b"".join(each.raw for each in fields(memoryview(model)) if not _is_ours(each))
    carded = kept + _entry(KEY, card.to_json())
    return carded + _entry(SEAL, fingerprint(carded))


def _put(values: Floats, number: int) -> Change:
    def change(tensor: Floats) -> Floats:
        several = tensor.shape[1:] == values.shape
        flat = tensor.reshape(-1).copy()
        begin = number * len(values) if several else 0
        flat[begin : begin + len(values)] = values
        return flat

    return change


def _changed(field: Field, changes: dict[str, Change]) -> bytes | memoryview:
    change = changes.get(_name(field)) if field.number == INITIALIZER else None
    if change is None:
        return field.raw
    kept = [each.raw for each in fields(field.bytes) if each.number != RAW_DATA]
    data = change(_array(field)).astype(_element(field)).tobytes()
    return named(INITIALIZER, b"".join([*kept, named(RAW_DATA, data)]))


def _name(field: Field) -> str:
    name = first(field.bytes, TENSOR_NAME)
    return name.text if name else ""


def _array(tensor: Field) -> Floats:
    """The values of a ``TensorProto`` of floats."""
    data = first(tensor.bytes, RAW_DATA)
    if data is None:
        raise Malformed(f"{_name(tensor)} has no values")
    dims = [each.number_value for each in fields(tensor.bytes) if each.number == DIMS]
    return np.frombuffer(data.bytes, _element(tensor)).reshape(dims).astype(np.float32)


def _element(tensor: Field) -> str:
    kind = first(tensor.bytes, DATA_TYPE)
    if kind is None or kind.number_value not in ELEMENTS:
        raise Malformed(f"{_name(tensor)} is no tensor of floats")
    return ELEMENTS[kind.number_value]


def _is_ours(field: Field) -> bool:
    if field.number != METADATA_PROPS:
        return False
    key = first(field.bytes, NAME)
    return key is not None and key.text in (KEY, SEAL)


def _entry(key: str, value: str) -> bytes:
    return named(METADATA_PROPS, named(NAME, key.encode()) + named(VALUE, value.encode()))
