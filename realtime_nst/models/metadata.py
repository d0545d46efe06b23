"""Read the metadata of an ONNX file without loading its network.

Only the outermost fields of the file are walked over, so that listing a hundred models costs
milliseconds and needs no further package.
"""

import mmap
from pathlib import Path

from realtime_nst.errors import ModelError
from realtime_nst.models.protobuf import Malformed, iter_fields

METADATA_PROPS = 14
"""Field number of ``ModelProto.metadata_props``."""
KEY, VALUE = 1, 2
"""Field numbers of its ``StringStringEntryProto``."""


def read_metadata(path: Path) -> dict[str, str]:
    """Keys and values stored with a model.

    Raises:
        ModelError: the file cannot be read, or is no ONNX file.
    """
    try:
        with path.open("rb") as file:
            return metadata_of(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:  # an empty file cannot be mapped: ValueError
        raise not_onnx(path) from error


def metadata_of(model: bytes | mmap.mmap) -> dict[str, str]:
    """Keys and values stored with a model that has been read.

    Raises:
        Malformed: it is no ONNX model.
    """
    entries = (field for field in iter_fields(memoryview(model)) if field.number == METADATA_PROPS)
    return dict(_pair(entry.bytes) for entry in entries)


def not_onnx(path: Path) -> ModelError:
    """What to say of a file that is something else."""
    return ModelError(
        f"{path} is not an ONNX model", "realtime-nst styles lists the models there are"
    )


def _pair(entry: memoryview) -> tuple[str, str]:
    texts = {field.number: field.text for field in iter_fields(entry)}
    if not {KEY, VALUE} <= texts.keys():
        raise Malformed("an entry lacks its key or its value")
    return texts[KEY], texts[VALUE]
