"""What this machine has found out, kept for the next start.

Everything here may vanish at any time, and a folder that cannot be written is no error: what is not
remembered is found out again.
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from realtime_nst.errors import SinkError
from realtime_nst.files import make_folder, write_atomic

VARIABLE = "REALTIME_NST_CACHE"
"""The environment variable with another folder."""
NAME = "realtime-nst"

Key = Mapping[str, object]
"""What an answer depends on; anything JSON has a word for."""


def cache_folder() -> Path:
    """The user's, as each system has it."""
    if own := os.environ.get(VARIABLE):
        return Path(own)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local or Path.home() / "AppData" / "Local") / NAME / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / NAME
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME


def own_folder(*names: str) -> Path | None:
    """A folder in it; None if it cannot be made."""
    try:
        folder = cache_folder().joinpath(*names)
        make_folder(folder)
    except (SinkError, RuntimeError):  # without a home directory: RuntimeError
        return None
    return folder


def recall(kind: str, key: Key) -> Any:
    """What was remembered under a key; None if nothing was, or if it cannot be read."""
    try:
        entry = json.loads(_file(kind, key).read_text("utf-8"))
        return entry["value"] if entry["key"] == json.loads(_text(key)) else None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return None


def remember(kind: str, key: Key, value: object) -> None:
    """Keep a value that JSON has a word for, if possible."""
    folder = own_folder(kind)
    if folder is None:
        return
    file = _file(kind, key)
    with suppress(SinkError):
        write_atomic(file, json.dumps({"key": dict(key), "value": value}, indent=1))


def _file(kind: str, key: Key) -> Path:
    name = hashlib.sha256(_text(key).encode()).hexdigest()[:20]
    return cache_folder() / kind / f"{name}.json"


def _text(key: Key) -> str:
    return json.dumps(dict(key), sort_keys=True)
