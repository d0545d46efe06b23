"""Turn a multi-style model into a model of one style or one blend.

While ``style_weights`` is an input, everything that depends on it is computed for every frame. As a
constant it lets an engine fold each style's scales into the convolutions once, when the model is
opened; ONNX Runtime then also keeps its blocked layout from end to end.
"""

import struct
from collections.abc import Callable, Sequence

from realtime_nst.models.protobuf import Field, encode_field, first_field, iter_fields
from realtime_nst.models.signature import GRAPH, INITIALIZER, INPUT, WEIGHTS, value_name

DIMS, DATA_TYPE, TENSOR_NAME, RAW_DATA = 1, 2, 8, 9
"""Field numbers in ``TensorProto``."""
FLOAT = 1
"""``TensorProto.DataType.FLOAT``."""


def bake_style(model: bytes, weights: Sequence[float]) -> bytes:
    """Replace the input ``style_weights`` of a model by a constant.

    Args:
        model: an ONNX model with the input ``style_weights``, with or without a default for it.
        weights: weight of each style.

    Returns:
        The new model, whose only input is the frame.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    constant = encode_field(INITIALIZER, _tensor(weights))
    return with_graph(
        model, lambda graph: b"".join([*_without_weights(graph, INPUT, INITIALIZER), constant])
    )


def drop_weights_default(model: bytes) -> bytes:
    """Remove the default of the input ``style_weights``.

    With a default, OpenVINO treats the input as a constant and drops it.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    return with_graph(model, lambda graph: b"".join(_without_weights(graph, INITIALIZER)))


def with_graph(model: bytes, change: Callable[[memoryview], bytes]) -> bytes:
    """Return a model with a changed graph.

    Args:
        model: an ONNX model.
        change: takes the encoded graph and returns the new one.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    parts: list[bytes | memoryview] = []
    for field in iter_fields(memoryview(model)):
        graph = field.number == GRAPH
        parts.append(encode_field(GRAPH, change(field.bytes)) if graph else field.raw)
    return b"".join(parts)


def _without_weights(graph: memoryview, *kinds: int) -> list[memoryview]:
    """Return a graph's fields, except those of the given kinds that hold the style weights."""
    return [
        field.raw
        for field in iter_fields(graph)
        if field.number not in kinds or _name(field) != WEIGHTS
    ]


def _name(field: Field) -> str:
    """Return the name of an input or an initializer."""
    if field.number == INPUT:
        return value_name(field.bytes)
    name = first_field(field.bytes, TENSOR_NAME)
    return name.text if name else ""


def _tensor(weights: Sequence[float]) -> bytes:
    """Encode weights as a ``TensorProto``: float32, little-endian."""
    return b"".join(
        [
            encode_field(DIMS, len(weights)),
            encode_field(DATA_TYPE, FLOAT),
            encode_field(TENSOR_NAME, WEIGHTS.encode()),
            encode_field(RAW_DATA, struct.pack(f"<{len(weights)}f", *weights)),
        ]
    )
