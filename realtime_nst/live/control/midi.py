"""Control by MIDI: knobs, faders, keys and pads, assigned by a file or by learning."""

from typing import TYPE_CHECKING

from realtime_nst.closing import Closing
from realtime_nst.errors import ControlError, MissingExtraError, SinkError
from realtime_nst.extras import install_command
from realtime_nst.live.control.midi_learning import MidiLearning
from realtime_nst.live.control.midi_map import NUMBERS, Assignment, MidiControl, MidiMap
from realtime_nst.live.control.remote import RemoteControl
from realtime_nst.live.control.values import TOGGLE, Kind, Value
from realtime_nst.live.control.verbs import BY_NAME

if TYPE_CHECKING:
    import mido

HIGHEST = 127
"""Largest value of a MIDI message."""
PRESSED = 64
"""Least value at which a pedal or button is pressed, as MIDI defines it."""
KNOB = "control_change"


class MidiInput(Closing):
    """Receives the messages of a MIDI device until it is closed.

    Args:
        port: name of the device, or a part of it, in any case.
        messages: handles the messages.

    Raises:
        MissingExtraError: mido or python-rtmidi is not installed.
        ControlError: there is no such device, or it is in use.
    """

    def __init__(self, port: str, messages: "MidiMessages") -> None:
        try:
            import mido

            name = _find(port, mido.get_input_names())
            self._port = mido.open_input(name, callback=messages)
        except ImportError as error:
            message = "MIDI needs mido and python-rtmidi"
            raise MissingExtraError(message, install_command("midi")) from error
        except ControlError:
            raise
        except (OSError, RuntimeError) as error:
            message = f"cannot open the MIDI device {port!r}: {error}"
            raise ControlError(message, "close the programs that use it, and try again") from error
        self.note = f"receiving MIDI from {name}"

    def close(self) -> None:
        """Stop receiving."""
        self._port.close()


class MidiMessages:
    """Applies messages to the session; called on the thread of the device.

    Args:
        remote: applies the verbs.
        assignments: what each control does.
        learning: assigns controls that do nothing yet; None ignores these.
    """

    def __init__(
        self, remote: RemoteControl, assignments: MidiMap, learning: MidiLearning | None = None
    ) -> None:
        self._remote, self._map, self._learning = remote, assignments, learning

    def __call__(self, message: "mido.Message") -> None:
        """Apply a message; an error is shown to the user."""
        control = control_of(message)
        if control is None:
            return
        try:
            if assignment := self._map.get(control):
                self._apply(assignment, message)
            elif self._learning and (learned := self._learning.take()):
                self._learn(control, learned)
        except (ValueError, SinkError) as error:
            self._remote.notify(f"MIDI: {error}")

    def _learn(self, control: MidiControl, learned: Assignment) -> None:
        is_switch = BY_NAME[learned.verb].kind in (Kind.SWITCH, Kind.TRIGGER)
        value = None if control.message == KNOB or is_switch else learned.value
        self._map.assign(control, Assignment(learned.verb, value))
        does = learned.verb if value is None else f"{learned.verb} {value}"
        self._remote.notify(f"MIDI: {control} is {does}")

    def _apply(self, assignment: Assignment, message: "mido.Message") -> None:
        name, kind = assignment.verb, BY_NAME[assignment.verb].kind
        if message.type != KNOB:
            self._remote.apply(name, TOGGLE if kind is Kind.SWITCH else assignment.value)
        elif kind is not Kind.TRIGGER or message.value >= PRESSED:
            self._remote.apply(name, self._position(name, message.value))
        if self._learning:
            self._learning.forget()  # what the device changed need not be assigned

    def _position(self, name: str, position: int) -> Value:
        """Return the value of a verb for the position of a knob."""
        verb, share = BY_NAME[name], position / HIGHEST
        match verb.kind:
            case Kind.NUMBER:
                return verb.low + share * (verb.high - verb.low)
            case Kind.TRIGGER:
                return None
            case Kind.SWITCH:
                return position >= PRESSED
            case Kind.STYLE | Kind.CHOICE | Kind.SLOT:
                choices = self._remote.choices(verb)
                return choices[round(share * (len(choices) - 1))]


def control_of(message: "mido.Message") -> MidiControl | None:
    """Return the control that sent a message; None for released keys, clocks and the like."""
    if message.type not in NUMBERS or (message.type == "note_on" and not message.velocity):
        return None
    number = getattr(message, NUMBERS[message.type])
    return MidiControl(message.type, message.channel, number)


def _find(port: str, names: list[str]) -> str:
    found = [name for name in names if port.casefold() in name.casefold()]
    if found:
        return found[0]
    there = f"these are there: {', '.join(names)}" if names else "connect one"
    raise ControlError(f"cannot find the MIDI device {port!r}", there)
