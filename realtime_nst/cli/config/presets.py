"""Presets: options under one name, built in or from the configuration file."""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from realtime_nst.cli.config.file import PRESETS, Table, read
from realtime_nst.errors import ConfigError
from realtime_nst.files import write_atomic

BUILT_IN: dict[str, dict[str, dict[str, Any]]] = {
    "video": {
        "web": {"codec": "h264", "crf": 23, "pix-fmt": "yuv420p"},
        "phone": {"codec": "h264", "crf": 24, "pix-fmt": "yuv420p", "size": "x720"},
        "editor": {"codec": "prores"},
        "archive": {"codec": "ffv1"},
    },
    "image": {
        "web": {"format": "webp"},
        "phone": {"format": "jpg"},
        "editor": {"format": "png"},
        "archive": {"format": "png"},
    },
}
"""Options of the built-in presets, by command and name."""
ENCODER_PRESETS = frozenset(
    (
        *("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"),
        *("veryslow", "placebo", "default", "hq", "hp", "ll", "llhq", "llhp", "lossless"),
        *(f"p{number}" for number in range(1, 8)),
        *map(str, range(-2, 14)),
    )
)
"""Presets of FFmpeg's encoders, which ``--preset`` passes on."""


def presets_of(command: str, data: Table) -> dict[str, Mapping[str, Any]]:
    """Return every preset of a command by its name; the user's own first."""
    return {**BUILT_IN.get(command, {}), **data.get(command, {}).get(PRESETS, {})}


def find_preset(command: str, name: str, data: Table) -> Mapping[str, Any]:
    """Return the options of a preset; none for a preset of an encoder.

    Raises:
        ConfigError: there is no such preset.
    """
    known = presets_of(command, data)
    if name in known:
        return known[name]
    if command == "video" and name in ENCODER_PRESETS:
        return {"encoder-preset": name}
    close = get_close_matches(name, known, 2)
    names = ", ".join(known) or "none yet; --save-preset NAME makes one"
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are: {names}"
    raise ConfigError(f"cannot use --preset {name}: there is no such preset", hint)


def save_preset(path: Path, command: str, name: str, options: Table) -> None:
    """Add a preset to the end of the configuration file, where nothing else can change.

    Raises:
        ConfigError: the name is taken.
        SinkError: the file cannot be written.
    """
    data = read(path, needed=False)
    taken = name in presets_of(command, data) or name in ENCODER_PRESETS
    if taken or not name.replace("-", "").replace("_", "").isalnum():
        reason = "the name is taken" if taken else "the name has other characters than a-z, 0-9, -"
        hint = f"choose another name, or edit {path}"
        raise ConfigError(f"cannot save the preset {name}: {reason}", hint)
    lines = [f"{key} = {json.dumps(value)}" for key, value in options.items()]
    table = "\n".join([f"[{command}.{PRESETS}.{name}]", *lines, ""])
    before = path.read_text(encoding="utf-8").rstrip() if path.exists() else ""
    write_atomic(path, f"{before}\n\n{table}" if before else table)
