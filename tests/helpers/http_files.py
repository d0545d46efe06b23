"""A web server on loopback that also misbehaves: redirects, passwords, cut connections."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

USER = "bob:secret"
AUTHORIZATION = f"Basic {base64.b64encode(USER.encode()).decode()}"


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder; the first part of a path says how."""

    server: "Server"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, self.headers.get("Authorization")))
        how, _, rest = self.path[1:].partition("/")
        if how == "redirect":
            self._redirect(f"/{rest}")
        elif how == "elsewhere":  # the same server under another name
            self._redirect(f"http://localhost:{self.server.server_port}/{rest}")
        elif how == "private" and self.headers.get("Authorization") != AUTHORIZATION:
            self.send_error(401)
        elif how in ("cut", "chunked"):
            self._cut(rest, chunked=how == "chunked")
        else:
            self.path = f"/{rest}" if how == "private" else self.path
            super().do_GET()

    def _redirect(self, place: str) -> None:
        self.send_response(302)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _cut(self, name: str, *, chunked: bool) -> None:
        """Announce a whole file, send half of it, and close the connection."""
        content = (Path(self.directory) / name).read_bytes()
        half = content[: len(content) // 2]
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
            half = f"{len(content):x}\r\n".encode() + half
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(half)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


class Server(ThreadingHTTPServer):
    """Remembers path and authorization of each request."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.requests: list[tuple[str, str | None]] = []

    def url(self, path: str, user: str = "") -> str:
        """Return the URL of a path."""
        return f"http://{user}{'@' if user else ''}127.0.0.1:{self.server_port}/{path}"


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve a folder on loopback."""
    with Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
