"""The names a result has until it is finished."""

from pathlib import Path


def partial_of(path: Path) -> Path:
    """Where a file grows until it is whole."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def older_of(path: Path) -> Path:
    """Where the partial file of an interrupted run waits until another run has gone on from it."""
    return path.with_name(f"{path.stem}.older.partial{path.suffix}")
