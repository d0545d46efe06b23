"""Open the remote controls that a session asks for, and connect them to it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from realtime_nst.closing import Closing
from realtime_nst.errors import ControlError
from realtime_nst.frame import Frame
from realtime_nst.live.control.http import HOST, PORT, ControlServer
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
        with ExitStack() as opened:  # a failure closes those already open
            if options.http is not None:
                host, port = parse_address(options.http, HOST, PORT, "--control")
                token = options.token or token_urlsafe(9)
                remote, preview = self.remote, self._preview
                server = ControlServer(host, port, remote, preview, lambda: status(hud), token)
                opened.enter_context(server)
                on_note(server.note)
            self._opened = opened.pop_all()

    def on_frame(self, frame: Frame) -> None:
        """Take a frame that the outputs have received."""
        self._preview.put(frame)
        self.step()

    def step(self) -> None:
        """Change the style if the show wants another; call it often."""
        self._show.step()

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


def parse_address(text: str, host: str, port: int, option: str) -> tuple[str, int]:
    """Return host and port of ``127.0.0.1:8081``, ``8081``, ``:8081`` or ``[::1]:8081``.

    Args:
        text: the address.
        host: used if the address has none.
        port: used if the address has none.
        option: named in the error.

    Raises:
        ControlError: it is none of these.
    """
    before, colon, after = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon and text.isdecimal():
        before, after = "", text
    elif not colon:
        before, after = text, ""
    if (after and not after.isdecimal()) or int(after or port) > 65535 or "/" in text:
        raise ControlError(f"cannot read {option} {text}", f"e.g. {option} {host}:{port}")
    return before.strip("[]") or host, int(after or port)
