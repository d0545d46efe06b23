"""What goes into a model and what comes out, read from the file, whichever engine will run it.

The contract, for a frame of any size from 32x32 on: ``frame`` uint8 (1, H, W, 3) and, with several
styles, ``style_weights`` float32 (styles,) give ``stylized`` uint8 (1, H, W, 3).
"""

from dataclasses import dataclass

from realtime_nst.models.protobuf import Malformed, first_field, iter_fields

FRAME, WEIGHTS, STYLIZED = "frame", "style_weights", "stylized"
"""The names of a model's inputs and output."""
PALETTE, TINT = "palette.weight", "palette.bias"
"""The names of the tensors a model keeps its styles' palette maps in, one after the other."""
IMAGE = "uint8 (1, height, width, 3)"
"""What a frame is on the way in and out, for people."""

GRAPH = 7
"""Field number in ``ModelProto``."""
NAME, INITIALIZER, INPUT, OUTPUT = 2, 5, 11, 12
"""Field numbers in ``GraphProto``."""
VALUE_NAME, VALUE_TYPE = 1, 2
"""Field numbers in ``ValueInfoProto``."""
TENSOR_TYPE, ELEMENT, SHAPE, DIMENSION, SIZE, SYMBOL = 1, 1, 2, 1, 1, 2
"""Field numbers on the way down to a dimension: ``TypeProto``, ``TypeProto.Tensor``,
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
"""Some of ``TensorProto.DataType``."""


@dataclass(frozen=True, slots=True)
class Value:
    """An input or an output."""

    element: str
    shape: tuple[int | str | None, ...]
    """Sizes, or the names of free ones."""

    def __str__(self) -> str:
        return f"{self.element} ({', '.join('?' if n is None else str(n) for n in self.shape)})"


@dataclass(frozen=True, slots=True)
class Signature:
    """A model's inputs and outputs by name."""

    inputs: dict[str, Value]
    outputs: dict[str, Value]

    @property
    def blends(self) -> bool:
        """Whether the styles' weights come with every frame."""
        return WEIGHTS in self.inputs

    @property
    def styles(self) -> int:
        """How many styles can be blended; 1 if there is nothing to blend."""
        if not self.blends:
            return 1
        count = self.inputs[WEIGHTS].shape[0]
        return count if isinstance(count, int) else 0

    def misfit(self) -> str | None:
        """What differs from the contract."""
        image = ("uint8", 4)
        wanted = {FRAME: image, WEIGHTS: ("float32", 1), STYLIZED: image}
        for name, value in [*self.inputs.items(), *self.outputs.items()]:
            if name not in wanted:
                return f"unknown input or output {name!r}"
            if (value.element, len(value.shape)) != wanted[name]:
                return f"{name!r} is {value}, not {wanted[name][0]} of {wanted[name][1]} dimensions"
        missing = [name for name in (FRAME,) if name not in self.inputs]
        missing += [name for name in (STYLIZED,) if name not in self.outputs]
        return f"it has no {' and no '.join(missing)}" if missing else None


def read_signature(model: bytes) -> Signature:
    """The inputs and outputs of a model.

    Raises:
        Malformed: it is no ONNX model.
    """
    graph = first_field(memoryview(model), GRAPH)
    if graph is None:
        raise Malformed("there is no graph in it")
    inputs: dict[str, Value] = {}
    outputs: dict[str, Value] = {}
    for field in iter_fields(graph.bytes):
        if field.number == INPUT:
            inputs.update([_value(field.bytes)])
        elif field.number == OUTPUT:
            outputs.update([_value(field.bytes)])
    return Signature(inputs, outputs)


def value_name(value: memoryview) -> str:
    """The name in a ``ValueInfoProto``."""
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
    """The message that lies in a message; one that is missing is empty."""
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
