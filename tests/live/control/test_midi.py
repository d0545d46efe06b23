"""Real messages of mido: what controls do, how they are learned, and that it is kept."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mido
import pytest
from mido import Message

from realtime_nst.errors import ControlError
from realtime_nst.live.control.midi import MidiInput, MidiMessages
from realtime_nst.live.control.midi_learning import MidiLearning
from realtime_nst.live.control.midi_map import Assignment, MidiControl, MidiMap
from realtime_nst.live.control.remote import RemoteControl
from realtime_nst.live.control.values import Value
from tests.helpers import midi_ports
from tests.helpers.midi_ports import OPEN


@pytest.fixture
def assignments(tmp_path: Path) -> MidiMap:
    return MidiMap(tmp_path / "midi.json")


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = mido.backend
    mido.set_backend(midi_ports.__name__)
    yield
    mido.set_backend(before)


def knob(value: int, control: int = 7) -> Message:
    return Message("control_change", channel=2, control=control, value=value)


def pad(velocity: int = 100, note: int = 36) -> Message:
    return Message("note_on", channel=9, note=note, velocity=velocity)


KNOB, PAD = MidiControl("control_change", 2, 7), MidiControl("note_on", 9, 36)


@pytest.mark.parametrize(
    ("verb", "position", "value"),
    [
        ("strength", 0, 0.0),
        ("strength", 127, 1.0),
        ("blend", 127, 0.99),
        ("record", 127, True),
        ("record", 63, False),
        ("mask", 64, "person"),
        ("style", 0, "starry-night"),
        ("style", 64, "udnie"),
        ("style", 127, "great-wave"),
    ],
)
def test_knob(
    remote: RemoteControl, assignments: MidiMap, verb: str, position: int, value: Value
) -> None:
    assignments.assign(KNOB, Assignment(verb))
    MidiMessages(remote, assignments)(knob(position))
    assert remote.values()[verb] == value


def test_pad(remote: RemoteControl, assignments: MidiMap) -> None:
    messages = MidiMessages(remote, assignments)
    assignments.assign(PAD, Assignment("style", "great-wave"))
    messages(pad())
    assert remote.values()["style"] == "great-wave"
    assignments.assign(PAD, Assignment("keep-colors"))
    messages(pad())
    messages(pad(velocity=0))  # released
    messages(Message("note_off", channel=9, note=36))
    assert remote.values()["keep-colors"] is True
    assignments.assign(PAD, Assignment("next"))
    messages(pad())
    assert remote.values()["style"] == "starry-night"


def test_button_that_sends_control_changes(remote: RemoteControl, assignments: MidiMap) -> None:
    assignments.assign(KNOB, Assignment("snapshot"))
    messages = MidiMessages(remote, assignments)
    for value in (127, 0, 127, 0):
        messages(knob(value))
    assert remote.controls.settings.snapshots == 2


@pytest.mark.parametrize(
    "message",
    [
        Message("clock"),
        Message("pitchwheel", pitch=3),
        Message("sysex", data=(1, 2)),
        pad(),
        knob(1),
        Message("program_change", program=3),
    ],
)
def test_other_messages_do_nothing(
    remote: RemoteControl, assignments: MidiMap, notes: list[str], message: Message
) -> None:
    before = remote.controls.settings
    MidiMessages(remote, assignments)(message)
    assert remote.controls.settings == before
    assert not notes


def test_a_preset_that_is_missing_is_shown(
    remote: RemoteControl, assignments: MidiMap, notes: list[str]
) -> None:
    assignments.assign(PAD, Assignment("preset", 5))
    MidiMessages(remote, assignments)(pad())
    assert notes == ["MIDI: cannot recall preset 5: nothing is saved there"]


def test_learning_assigns_what_was_changed_last(
    remote: RemoteControl, assignments: MidiMap, notes: list[str]
) -> None:
    learning = MidiLearning(remote)
    messages = MidiMessages(remote, assignments, learning)
    messages(knob(5))
    learning.step()
    assert (len(assignments), notes) == (0, [])  # nothing was changed yet
    remote.controls.change(lambda s: replace(s, strength=0.5))  # by a key
    learning.step()
    messages(knob(5))
    messages(knob(127))
    learning.step()
    assert assignments.get(KNOB) == Assignment("strength")
    assert remote.values()["strength"] == 1
    remote.apply("style", "udnie")  # by the page
    learning.step()
    messages(pad())
    assert assignments.get(PAD) == Assignment("style", "udnie")
    assert notes == [
        "MIDI learn: move the control for strength",
        "MIDI: control 7 on channel 3 is strength",
        "MIDI learn: move the control for style",
        "MIDI: note 36 on channel 10 is style udnie",
    ]


def test_learning_an_action_by_key(remote: RemoteControl, assignments: MidiMap) -> None:
    learning = MidiLearning(remote)
    remote.controls.change(lambda s: replace(s, snapshots=s.snapshots + 1))
    learning.step()
    MidiMessages(remote, assignments, learning)(pad())
    assert assignments.get(PAD) == Assignment("snapshot")


def test_what_an_assigned_control_changes_is_not_offered(
    remote: RemoteControl, assignments: MidiMap
) -> None:
    assignments.assign(KNOB, Assignment("strength"))
    learning = MidiLearning(remote)
    MidiMessages(remote, assignments, learning)(knob(20))
    learning.step()
    assert learning.take() is None


def test_assignments_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "midi.json"
    MidiMap(path).assign(KNOB, Assignment("strength"))
    MidiMap(path).assign(PAD, Assignment("style", "udnie"))
    again = MidiMap(path)
    assert again.get(KNOB) == Assignment("strength")
    assert again.get(PAD) == Assignment("style", "udnie")


@pytest.mark.parametrize(
    "text", ["{", "[1]", "7", '[{"message": "clock"}]', '[{"message": "note_on", "verb": "x"}]']
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "midi.json"
    path.write_text(text)
    with pytest.raises(ControlError, match="it has no MIDI assignments"):
        MidiMap(path)


@pytest.mark.usefixtures("ports")
def test_device_is_found_by_a_part_of_its_name(remote: RemoteControl, assignments: MidiMap) -> None:
    assignments.assign(KNOB, Assignment("strength"))
    with MidiInput("nanokontrol", MidiMessages(remote, assignments)) as device:
        assert device.note == "receiving MIDI from nanoKONTROL2:1"
        OPEN["nanoKONTROL2:1"].send(knob(0))
        assert remote.values()["strength"] == 0
    assert not OPEN


@pytest.mark.usefixtures("ports")
def test_missing_device(remote: RemoteControl, assignments: MidiMap) -> None:
    with pytest.raises(ControlError, match="cannot find the MIDI device 'launchpad'") as refused:
        MidiInput("launchpad", MidiMessages(remote, assignments))
    assert "nanoKONTROL2" in refused.value.hint
