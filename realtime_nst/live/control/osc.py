"""Control by Open Sound Control: ``/nst/strength 0.5``, ``/nst/style udnie``, ``/nst/next``."""

from threading import Thread

from realtime_nst.closing import Closing
from realtime_nst.errors import ControlError, MissingExtraError, SinkError
from realtime_nst.extras import install_command
from realtime_nst.http_server import in_url, is_loopback
from realtime_nst.live.control.remote import RemoteControl
from realtime_nst.live.control.values import TOGGLE, Kind, Value
from realtime_nst.live.control.verbs import BY_NAME

HOST, PORT = "127.0.0.1", 9000
"""Default address."""
PREFIX = "/nst/"
"""Beginning of every OSC address."""
PRESSED = 0.5
"""Least argument of a button that is pressed; surfaces send 1, and 0 when it is released."""


class OscServer(Closing):
    """Receives OSC messages by UDP until it is closed.

    Args:
        host: address to listen at. OSC has no passwords: whoever reaches it controls the session.
        port: port to listen at; 0 chooses a free one.
        remote: applies the verbs.

    Raises:
        MissingExtraError: python-osc is not installed.
        ControlError: the address cannot be used.
    """

    def __init__(self, host: str, port: int, remote: RemoteControl) -> None:
        try:
            from pythonosc.dispatcher import Dispatcher
            from pythonosc.osc_server import BlockingOSCUDPServer
        except ImportError as error:
            raise MissingExtraError("OSC needs python-osc", install_command("osc")) from error
        dispatcher = Dispatcher()
        dispatcher.set_default_handler(OscHandler(remote))
        try:
            self._server = BlockingOSCUDPServer((host, port), dispatcher)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"cannot receive OSC at {in_url(host)}:{port}: {reason}"
            raise ControlError(message, f"use --osc {PORT + 1}") from error
        self.port = int(self._server.server_address[1])
        who = "" if is_loopback(host) else ", from everyone in your network"
        self.note = f"receiving OSC at {in_url(host)}:{self.port}{who}"
        poll_interval = 0.1  # seconds between checks for shutdown
        serve = self._server.serve_forever
        self._thread = Thread(target=serve, args=(poll_interval,), name="osc")
        self._thread.start()

    def close(self) -> None:
        """Stop receiving."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class OscHandler:
    """Applies messages; an error is shown once, not for each message of a moving fader.

    Args:
        remote: applies the verbs.
    """

    def __init__(self, remote: RemoteControl) -> None:
        self._remote, self._last_error = remote, ""

    def __call__(self, address: str, *arguments: object) -> None:
        """Apply a message; those of other programs are ignored."""
        if not address.startswith(PREFIX):
            return
        try:
            self._apply(address.removeprefix(PREFIX), arguments)
            self._last_error = ""
        except (ValueError, SinkError) as error:
            if str(error) != self._last_error:
                self._last_error = str(error)
                self._remote.notify(f"OSC: {error}")

    def _apply(self, path: str, arguments: tuple[object, ...]) -> None:
        name, _, choice = path.strip("/").partition("/")
        first = arguments[0] if arguments else None
        verb = BY_NAME.get(name)
        is_button = bool(choice) or (verb is not None and verb.kind is Kind.TRIGGER)
        if is_button and _is_released(first):
            return
        value = choice if choice else _value(first)
        if verb and verb.kind is Kind.SWITCH and not choice:
            value = TOGGLE if first is None else not _is_released(first)
        self._remote.apply(name, value)


def _is_released(argument: object) -> bool:
    return isinstance(argument, int | float) and argument < PRESSED


def _value(argument: object) -> Value:
    return argument if isinstance(argument, bool | int | float | str) else None
