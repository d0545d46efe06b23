"""Identify an input without reading all of it."""

import hashlib
from pathlib import Path

from realtime_nst.errors import SourceError
from realtime_nst.sources.images import is_pattern

SAMPLES, SAMPLE_BYTES = 16, 1 << 16
"""Number of places of a file that are read, and bytes at each: 1 MB, whatever its size."""


def fingerprint(address: Path) -> str:
    """Return 16 characters that differ if a video, or the names or sizes of images, differ.

    Raises:
        SourceError: the input cannot be read.
    """
    try:
        return _of_file(address) if address.is_file() else _of_images(address)
    except OSError as error:
        message = f"cannot read {address}: {error.strerror}"
        raise SourceError(message, f"chmod u+r {address}") from error


def _of_images(address: Path) -> str:
    folder = address.parent if is_pattern(address) else address
    listing = sorted((path.name, path.stat().st_size) for path in folder.glob("*"))
    return hashlib.sha256(repr(listing).encode()).hexdigest()[:16]


def _of_file(path: Path) -> str:
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for number in range(SAMPLES):
            file.seek(max(size - SAMPLE_BYTES, 0) * number // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()[:16]
