"""MJPEG over HTTP for OBS and browsers."""

import math
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Lock, Thread
from time import perf_counter
from urllib.parse import SplitResult, urlsplit

import cv2

from realtime_nst.closing import Closing
from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.http_server import ClosableServer, RequestHandler, host_of, in_url, is_loopback

HOST, PORT = "127.0.0.1", 8080
"""Default address."""
STREAM, SNAPSHOT = "/stream.mjpg", "/snapshot.jpg"
QUALITY = 90
"""JPEG quality, of 100: compression stays invisible in strokes and flat areas."""
CLIENT_TIMEOUT = 10.0
"""Seconds that a client may take to send a request, or to receive a frame."""
MAX_AGE = 1.0
"""Seconds after which a frame is old: a new viewer waits as long for the next one."""
LINGER = 2.0
"""Seconds that a viewer counts after leaving: a page may come back, and some poll snapshots."""
SEND_BUFFER = 1 << 16
"""Bytes that the system may buffer for a client: buffered frames are older than the newest one."""
RUN = secrets.token_hex(8)
"""Differs between runs of the program, so that a page notices a restart."""
PAGE = f"""<!doctype html>
<html lang="en">
<title>realtime-nst</title>
<style>
  body {{ margin: 0; background: #000; overflow: hidden }}
  img {{ display: block; width: 100vw; height: 100vh; object-fit: contain }}
</style>
<img src="{STREAM}" alt="live video">
<script>
  // Browsers keep the last frame of a stream that has ended, without any event.
  let lost = false
  setInterval(async () => {{
    try {{
      const page = await (await fetch("/", {{ cache: "no-store" }})).text()
      if (!page.includes("{RUN}")) location.reload()
      else if (lost) document.images[0].src = "{STREAM}?" + Date.now()
      lost = false
    }} catch {{
      lost = true
    }}
  }}, 1000)
</script>
</html>
"""


class HttpSink(Closing):
    """Serves the newest frame over HTTP; frames are encoded only while a client is connected.

    Each client has a thread of its own: a slow one misses frames and delays nobody else.

    Args:
        address: the part after ``http:``, such as ``//127.0.0.1:8080/``; port 0 chooses a free
            one.
        info: properties of the frames.

    Raises:
        SinkError: the address cannot be used.
    """

    def __init__(self, address: str, info: StreamInfo) -> None:
        host, port = _parse_address(address)
        self._newest = LatestFrame()
        self._server = _listen(host, port, self._newest)
        self.url = f"http://{in_url(host)}:{self._server.server_port}/"
        """URL of a page with the video; ``STREAM`` is the video alone, ``SNAPSHOT`` an image."""
        visibility = "" if is_loopback(host) else ", visible to everyone in your network"
        self.notes: tuple[str, ...] = (f"serving at {self.url}{visibility}",)
        poll_interval = 0.1  # seconds between checks for shutdown
        serve = self._server.serve_forever
        self._thread = Thread(target=serve, args=(poll_interval,), name="http")
        self._thread.start()

    @property
    def is_watched(self) -> bool:
        """Whether a client is connected, or was a moment ago."""
        return self._newest.is_watched

    def write(self, frame: Frame) -> None:
        """Serve a frame from now on, without waiting."""
        self._newest.put(frame.image)

    def close(self) -> None:
        """Disconnect all clients and wait for their threads."""
        self._newest.close()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.disconnect_all()
        self._server.server_close()


