"""What tells one input from another without reading all of it."""

import hashlib
from pathlib import Path

from realtime_nst.errors import SourceError
from realtime_nst.sources.images import is_pattern

SAMPLES, LENGTH = 16, 1 << 16
"""How many places of a file are looked at, and bytes at each."""


def fingerprint(address: Path) -> str:
    """A few letters that change when a video, or the names or sizes of pictures, change.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        return _of_file(address) if address.is_file() else _of_pictures(address)
    except OSError as error:
        message = f"cannot read {address}: {error.strerror}"
        raise SourceError(message, f"chmod u+r {address}") from error


def _of_pictures(address: Path) -> str:
    folder = address.parent if is_pattern(address) else address
    listing = sorted((path.name, path.stat().st_size) for path in folder.glob("*"))
    return hashlib.sha256(repr(listing).encode()).hexdigest()[:16]


def _of_file(path: Path) -> str:
    size = path.stat().st_size
    found = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for number in range(SAMPLES):
            file.seek(max(size - LENGTH, 0) * number // (SAMPLES - 1))
            found.update(file.read(LENGTH))
    return found.hexdigest()[:16]
