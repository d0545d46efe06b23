"""The folder for files that the program caches."""

import os
import sys
from pathlib import Path

from realtime_nst.errors import SinkError
from realtime_nst.files import make_folder

VARIABLE = "REALTIME_NST_CACHE"
"""Environment variable that names another cache folder."""
NAME = "realtime-nst"


def cache_folder() -> Path:
    """Return the user's cache folder, following the conventions of the operating system."""
    if own := os.environ.get(VARIABLE):
        return Path(own)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local or Path.home() / "AppData" / "Local") / NAME / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / NAME
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME


def own_folder(*names: str) -> Path | None:
    """Return a folder inside the cache, created if missing; None if it cannot be created."""
    try:
        folder = cache_folder().joinpath(*names)
        make_folder(folder)
    except (SinkError, RuntimeError):  # without a home directory: RuntimeError
        return None
    return folder
