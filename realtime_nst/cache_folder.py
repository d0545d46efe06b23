"""The folders for files that the program caches, and for the user's settings."""

import os
import sys
from pathlib import Path

from realtime_nst.errors import SinkError
from realtime_nst.files import make_folder

VARIABLE = "REALTIME_NST_CACHE"
"""Environment variable that names another cache folder."""
CONFIG_VARIABLE = "REALTIME_NST_CONFIG"
"""Environment variable that names another folder of settings."""
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


def config_folder() -> Path:
    """Return the user's folder of settings, following the conventions of the operating system."""
    if own := os.environ.get(CONFIG_VARIABLE):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / NAME


def own_folder(*names: str) -> Path | None:
    """Return a folder inside the cache, created if missing; None if it cannot be created."""
    try:
        folder = cache_folder().joinpath(*names)
        make_folder(folder)
    except (SinkError, RuntimeError):  # without a home directory: RuntimeError
        return None
    return folder
