"""Replace a palette map and the card in an ONNX file."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import ModelError
from realtime_nst.models.bake_style import DATA_TYPE, DIMS, RAW_DATA, TENSOR_NAME, with_graph
from realtime_nst.models.card import KEY, Card
from realtime_nst.models.checksum import SEAL, fingerprint
from realtime_nst.models.metadata import KEY as NAME
from realtime_nst.models.metadata import METADATA_PROPS, VALUE
from realtime_nst.models.protobuf import Field, Malformed, encode_field, first_field, iter_fields
from realtime_nst.models.signature import GRAPH, INITIALIZER, PALETTE, TINT
from realtime_nst.palette.palette_map import Hinges, PaletteMap

DIRECTIONS, MINUS_THRESHOLDS = "base.hinges.weight", "base.hinges.bias"
"""Names of the tensors with a model's hinges, in gray levels and BGR."""

ELEMENTS = {1: "<f4", 10: "<f2"}
"""NumPy dtype by ``TensorProto.DataType``."""

Floats = NDArray[np.float32]
Change = Callable[[Floats], Floats]


def read_hinges(model: bytes) -> Hinges:
    """Return the hinges of a model's palette maps.

    Raises:
        Malformed: the bytes are not an ONNX model.
        ModelError: the model has no palette base.
    """
    found: dict[str, Floats] = {}
    graph = first_field(memoryview(model), GRAPH)
    for field in iter_fields(graph.bytes) if graph else ():
        if field.number == INITIALIZER and _name(field) in (DIRECTIONS, MINUS_THRESHOLDS):
            found[_name(field)] = _array(field)
    if len(found) < 2:
        raise ModelError("the model has no palette base", "export the model again")
    directions = found[DIRECTIONS][:, 2::-1, 0, 0]
    return Hinges(directions, -found[MINUS_THRESHOLDS] / np.float32(255))


def with_palette(model: bytes, number: int, palette: PaletteMap) -> bytes:
    """Return a model with another palette map for one of its styles.

    Args:
        model: an ONNX model with a palette base.
        number: index of the style; ignored in a model of one style.
        palette: a palette map fitted with the model's own hinges.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    changes = {
        PALETTE: _replace_row(palette.weight[::-1].ravel(), number),
        TINT: _replace_row(255 * palette.bias[::-1], number),
    }
    return with_graph(
        model, lambda graph: b"".join(_changed(each, changes) for each in iter_fields(graph))
    )


def with_card(model: bytes, card: Card) -> bytes:
    """Return a model with another card and a new checksum.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    others = b"".join(each.raw for each in iter_fields(memoryview(model)) if not _is_ours(each))
    content = others + _entry(KEY, card.to_json())
    return content + _entry(SEAL, fingerprint(content))


def _replace_row(values: Floats, number: int) -> Change:
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
    kept = [each.raw for each in iter_fields(field.bytes) if each.number != RAW_DATA]
    data = change(_array(field)).astype(_element(field)).tobytes()
    return encode_field(INITIALIZER, b"".join([*kept, encode_field(RAW_DATA, data)]))


def _name(field: Field) -> str:
    name = first_field(field.bytes, TENSOR_NAME)
    return name.text if name else ""


def _array(tensor: Field) -> Floats:
    """Return the values of a ``TensorProto`` of floats."""
    data = first_field(tensor.bytes, RAW_DATA)
    if data is None:
        raise Malformed(f"{_name(tensor)} has no values")
    dims = [each.number_value for each in iter_fields(tensor.bytes) if each.number == DIMS]
    return np.frombuffer(data.bytes, _element(tensor)).reshape(dims).astype(np.float32)


def _element(tensor: Field) -> str:
    kind = first_field(tensor.bytes, DATA_TYPE)
    if kind is None or kind.number_value not in ELEMENTS:
        raise Malformed(f"{_name(tensor)} is not a float tensor")
    return ELEMENTS[kind.number_value]


def _is_ours(field: Field) -> bool:
    if field.number != METADATA_PROPS:
        return False
    key = first_field(field.bytes, NAME)
    return key is not None and key.text in (KEY, SEAL)


def _entry(key: str, value: str) -> bytes:
    return encode_field(
        METADATA_PROPS, encode_field(NAME, key.encode()) + encode_field(VALUE, value.encode())
    )
