"""Read the metadata of an ONNX file without loading its network.

Only the outermost fields of the file are visited, so that listing a hundred models takes
milliseconds and needs no other package.
"""

import mmap
from pathlib import Path

from realtime_nst.errors import ModelError
from realtime_nst.models.protobuf import Malformed, iter_fields

METADATA_PROPS = 14
"""Field number of ``ModelProto.metadata_props``."""
KEY, VALUE = 1, 2
"""Field numbers in ``StringStringEntryProto``."""


def read_metadata(path: Path) -> dict[str, str]:
    """Return the keys and values in a model file's metadata.

    Raises:
        ModelError: the file cannot be read, or is not an ONNX model.
    """
    try:
        with path.open("rb") as file:
            return metadata_of(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:  # an empty file cannot be mapped: ValueError
        raise not_onnx(path) from error


def metadata_of(model: bytes | mmap.mmap) -> dict[str, str]:
    """Return the keys and values in the metadata of a model in memory.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    entries = (field for field in iter_fields(memoryview(model)) if field.number == METADATA_PROPS)
    return dict(_pair(entry.bytes) for entry in entries)


def not_onnx(path: Path) -> ModelError:
    """Return the error for a file that is not an ONNX model."""
    return ModelError(f"{path} is not an ONNX model", "list the models: realtime-nst styles")


def _pair(entry: memoryview) -> tuple[str, str]:
    texts = {field.number: field.text for field in iter_fields(entry)}
    if not {KEY, VALUE} <= texts.keys():
        raise Malformed("a metadata entry has no key or no value")
    return texts[KEY], texts[VALUE]
