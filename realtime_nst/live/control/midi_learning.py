"""MIDI learn: what was changed last is assigned to the control that is moved next."""

from collections.abc import Mapping

from realtime_nst.live.control.midi_map import Assignment
from realtime_nst.live.control.remote import RemoteControl
from realtime_nst.live.control.values import Value


class MidiLearning:
    """Watches what is changed by keys, the page and OSC.

    Args:
        remote: the session.
    """

    def __init__(self, remote: RemoteControl) -> None:
        self._remote = remote
        self._before = self._look()
        self._last: Assignment | None = None

    def step(self) -> None:
        """Look for a change; call it often."""
        before, self._before = self._before, self._look()
        changed = [name for name, value in self._before.items() if before[name] != value]
        if applied := self._remote.take_applied():
            self._offer(Assignment(*applied))
        elif changed:
            self._offer(Assignment(changed[0], self._before[changed[0]]))

    def _offer(self, assignment: Assignment) -> None:
        if self._last is None or self._last.verb != assignment.verb:
            self._remote.notify(f"MIDI learn: move the control for {assignment.verb}")
        self._last = assignment

    def take(self) -> Assignment | None:
        """Return what was changed last, once; None if nothing was."""
        last, self._last = self._last, None
        return last

    def forget(self) -> None:
        """Ignore what has changed until now."""
        self._remote.take_applied()
        self._before = self._look()

    def _look(self) -> Mapping[str, Value]:
        """Return everything that keys can change."""
        snapshots = self._remote.controls.settings.snapshots
        return {**self._remote.values(), "snapshot": snapshots}
