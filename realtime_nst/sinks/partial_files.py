"""The names a result has until it is finished."""

from pathlib import Path

from realtime_nst.files import beside


def partial_of(path: Path) -> Path:
    """Where a file grows until it is whole."""
    return beside(path, f".partial{path.suffix}")


def older_of(path: Path) -> Path:
    """Where the partial file of an interrupted run waits until another run has gone on from it."""
    return beside(path, f".older.partial{path.suffix}")


def journal_of(path: Path) -> Path:
    """Where it is noted how much of a result is finished."""
    return beside(path, f".partial{path.suffix}.json")
