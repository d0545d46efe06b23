"""Read the metadata of an ONNX file without loading its network.

An ONNX file is one protobuf message (onnx.proto, ModelProto). Only its outermost fields are walked
over, so that listing a hundred models costs milliseconds and needs no further package.
"""

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from realtime_nst.errors import ModelError

METADATA_PROPS = 14
"""Field number of ``ModelProto.metadata_props``."""
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def read_metadata(path: Path) -> dict[str, str]:
    """Keys and values stored with a model.

    Raises:
        ModelError: the file cannot be read, or is no ONNX file.
    """
    try:
        with path.open("rb") as file:
            return dict(_pair(entry) for entry in _entries(file))
    except (OSError, EOFError, UnicodeDecodeError, KeyError) as error:
        message = f"{path} is not an ONNX model"
        raise ModelError(message, "realtime-nst styles lists the models there are") from error


def _entries(file: BinaryIO) -> list[bytes]:
    """The raw ``StringStringEntryProto`` messages of a model."""
    found = []
    while (key := _varint(file, at_end=0)) != 0:
        number, kind = key >> 3, key & 7
        if kind == BYTES and number == METADATA_PROPS:
            found.append(_read(file, _varint(file)))
        elif kind == BYTES:
            file.seek(_varint(file), 1)
        elif kind == VARINT:
            _varint(file)
        else:
            file.seek({FIXED64: 8, FIXED32: 4}[kind], 1)
    return found


def _pair(entry: bytes) -> tuple[str, str]:
    """Field 1 is the key, field 2 the value; both are texts."""
    fields: dict[int, str] = {}
    stream = BytesIO(entry)
    while (key := _varint(stream, at_end=0)) != 0:
        fields[key >> 3] = _read(stream, _varint(stream)).decode()
    return fields[1], fields[2]


def _read(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _varint(file: BinaryIO, at_end: int | None = None) -> int:
    """Seven bits a byte, lowest first; the top bit says that more follow."""
    value, shift = 0, 0
    while byte := file.read(1):
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7
        if shift > 63:
            raise EOFError
    if at_end is None or shift:
        raise EOFError
    return at_end
