"""Frames for OBS and browsers: JPEG after JPEG over HTTP, on this machine."""

import os
import socket
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Condition, Lock, Thread
from typing import Any
from urllib.parse import SplitResult, urlsplit

import cv2

from realtime_nst.closing import Closing
from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, Image, StreamInfo

HOST, PORT = "127.0.0.1", 8080
"""Where nothing else is asked for."""
STREAM, SNAPSHOT = "/stream.mjpg", "/snapshot.jpg"
QUALITY = 90
"""Of the JPEGs, of 100."""
PATIENCE = 10.0
"""Seconds that a viewer may take to ask, or to take a picture, before it is let go."""
AHEAD = 1 << 16
"""Bytes the system may hold for a viewer: what lies there is older than the newest frame."""
PAGE = f"""<!doctype html>
<html lang="en">
<title>realtime-nst</title>
<style>
  body {{ margin: 0; background: #000 }}
  img {{ width: 100vw; height: 100vh; object-fit: contain }}
</style>
<img src="{STREAM}" alt="live picture">
</html>
"""


class HttpSink(Closing):
    """Serves the newest frame to whoever looks; nothing is coded while nobody does.

    Each viewer has a thread of its own: a slow one misses frames, and slows nobody. ``address`` is
    what follows ``http:``, as in ``//127.0.0.1:8080/``; port 0 takes a free one.

    Raises:
        SinkError: the address cannot be used.
    """

    def __init__(self, address: str, info: StreamInfo) -> None:
        host, port = _place(address)
        self._newest = LatestFrame()
        self._server = _listen(host, port, self._newest)
        self.url = f"http://{_in_url(host)}:{self._server.server_port}/"
        """Of a page with the picture; the picture alone is at ``STREAM`` and ``SNAPSHOT``."""
        seen = "" if _is_loopback(host) else ", by everyone in your network"
        self.notes: tuple[str, ...] = (f"to be seen at {self.url}{seen}",)
        # How often it looks whether it should end.
        self._thread = Thread(target=self._server.serve_forever, args=(0.1,), name="http")
        self._thread.start()

    def write(self, frame: Frame) -> None:
        """Show a frame from now on; never waits."""
        self._newest.put(frame.image)

    def close(self) -> None:
        """Send every viewer away and wait for their threads."""
        self._newest.close()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.send_away()
        self._server.server_close()


class LatestFrame:
    """The newest picture, for any number of threads; it is coded once, and only if one asks."""

    def __init__(self) -> None:
        self._changed, self._coding = Condition(), Lock()
        self._number, self._closed = 0, False
        self._image: Image | None = None
        self._coded: tuple[int, bytes] = (0, b"")

    def put(self, image: Image) -> None:
        """Replace the picture."""
        with self._changed:
            self._number, self._image = self._number + 1, image
            self._changed.notify_all()

    def close(self) -> None:
        """Let go of everybody who waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def after(self, number: int, patience: float | None = None) -> tuple[int, bytes] | None:
        """The newest picture as JPEG with its number, as soon as that is above ``number``.

        None when there will be none, or none came in time.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._number > number, patience)
            if self._closed or self._number <= number or self._image is None:
                return None
            newest, image = self._number, self._image
        with self._coding:
            if self._coded[0] != newest:
                self._coded = newest, _jpeg(image)
            return self._coded


class _Server(ThreadingHTTPServer):
    """Knows its viewers, to be able to send them away."""

    daemon_threads = False  # those are not waited for when it closes
    # Elsewhere than on POSIX systems it would let two programs have the same port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, place: tuple[str, int], newest: LatestFrame) -> None:
        self.address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self.newest = newest
        self.for_all = not _is_loopback(place[0])
        self._viewers: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(place, _RequestHandler)

    def get_request(self) -> tuple[socket.socket, Any]:
        viewer, address = super().get_request()
        with self._lock:
            self._viewers.add(viewer)
        return viewer, address

    def close_request(self, request: Any) -> None:
        with self._lock:
            self._viewers.discard(request)
        super().close_request(request)

    def send_away(self) -> None:
        """End every connection, also one whose viewer takes nothing any more."""
        with self._lock:
            for viewer in self._viewers:
                with suppress(OSError):  # it has gone by itself
                    viewer.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A viewer that has gone is no error."""


class _RequestHandler(BaseHTTPRequestHandler):
    """Answers one request, on a thread of its own."""

    server: _Server
    timeout = PATIENCE
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """The page, the stream or the present picture."""
        path = urlsplit(self.path).path
        if not self._is_for_us():
            self.send_error(403, "Another site asks")
        elif path == "/":
            self._answer("text/html; charset=utf-8", PAGE.encode())
        elif path == SNAPSHOT:
            self._snapshot()
        elif path == STREAM:
            self._stream()
        else:
            self.send_error(404)

    def _is_for_us(self) -> bool:
        """A web page whose own name leads here (DNS rebinding) could read the picture."""
        asked = urlsplit(f"//{self.headers.get('Host', HOST)}").hostname or ""
        return self.server.for_all or _is_loopback(asked)

    def _snapshot(self) -> None:
        found = self.server.newest.after(0, PATIENCE)
        if found is None:
            self.send_error(503, "No picture yet")
        else:
            self._answer("image/jpeg", found[1])

    def _stream(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, AHEAD)
        self._begin("multipart/x-mixed-replace; boundary=frame")
        self.wfile.write(b"--frame\r\n")
        number = 0
        while found := self.server.newest.after(number):
            number, jpeg = found
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            # Browsers show a picture when they see the boundary behind it.
            self.wfile.write(head.encode() + jpeg + b"\r\n--frame\r\n")

    def _answer(self, kind: str, content: bytes) -> None:
        self._begin(kind, len(content))
        self.wfile.write(content)

    def _begin(self, kind: str, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is shown to whom is nobody's business."""


def _jpeg(image: Image) -> bytes:
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return coded.tobytes()


def _place(address: str) -> tuple[str, int]:
    """Host and port of ``//127.0.0.1:8080/``."""
    try:
        url = urlsplit(address)
        host, port = url.hostname or HOST, PORT if url.port is None else url.port
    except ValueError:
        host, port, url = "", 0, SplitResult("", "", "?", "", "")
    if not host or url.path not in ("", "/") or not address.startswith("//"):
        raise SinkError(f"cannot read http:{address}", f"e.g. --sink http://{HOST}:{PORT}/")
    return host, port


def _listen(host: str, port: int, newest: LatestFrame) -> _Server:
    try:
        return _Server((host, port), newest)
    except OSError as error:
        message = f"cannot serve at http://{_in_url(host)}:{port}/: {error.strerror}"
        cure = f"--sink http://{HOST}:{port + 1 if 1024 <= port < 65535 else PORT}/"
        raise SinkError(message, cure) from error


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    """Whether a host means this machine, seen from itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
