"""Cache of measurements and checks on this machine, kept for the next start.

Entries may disappear at any time, and a folder that is not writable is no error: missing results
are computed again.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from realtime_nst.cache_folder import cache_folder, own_folder
from realtime_nst.errors import SinkError
from realtime_nst.files import write_atomic

Key = Mapping[str, object]
"""Everything that a cached value depends on; JSON types only."""


def recall(kind: str, key: Key) -> Any:
    """Return the value stored under a key; None if there is none, or it is unreadable."""
    try:
        entry = json.loads(_file(kind, key).read_text("utf-8"))
        return entry["value"] if entry["key"] == json.loads(_text(key)) else None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return None


def remember(kind: str, key: Key, value: object) -> None:
    """Store a value of JSON types under a key, if the cache is writable."""
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
