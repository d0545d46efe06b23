"""Open the remote controls that a session asks for, and connect them to it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from realtime_nst.closing import Closing
from realtime_nst.frame import Frame
from realtime_nst.live.control import osc
from realtime_nst.live.control.address import parse_address
from realtime_nst.live.control.http import HOST, PORT, ControlServer
from realtime_nst.live.control.midi import MidiInput, MidiMessages
from realtime_nst.live.control.midi_learning import MidiLearning
from realtime_nst.live.control.midi_map import MidiMap
from realtime_nst.live.control.osc import OscServer
from realtime_nst.live.control.presets import Presets
from realtime_nst.live.control.preview import Preview
from realtime_nst.live.control.remote import RemoteControl
from realtime_nst.live.control.show import Show
from realtime_nst.live.hud import Hud
from realtime_nst.live.settings import LiveControls


@dataclass(frozen=True, slots=True)
class ControlOptions:
    """Remote controls to open."""

    http: str | None = None
    """Host and port of the control page."""
    token: str | None = None
    """Secret of clients on other machines; None makes a new one."""
    presets: Path | None = None
    """File of the presets; None takes the one in the user's settings."""
    osc: str | None = None
    """Port, or host and port, to receive OSC at."""
    midi: str | None = None
    """Name of a MIDI device, or a part of it."""
    midi_map: Path | None = None
    """File of the MIDI assignments; None takes the one in the user's settings."""
    midi_learn: bool = False
    """Whether MIDI controls are assigned."""


class Controls(Closing):
    """The remote controls of one session, and its show.

    Args:
        options: remote controls to open.
        controls: the settings to change.
        hud: names of the styles, statistics and messages.
        on_note: called with every message for the terminal.

    Raises:
        NstError: a remote control cannot be opened.
    """

    def __init__(
        self,
        options: ControlOptions,
        controls: LiveControls,
        hud: Hud,
        on_note: Callable[[str], None],
    ) -> None:
        def notify(text: str) -> None:
            hud.news.show(text)
            on_note(text)

        self.remote = RemoteControl(controls, hud.styles, Presets(options.presets), notify)
        self._show, self._preview = Show(controls, len(hud.styles)), Preview()
        self._learning: MidiLearning | None = None
        with ExitStack() as opened:  # a failure closes those already open
            if options.http is not None:
                host, port = parse_address(options.http, HOST, PORT, "--control")
                token = options.token or token_urlsafe(9)
                remote, preview = self.remote, self._preview
                server = ControlServer(host, port, remote, preview, lambda: status(hud), token)
                opened.enter_context(server)
                on_note(server.note)
            if options.osc is not None:
                address = parse_address(options.osc, osc.HOST, osc.PORT, "--osc")
                receiver = opened.enter_context(OscServer(*address, self.remote))
                on_note(receiver.note)
            if options.midi is not None:
                opened.enter_context(self._open_midi(options, on_note))
            self._opened = opened.pop_all()

    def _open_midi(self, options: ControlOptions, on_note: Callable[[str], None]) -> MidiInput:
        assignments = MidiMap(options.midi_map)
        self._learning = MidiLearning(self.remote) if options.midi_learn else None
        messages = MidiMessages(self.remote, assignments, self._learning)
        device = MidiInput(options.midi or "", messages)
        on_note(f"{device.note}, {len(assignments)} controls assigned in {assignments.path}")
        if options.midi_learn:
            on_note("MIDI learn: change something by a key or on the page, then move a control")
        elif not assignments:
            on_note("no MIDI control is assigned yet: add --midi-learn")
        return device

    @property
    def is_watched(self) -> bool:
        """Whether the control page shows the frames."""
        return self._preview.is_watched

    def on_frame(self, frame: Frame) -> None:
        """Take a frame that the outputs have received."""
        self._preview.put(frame)
        self.step()

    def step(self) -> None:
        """Change the style if the show wants another, and learn; call it often."""
        self._show.step()
        if self._learning:
            self._learning.step()

    def close(self) -> None:
        """Close every remote control."""
        self._opened.close()


def status(hud: Hud) -> Mapping[str, object]:
    """Return the statistics of the window."""
    recordings: Sequence[str] = list(hud.recordings)
    return {
        "fps": round(hud.meter.fps, 1),
        "age_ms": round(1000 * hud.meter.latency(0.5), 1),
        "dropped": hud.meter.dropped,
        "recordings": recordings,
        "notice": hud.notice(),
    }
