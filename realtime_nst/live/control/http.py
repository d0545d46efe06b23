"""HTTP interface and control page of a live session."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from realtime_nst.closing import Closing
from realtime_nst.errors import ControlError, SinkError
from realtime_nst.http_server import ClosableServer, RequestHandler, in_url
from realtime_nst.live.control import access
from realtime_nst.live.control.openapi import STATE, describe
from realtime_nst.live.control.preview import Preview
from realtime_nst.live.control.remote import RemoteControl
from realtime_nst.live.control.verbs import BY_NAME

HOST, PORT = "127.0.0.1", 8081
"""Default address."""
PREVIEW, DESCRIPTION, API = "/preview.jpg", "/openapi.json", "/api/"
CLIENT_TIMEOUT = 10.0
"""Seconds that a client may take to send a request, or to receive the answer."""
MAX_BYTES = 1 << 16
"""Largest body of a request."""
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""What the page may load: nothing from elsewhere."""
Status = Callable[[], Mapping[str, object]]


class ControlServer(Closing):
    """Serves the control page and the interface until it is closed.

    Args:
        host: address to listen at; other than loopback, clients need the token.
        port: port to listen at; 0 chooses a free one.
        remote: applies the verbs.
        preview: the newest frame.
        status: returns statistics of the session.
        token: secret of clients on other machines.

    Raises:
        ControlError: the address cannot be used.
    """

    def __init__(
        self,
        host: str,
        port: int,
        remote: RemoteControl,
        preview: Preview,
        status: Status,
        token: str,
    ) -> None:
        self._server = _listen(host, port, remote, preview, status, token)
        self.url = f"http://{in_url(host)}:{self._server.server_port}/"
        """URL of the control page."""
        self.note = f"control page at {self.url}"
        if self._server.is_public:
            self.note = f"{self.note}#{token}, for everyone in your network who has this address"
        poll_interval = 0.1  # seconds between checks for shutdown
        self._thread = Thread(
            target=self._server.serve_forever, args=(poll_interval,), name="control"
        )
        self._thread.start()

    def close(self) -> None:
        """Disconnect all clients and wait for their threads."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.disconnect_all()
        self._server.server_close()


class _Server(ClosableServer):
    """Gives the requests what they act on."""

    def __init__(
        self,
        address: tuple[str, int],
        remote: RemoteControl,
        preview: Preview,
        status: Status,
        token: str,
    ) -> None:
        self.remote, self.preview, self.status, self.token = remote, preview, status, token
        super().__init__(address, _RequestHandler)

    def state(self) -> dict[str, object]:
        """Return what clients may know."""
        return {
            "values": self.remote.values(),
            "styles": list(self.remote.styles),
            "presets": self.remote.presets.names,
            "status": dict(self.status()),
        }


class _RequestHandler(RequestHandler):
    """Handles one request, on a thread of its own."""

    server: _Server
    timeout = CLIENT_TIMEOUT

    def do_GET(self) -> None:
        """Serve the page, the description, the state or the preview."""
        path = urlsplit(self.path).path
        if path == "/":
            self._answer("text/html; charset=utf-8", _page())
        elif refused := self._refusal():
            self._error(*refused)
        elif path == DESCRIPTION:
            self._json(describe(self.server.remote.styles))
        elif path == STATE:
            self._json(self.server.state())
        elif path == PREVIEW:
            self._preview()
        else:
            self._error(404, f"there is no {path}")

    def do_HEAD(self) -> None:
        """Send the headers of a GET."""
        self.do_GET()

    def do_PUT(self) -> None:
        """Set one value or several."""
        self._change(is_action=False)

    def do_POST(self) -> None:
        """Carry out an action."""
        self._change(is_action=True)

    def _change(self, *, is_action: bool) -> None:
        name = unquote(urlsplit(self.path).path).removeprefix(API)
        refused = self._refusal() or access.change_refusal(self.headers)
        refused = refused or _path_refusal(name, is_action=is_action)
        if refused:
            self._error(*refused)
            return
        try:
            body = self._body()
            self.server.remote.apply_all(body if API + name == STATE else {name: body.get("value")})
        except (ValueError, SinkError) as error:
            self._error(400, str(error))
        else:
            self._json(self.server.state())

    def _refusal(self) -> tuple[int, str] | None:
        token = self.server.token if self.server.is_public else ""
        return access.refusal(self.headers, self.client_address[0], token)

    def _body(self) -> dict[str, Any]:
        """Return the JSON object of a request.

        Raises:
            ValueError: there is none.
        """
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BYTES:
            raise ValueError(f"cannot read the request: it is larger than {MAX_BYTES} bytes")
        try:
            body = json.loads(self.rfile.read(int(length)) or b"{}")
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise ValueError('cannot read the request: it is no JSON object like {"value": 0.5}')
        return body

    def _preview(self) -> None:
        jpeg = self.server.preview.jpeg()
        if jpeg is None:
            self._error(503, "there is no frame yet")
        else:
            self._answer("image/jpeg", jpeg)

    def _json(self, content: object, status: int = 200) -> None:
        self._answer(access.JSON, json.dumps(content).encode(), status)

    def _error(self, status: int, reason: str) -> None:
        self._json({"error": reason}, status)

    def _answer(self, kind: str, content: bytes, status: int = 200) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _path_refusal(name: str, *, is_action: bool) -> tuple[int, str] | None:
    """Return the status and the reason if a path does not exist, or takes the other method."""
    if name != STATE.removeprefix(API) and name not in BY_NAME:
        return 404, f"there is no {API}{name}"
    if is_action != (name in BY_NAME and BY_NAME[name].is_action):
        return 405, f"send {'PUT' if is_action else 'POST'} to {API}{name}"
    return None


def _page() -> bytes:
    return (files(__package__) / "page.html").read_bytes()


def _listen(host: str, port: int, *parts: Any) -> _Server:
    try:
        return _Server((host, port), *parts)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"cannot serve the control page at {in_url(host)}:{port}: {reason}"
        free = port + 1 if 1024 <= port < 65535 else PORT
        raise ControlError(message, f"use --control {HOST}:{free}") from error
