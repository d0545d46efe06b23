"""Just enough of protobuf's wire format to read and change an ONNX file without the onnx package.

An ONNX file is one message, ``ModelProto`` of onnx.proto. Here it is a run of fields, of which some
are messages themselves. What is not asked for is passed over, or copied byte by byte.
"""

from collections.abc import Iterator
from typing import NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""How a field's value is written."""


class Malformed(ValueError):
    """The bytes are no protobuf message."""


class Field(NamedTuple):
    """One field of a message."""

    number: int
    value: int | memoryview
    """A whole number, or the bytes of a text, an array or a message."""
    raw: memoryview
    """All of it as it is written, its number included."""

    @property
    def bytes(self) -> memoryview:
        """The value of a field that has bytes."""
        if isinstance(self.value, int):
            raise Malformed(f"field {self.number} is a number")
        return self.value

    @property
    def text(self) -> str:
        """The value of a text."""
        return str(self.bytes, "utf-8")

    @property
    def number_value(self) -> int:
        """The value of a field that is a whole number."""
        if not isinstance(self.value, int):
            raise Malformed(f"field {self.number} is no number")
        return self.value


def iter_fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message in the order they are written.

    Raises:
        Malformed: the bytes are no message.
    """
    place = 0
    while place < len(message):
        begin = place
        key, place = _varint(message, place)
        if key < 8:
            raise Malformed("a field has number 0")
        value, place = _value(message, place, key & 7)
        yield Field(key >> 3, value, message[begin:place])


def first_field(message: memoryview, number: int) -> Field | None:
    """The first field of that number, if there is one."""
    return next((field for field in iter_fields(message) if field.number == number), None)


def encode_field(number: int, value: int | bytes) -> bytes:
    """A field as it is written."""
    if isinstance(value, int):
        return _as_varint(number << 3 | VARINT) + _as_varint(value)
    return _as_varint(number << 3 | BYTES) + _as_varint(len(value)) + value


def _value(message: memoryview, place: int, kind: int) -> tuple[int | memoryview, int]:
    if kind == VARINT:
        return _varint(message, place)
    if kind == BYTES:
        size, place = _varint(message, place)
    elif kind in (FIXED64, FIXED32):
        size = 8 if kind == FIXED64 else 4
    else:
        raise Malformed(f"there is no kind {kind} of field")
    if place + size > len(message):
        raise Malformed("the message is cut off")
    return message[place : place + size], place + size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """Seven bits a byte, lowest first; the top bit says that more follow."""
    value = 0
    for shift in range(0, 64, 7):
        if place >= len(message):
            raise Malformed("the message is cut off")
        byte, place = message[place], place + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise Malformed("a number is too long")


def _as_varint(value: int) -> bytes:
    parts = []
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
