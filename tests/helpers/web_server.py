"""An HTTP server for tests: files of a folder on loopback, on request with a password."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


class FileHandler(SimpleHTTPRequestHandler):
    """Serves files, and counts the requests for each in ``counts``."""

    password = ""
    """User and password as ``user:password``; empty: everybody may read."""
    counts: dict[str, int]

    def do_GET(self) -> None:
        self.counts[self.path] = self.counts.get(self.path, 0) + 1
        wanted = "Basic " + base64.b64encode(self.password.encode()).decode()
        if self.password and self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@contextmanager
def serving(folder: Path, password: str = "") -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the URL of a server, without a slash at the end, and the number of requests by path."""
    counts: dict[str, int] = {}
    kind = type("Handler", (FileHandler,), {"password": password, "counts": counts})
    handler = partial(kind, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", counts
        finally:
            server.shutdown()
            thread.join()
