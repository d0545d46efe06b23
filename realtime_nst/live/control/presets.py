"""Presets: looks that were saved under a number."""

import json
from collections.abc import Mapping
from pathlib import Path

from realtime_nst.cache_folder import config_folder
from realtime_nst.files import write_atomic
from realtime_nst.live.control.stored import read_stored
from realtime_nst.live.control.values import SLOTS, Value

FILE = "presets.json"
Look = Mapping[str, Value]
"""Values by the name of their verb; a style is stored by its name."""


class Presets:
    """Looks by their numbers, in a JSON file.

    Args:
        path: the file, which need not exist; None takes the one in the user's settings.

    Raises:
        ControlError: the file is not one of presets.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or config_folder() / FILE
        self._looks = _read(self._path)

    def get(self, slot: int) -> Look:
        """Return a saved look.

        Raises:
            ValueError: nothing was saved under this number.
        """
        if slot not in self._looks:
            raise ValueError(f"cannot recall preset {slot}: nothing is saved there")
        return self._looks[slot]

    def save(self, slot: int, look: Look) -> None:
        """Store a look under a number, in place of the one before.

        Raises:
            SinkError: the file cannot be written.
        """
        looks = dict(sorted({**self._looks, slot: look}.items()))
        text = json.dumps({str(number): dict(each) for number, each in looks.items()}, indent=2)
        write_atomic(self._path, text + "\n")
        self._looks = looks

    @property
    def names(self) -> dict[int, str]:
        """Style of each saved look, by number."""
        return {slot: str(look.get("style", "")) for slot, look in self._looks.items()}


def _read(path: Path) -> dict[int, Look]:
    looks = read_stored(path, _parse, "presets")
    return {slot: look for slot, look in looks.items() if 1 <= slot <= SLOTS}


def _parse(found: dict[str, Look]) -> dict[int, Look]:
    return {int(slot): dict(look) for slot, look in found.items()}
