"""A model's own hash, stored inside it, so that a damaged copy can be told from a whole one."""

import hashlib

from realtime_nst.models.metadata import KEY, METADATA_PROPS, metadata_of
from realtime_nst.models.protobuf import Field, first_field, iter_fields

SEAL = "realtime-nst-sha256"
"""The metadata key it is stored under."""


def fingerprint(model: bytes) -> str:
    """SHA-256 of a model, card and all, without the seal itself.

    Raises:
        Malformed: it is no ONNX model.
    """
    digest = hashlib.sha256()
    for field in iter_fields(memoryview(model)):
        if not _is_seal(field):
            digest.update(field.raw)
    return digest.hexdigest()


def is_whole(model: bytes) -> bool | None:
    """Whether a model is as it was when it was sealed; None if it never was.

    Raises:
        Malformed: it is no ONNX model.
    """
    sealed = metadata_of(model).get(SEAL)
    return None if sealed is None else sealed == fingerprint(model)


def _is_seal(field: Field) -> bool:
    if field.number != METADATA_PROPS:
        return False
    key = first_field(field.bytes, KEY)
    return key is not None and key.text == SEAL
