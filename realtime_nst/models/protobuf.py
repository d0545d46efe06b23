"""Minimal protobuf wire format, to read and change an ONNX file without the onnx package.

An ONNX file is one message, ``ModelProto`` of onnx.proto: a sequence of fields, some of which are
messages themselves. Fields that are not needed are skipped, or copied byte by byte.
"""

from collections.abc import Iterator
from typing import NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types: how the value of a field is encoded."""


class Malformed(ValueError):
    """The bytes are not a protobuf message."""


class Field(NamedTuple):
    """One field of a message."""

    number: int
    value: int | memoryview
    """An integer, or the bytes of a string, an array or a message."""
    raw: memoryview
    """The whole encoded field, including its number."""

    @property
    def bytes(self) -> memoryview:
        """Value of a bytes field."""
        if isinstance(self.value, int):
            raise Malformed(f"field {self.number} is a number")
        return self.value

    @property
    def text(self) -> str:
        """Value of a string field."""
        return str(self.bytes, "utf-8")

    @property
    def number_value(self) -> int:
        """Value of an integer field."""
        if not isinstance(self.value, int):
            raise Malformed(f"field {self.number} is not a number")
        return self.value


def iter_fields(message: memoryview) -> Iterator[Field]:
    """Yield the fields of a message in their encoded order.

    Raises:
        Malformed: the bytes are not a message.
    """
    position = 0
    while position < len(message):
        start = position
        key, position = _varint(message, position)
        if key < 8:
            raise Malformed("a field has number 0")
        value, position = _value(message, position, key & 7)
        yield Field(key >> 3, value, message[start:position])


def first_field(message: memoryview, number: int) -> Field | None:
    """Return the first field with a number; None if there is none."""
    return next((field for field in iter_fields(message) if field.number == number), None)


def encode_field(number: int, value: int | bytes) -> bytes:
    """Encode a field."""
    if isinstance(value, int):
        return _as_varint(number << 3 | VARINT) + _as_varint(value)
    return _as_varint(number << 3 | BYTES) + _as_varint(len(value)) + value


def _value(message: memoryview, position: int, wire_type: int) -> tuple[int | memoryview, int]:
    """Decode a value; return it and the position after it."""
    if wire_type == VARINT:
        return _varint(message, position)
    if wire_type == BYTES:
        size, position = _varint(message, position)
    elif wire_type in (FIXED64, FIXED32):
        size = 8 if wire_type == FIXED64 else 4
    else:
        raise Malformed(f"unknown wire type {wire_type}")
    if position + size > len(message):
        raise Malformed("the message is truncated")
    return message[position : position + size], position + size


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    """Decode a varint: seven bits per byte, lowest first; the top bit means that more follow."""
    value = 0
    for shift in range(0, 64, 7):
        if position >= len(message):
            raise Malformed("the message is truncated")
        byte, position = message[position], position + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise Malformed("a number is too long")


def _as_varint(value: int) -> bytes:
    parts = []
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
