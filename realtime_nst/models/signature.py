"""Inputs and outputs of a model, read from the file without an engine.

All models have the input ``frame``, uint8 BGR (1, height, width, 3) of any size from 32x32 on, and
the output ``stylized`` of the same type and shape. Models of several styles also have the input
``style_weights``, float32 (styles,).
"""

from dataclasses import dataclass

from realtime_nst.models.protobuf import Malformed, first_field, iter_fields

FRAME, WEIGHTS, STYLIZED = "frame", "style_weights", "stylized"
"""Names of a model's inputs and output."""
PALETTE, TINT = "palette.weight", "palette.bias"
"""Names of the tensors with the palette maps of a model's styles, one after the other."""
IMAGE = "uint8 (1, height, width, 3)"
"""Type and shape of the frame and the stylized frame, for messages."""

GRAPH = 7
"""Field number in ``ModelProto``."""
NAME, INITIALIZER, INPUT, OUTPUT = 2, 5, 11, 12
"""Field numbers in ``GraphProto``."""
VALUE_NAME, VALUE_TYPE = 1, 2
"""Field numbers in ``ValueInfoProto``."""
TENSOR_TYPE, ELEMENT, SHAPE, DIMENSION, SIZE, SYMBOL = 1, 1, 2, 1, 1, 2
"""Field numbers on the path to a dimension: ``TypeProto``, ``TypeProto.Tensor``,
``TensorShapeProto`` and its ``Dimension``."""
ELEMENTS = {
    1: "float32",
    2: "uint8",
    3: "int8",
    6: "int32",
    7: "int64",
    10: "float16",
    11: "float64",
}
"""NumPy names of some values of ``TensorProto.DataType``."""


@dataclass(frozen=True, slots=True)
class Value:
    """An input or output of a model."""

    element: str
    """Type of its elements: ``uint8``."""
    shape: tuple[int | str | None, ...]
    """Sizes; a name or None for free dimensions."""

    def __str__(self) -> str:
        return f"{self.element} ({', '.join('?' if n is None else str(n) for n in self.shape)})"


@dataclass(frozen=True, slots=True)
class Signature:
    """Inputs and outputs of a model by name."""

    inputs: dict[str, Value]
    outputs: dict[str, Value]

    @property
    def is_multi_style(self) -> bool:
        """Whether the style weights are an input."""
        return WEIGHTS in self.inputs

    @property
    def styles(self) -> int:
        """Number of styles; 1 without an input for their weights, 0 if the size is free."""
        if not self.is_multi_style:
            return 1
        count = self.inputs[WEIGHTS].shape[0]
        return count if isinstance(count, int) else 0

    def mismatch(self) -> str | None:
        """Return how the signature differs from that of our models; None if it does not."""
        image = ("uint8", 4)
        expected = {FRAME: image, WEIGHTS: ("float32", 1), STYLIZED: image}
        for name, value in [*self.inputs.items(), *self.outputs.items()]:
            if name not in expected:
                return f"unknown input or output {name!r}"
            if (value.element, len(value.shape)) != expected[name]:
                element, dimensions = expected[name]
                return f"{name!r} is {value}, not {element} of {dimensions} dimensions"
        missing = [name for name in (FRAME,) if name not in self.inputs]
        missing += [name for name in (STYLIZED,) if name not in self.outputs]
        return f"it has no {' and no '.join(missing)}" if missing else None


def read_signature(model: bytes) -> Signature:
    """Return the inputs and outputs of a model.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    graph = first_field(memoryview(model), GRAPH)
    if graph is None:
        raise Malformed("there is no graph")
    inputs: dict[str, Value] = {}
    outputs: dict[str, Value] = {}
    for field in iter_fields(graph.bytes):
        if field.number == INPUT:
            inputs.update([_value(field.bytes)])
        elif field.number == OUTPUT:
            outputs.update([_value(field.bytes)])
    return Signature(inputs, outputs)


def value_name(value: memoryview) -> str:
    """Return the name in a ``ValueInfoProto``."""
    field = first_field(value, VALUE_NAME)
    return field.text if field else ""


def _value(value: memoryview) -> tuple[str, Value]:
    tensor = _inner(value, VALUE_TYPE, TENSOR_TYPE)
    element = first_field(tensor, ELEMENT)
    shape = _inner(tensor, SHAPE)
    sizes = tuple(_size(field.bytes) for field in iter_fields(shape) if field.number == DIMENSION)
    number = element.number_value if element else 0
    return value_name(value), Value(ELEMENTS.get(number, f"type {number}"), sizes)


def _inner(message: memoryview, *path: int) -> memoryview:
    """Return a message nested in another; empty if it is missing."""
    for number in path:
        field = first_field(message, number)
        message = field.bytes if field else memoryview(b"")
    return message


def _size(dimension: memoryview) -> int | str | None:
    for field in iter_fields(dimension):
        if field.number == SIZE:
            return field.number_value
        if field.number == SYMBOL:
            return field.text
    return None
