"""Names of an unfinished result."""

from pathlib import Path

from realtime_nst.paths import beside


def partial_of(path: Path) -> Path:
    """Return the path that a file is written to until it is complete."""
    return beside(path, f".partial{path.suffix}")


def older_of(path: Path) -> Path:
    """Return the path that an interrupted run's partial file has while another run resumes."""
    return beside(path, f".older.partial{path.suffix}")


def journal_of(path: Path) -> Path:
    """Return the path of the journal, which records how much of a result is finished."""
    return beside(path, f".partial{path.suffix}.json")
