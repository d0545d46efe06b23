"""Files of the networks that find people."""

from pathlib import Path

from realtime_nst.errors import ModelError
from realtime_nst.models.registry import shipped_folders

FOLDER = "people"


def network_file(name: str) -> Path:
    """Return the file of a network that is installed with the program.

    Raises:
        ModelError: it is missing.
    """
    for folder in shipped_folders():
        path = folder / FOLDER / name
        if path.is_file():
            return path
    raise ModelError(f"cannot open {name}: it is missing", "reinstall realtime-nst")
