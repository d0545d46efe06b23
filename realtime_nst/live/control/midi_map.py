"""Which MIDI control does what, stored in a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from realtime_nst.cache_folder import config_folder
from realtime_nst.files import write_atomic
from realtime_nst.live.control.stored import read_stored
from realtime_nst.live.control.values import Value
from realtime_nst.live.control.verbs import BY_NAME

FILE = "midi.json"
NUMBERS = {"control_change": "control", "note_on": "note", "program_change": "program"}
"""Messages that can be assigned, with the field that tells the controls of a device apart."""


@dataclass(frozen=True, slots=True)
class MidiControl:
    """A knob, fader, key or pad of a MIDI device."""

    message: str
    """Kind of its messages, one of ``NUMBERS``."""
    channel: int
    """From 0."""
    number: int

    def __str__(self) -> str:
        kind = NUMBERS[self.message]
        return f"{kind} {self.number} on channel {self.channel + 1}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a control does."""

    verb: str
    value: Value = None
    """What a key sets; knobs and faders set their position."""


class MidiMap:
    """Assignments by their controls, in a JSON file.

    Args:
        path: the file, which need not exist; None takes the one in the user's settings.

    Raises:
        ControlError: the file is not one of assignments.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or config_folder() / FILE
        self._assignments = _read(self.path)

    def __len__(self) -> int:
        return len(self._assignments)

    def get(self, control: MidiControl) -> Assignment | None:
        """Return what a control does; None if nothing was assigned."""
        return self._assignments.get(control)

    def assign(self, control: MidiControl, assignment: Assignment) -> None:
        """Store what a control does, in place of what it did before.

        Raises:
            SinkError: the file cannot be written.
        """
        wanted = {**self._assignments, control: assignment}
        rows = [{**asdict(each), **asdict(does)} for each, does in wanted.items()]
        write_atomic(self.path, json.dumps(rows, indent=2) + "\n")
        self._assignments = wanted


def _read(path: Path) -> dict[MidiControl, Assignment]:
    return read_stored(path, lambda rows: dict(_parse(row) for row in rows), "MIDI assignments")


def _parse(row: dict[str, Any]) -> tuple[MidiControl, Assignment]:
    if row["message"] not in NUMBERS or row["verb"] not in BY_NAME:
        raise ValueError(f"{row} is no assignment")
    control = MidiControl(row["message"], int(row["channel"]), int(row["number"]))
    return control, Assignment(row["verb"], row.get("value"))
