"""What this machine has found out, kept for the next start.

Everything here may vanish at any time, and a folder that cannot be written is no error: what is not
remembered is found out again.
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
"""What an answer depends on; anything JSON has a word for."""


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
