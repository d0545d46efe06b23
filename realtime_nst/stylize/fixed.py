"""Make a model of several styles one of a single style, or of a single blend.

While ``style_weights`` is an input, whatever follows from it is computed for every frame. As a
constant it lets an engine fold each style's scales into the convolutions once, when it opens the
model; ONNX Runtime then also keeps its blocked layout from end to end.
"""

import struct
from collections.abc import Sequence

from realtime_nst.stylize.protobuf import fields, first, named
from realtime_nst.stylize.signature import GRAPH, INITIALIZER, INPUT, WEIGHTS, value_name

DIMS, DATA_TYPE, TENSOR_NAME, RAW_DATA = 1, 2, 8, 9
"""Field numbers in ``TensorProto``."""
FLOAT = 1
"""``TensorProto.DataType.FLOAT``."""


def fix_style(model: bytes, weights: Sequence[float]) -> bytes:
    """A model that paints one blend of its styles and takes nothing but the frame.

    Args:
        model: an ONNX model with the input ``style_weights``, with or without a default for it.
        weights: one a style.

    Raises:
        Malformed: it is no ONNX model.
    """
    parts: list[bytes | memoryview] = []
    for field in fields(memoryview(model)):
        graph = field.number == GRAPH
        parts.append(named(GRAPH, _graph(field.bytes, weights)) if graph else field.raw)
    return b"".join(parts)


def _graph(graph: memoryview, weights: Sequence[float]) -> bytes:
    kept = [field.raw for field in fields(graph) if not _is_weights(field.number, field.value)]
    return b"".join([*kept, named(INITIALIZER, _tensor(weights))])


def _is_weights(number: int, value: int | memoryview) -> bool:
    """Whether a field of the graph is the input, or the default, that is to be replaced."""
    if isinstance(value, int):
        return False
    if number == INPUT:
        return value_name(value) == WEIGHTS
    name = first(value, TENSOR_NAME) if number == INITIALIZER else None
    return name is not None and name.text == WEIGHTS


def _tensor(weights: Sequence[float]) -> bytes:
    """The weights as a ``TensorProto``, float32, lowest byte first."""
    return b"".join(
        [
            named(DIMS, len(weights)),
            named(DATA_TYPE, FLOAT),
            named(TENSOR_NAME, WEIGHTS.encode()),
            named(RAW_DATA, struct.pack(f"<{len(weights)}f", *weights)),
        ]
    )
