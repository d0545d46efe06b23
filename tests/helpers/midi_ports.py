"""A backend for mido with one device, whose messages a test sends.

The test machines have no MIDI; everything but the driver is mido's own.
"""

from collections.abc import Callable
from typing import Any

import mido
from mido.ports import BaseInput

NAMES = ("Midi Through:0", "nanoKONTROL2:1")
OPEN: dict[str, "Input"] = {}
"""Open ports by name."""


def get_devices(**_: Any) -> list[dict[str, Any]]:
    """Return the devices, as mido asks for them."""
    return [{"name": name, "is_input": True, "is_output": False} for name in NAMES]


class Input(BaseInput):  # type: ignore[misc]
    """A port that is fed by hand."""

    callback: Callable[[mido.Message], None]

    def _open(self, callback: Callable[[mido.Message], None], **_: Any) -> None:
        self.callback = callback
        OPEN[self.name] = self

    def _close(self) -> None:
        del OPEN[self.name]

    def send(self, *messages: mido.Message) -> None:
        """Hand over messages after a trip through their bytes."""
        for message in messages:
            self.callback(mido.Message.from_bytes(message.bytes()))
