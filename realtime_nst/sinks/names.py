"""The names a result has until it is finished."""

import os
from hashlib import sha256
from pathlib import Path

MAX_BYTES = 230
"""Length of a name from which on it is shortened: file systems end at 255, and what is noted
beside a file has its name and some more."""


def partial_of(path: Path) -> Path:
    """Where a file grows until it is whole."""
    return _marked(path, "partial")


def older_of(path: Path) -> Path:
    """Where the partial file of an interrupted run waits until another run has gone on from it."""
    return _marked(path, "older.partial")


def _marked(path: Path, mark: str) -> Path:
    """Return a name with a mark in front of its ending; a long one becomes its checksum."""
    stem = path.stem
    if len(os.fsencode(path.name)) > MAX_BYTES:
        stem = sha256(os.fsencode(stem)).hexdigest()
    return path.with_name(f"{stem}.{mark}{path.suffix}")