class LatestFrame:
    """The newest frame, shared by threads; it is encoded once, and only on request.

    Args:
        clock: returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock, self._put_at, self._left_at = clock, clock(), -math.inf
        self._viewers = 0
        self._changed, self._encoding = Condition(), Lock()
        self._number, self._closed = 0, False
        self._image: Image | None = None
        self._coded: tuple[int, bytes] = (0, b"")

    def put(self, image: Image) -> None:
        """Replace the frame."""
        with self._changed:
            self._number, self._image = self._number + 1, image
            self._put_at = self._clock()
            self._changed.notify_all()

    @property
    def is_watched(self) -> bool:
        """Whether there is a viewer, or was one ``LINGER`` seconds ago."""
        return self._viewers > 0 or self._clock() - self._left_at < LINGER

    @contextmanager
    def watching(self) -> Iterator[int]:
        """Count a viewer; yield the number of the last frame that is old, 0 if there is none.

        Without viewers no frames may have been put.
        """
        with self._changed:
            self._viewers += 1
            is_old = self._clock() - self._put_at > MAX_AGE
            old = self._number if is_old else 0
        try:
            yield old
        finally:
            with self._changed:
                self._viewers -= 1
                self._left_at = self._clock()

    def close(self) -> None:
        """Wake all waiting threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def after(self, number: int, timeout: float | None = None) -> tuple[int, bytes] | None:
        """Wait for a frame with a number above ``number``, and return the newest one."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._number > number, timeout)
            if self._closed or self._number <= number or self._image is None:
                return None
            newest, image = self._number, self._image
        with self._encoding:
            if self._coded[0] != newest:
                self._coded = newest, _jpeg(image)
            return self._coded


class _Server(ClosableServer):
    """Serves one stream of frames."""

    def __init__(self, address: tuple[str, int], newest: LatestFrame) -> None:
        self.newest = newest
        super().__init__(address, _RequestHandler)


class _RequestHandler(RequestHandler):
    """Handles one request, on a thread of its own."""

    server: _Server
    timeout = CLIENT_TIMEOUT
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Serve the page, the stream or the newest frame."""
        path = urlsplit(self.path).path
        if not self._is_own_host():
            self.send_error(403, "Requested by another site")
        elif path == "/":
            self._answer("text/html; charset=utf-8", PAGE.encode())
        elif path == SNAPSHOT:
            self._snapshot()
        elif path == STREAM:
            self._stream()
        else:
            self.send_error(404)

    def do_HEAD(self) -> None:
        """Send the headers of a GET."""
        self.do_GET()

    def end_headers(self) -> None:
        """End the headers with those that keep other web sites from showing the frames."""
        self.send_header("X-Content-Type-Options", "nosniff")
        if not self.server.is_public:
            self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        super().end_headers()

    def _is_own_host(self) -> bool:
        """Return whether a request names this host.

        Otherwise a web page whose own name resolves to this machine (DNS rebinding) could read
        the frames.
        """
        host = host_of(self.headers.get("Host", HOST))
        return self.server.is_public or is_loopback(host)

    def _snapshot(self) -> None:
        newest = self.server.newest
        with newest.watching() as old:
            found = newest.after(old, MAX_AGE) or newest.after(0, CLIENT_TIMEOUT)
        if found is None:
            self.send_error(503, "No frame yet")
        else:
            self._answer("image/jpeg", found[1])

    def _stream(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._begin("multipart/x-mixed-replace; boundary=frame")
        if self.command == "HEAD":
            return
        self.wfile.write(b"--frame\r\n")
        newest = self.server.newest
        with newest.watching() as old:
            found = newest.after(old, MAX_AGE) or newest.after(0)
            while found:
                number, jpeg = found
                head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                # Browsers show a frame when they receive the boundary after it.
                self.wfile.write(head.encode() + jpeg + b"\r\n--frame\r\n")
                found = newest.after(number)

    def _answer(self, kind: str, content: bytes) -> None:
        self._begin(kind, len(content))
        if self.command != "HEAD":
            self.wfile.write(content)

    def _begin(self, kind: str, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()


def _jpeg(image: Image) -> bytes:
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return coded.tobytes()


def _parse_address(address: str) -> tuple[str, int]:
    """Return host and port of an address such as ``//127.0.0.1:8080/``."""
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
        message = f"cannot serve at http://{in_url(host)}:{port}/: {error.strerror}"
        hint = f"use --sink http://{HOST}:{port + 1 if 1024 <= port < 65535 else PORT}/"
        raise SinkError(message, hint) from error
