"""Make a model of several styles one of a single style, or of a single blend.

While ``style_weights`` is an input, whatever follows from it is computed for every frame. As a
constant it lets an engine fold each style's scales into the convolutions once, when it opens the
model; ONNX Runtime then also keeps its blocked layout from end to end.
"""

import struct
from collections.abc import Callable, Sequence

from realtime_nst.stylize.protobuf import Field, fields, first, named
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
    constant = named(INITIALIZER, _tensor(weights))
    return with_graph(model, lambda g: b"".join([*_kept(g, INPUT, INITIALIZER), constant]))


def without_default(model: bytes) -> bytes:
    """A model of several styles that has to be told the weights with every frame.

    Where there is a default, OpenVINO takes it for a constant and drops the input.

    Raises:
        Malformed: it is no ONNX model.
    """
    return with_graph(model, lambda graph: b"".join(_kept(graph, INITIALIZER)))


def with_graph(model: bytes, change: Callable[[memoryview], bytes]) -> bytes:
    """A model whose graph was changed.

    Raises:
        Malformed: it is no ONNX model.
    """
    parts: list[bytes | memoryview] = []
    for field in fields(memoryview(model)):
        graph = field.number == GRAPH
        parts.append(named(GRAPH, change(field.bytes)) if graph else field.raw)
    return b"".join(parts)


def _kept(graph: memoryview, *kinds: int) -> list[memoryview]:
    """The fields of a graph but for those of the given kinds that are the weights."""
    return [
        field.raw for field in fields(graph) if field.number not in kinds or _name(field) != WEIGHTS
    ]


def _name(field: Field) -> str:
    """Of an input or of an initializer."""
    if field.number == INPUT:
        return value_name(field.bytes)
    name = first(field.bytes, TENSOR_NAME)
    return name.text if name else ""


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
