"""A model's checksum, stored inside the file, to detect damaged copies."""

import hashlib

from realtime_nst.models.metadata import KEY, METADATA_PROPS, metadata_of
from realtime_nst.models.protobuf import Field, first_field, iter_fields

SEAL = "realtime-nst-sha256"
"""Metadata key of the checksum."""


def fingerprint(model: bytes) -> str:
    """Return the SHA-256 of a model including its card, without the stored checksum itself.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    digest = hashlib.sha256()
    for field in iter_fields(memoryview(model)):
        if not _is_seal(field):
            digest.update(field.raw)
    return digest.hexdigest()


def is_whole(model: bytes) -> bool | None:
    """Return whether a model matches its stored checksum; None if it has none.

    Raises:
        Malformed: the bytes are not an ONNX model.
    """
    stored = metadata_of(model).get(SEAL)
    return None if stored is None else stored == fingerprint(model)


def _is_seal(field: Field) -> bool:
    if field.number != METADATA_PROPS:
        return False
    key = first_field(field.bytes, KEY)
    return key is not None and key.text == SEAL
