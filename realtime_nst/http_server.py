"""HTTP server that can be closed while clients are connected, and what it knows about hosts."""

import math
import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

REQUEST_SECONDS = 10.0
"""Seconds that a client may take to send a request: one that sends a byte now and then would keep
its thread."""


class ClosableServer(ThreadingHTTPServer):
    """HTTP server that keeps a list of its connections, to be able to close them.

    Args:
        address: host and port; port 0 chooses a free one.
        handler: handles one request, on a thread of its own.

    Raises:
        OSError: the address cannot be used.
    """

    daemon_threads = False  # daemon threads are not joined on closing
    # Except on POSIX systems it would let two programs listen on one port.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.is_public = not is_loopback(address[0])
        """Whether other machines can connect."""
        self._connections: dict[socket.socket, float] = {}
        self._lock = Lock()
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection, and remember it."""
        connection, address = super().get_request()
        with self._lock:
            self._connections[connection] = monotonic()
        return connection, address

    def request_received(self, connection: socket.socket) -> None:
        """Let a connection last from now on: its request is complete."""
        with self._lock:
            if connection in self._connections:
                self._connections[connection] = math.inf

    def service_actions(self) -> None:
        """Disconnect clients that take too long to send their request."""
        oldest = monotonic() - REQUEST_SECONDS
        with self._lock:
            _shut_down([each for each, since in self._connections.items() if since < oldest])

    def close_request(self, request: Any) -> None:
        """Close a connection, and forget it."""
        with self._lock:
            self._connections.pop(request, None)
        super().close_request(request)

    def disconnect_all(self) -> None:
        """End every connection, also of clients that have stopped reading."""
        with self._lock:
            _shut_down(self._connections)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors: a client that disconnects is none."""


class RequestHandler(BaseHTTPRequestHandler):
    """Handles one request to a ``ClosableServer``, on a thread of its own."""

    server: ClosableServer

    def parse_request(self) -> bool:
        """Read the headers, and tell the server when they are complete."""
        well = super().parse_request()
        self.server.request_received(self.connection)
        return well

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: requests are private."""


def _shut_down(connections: Iterable[socket.socket]) -> None:
    for connection in connections:
        with suppress(OSError):  # the client has disconnected
            connection.shutdown(socket.SHUT_RDWR)


def host_of(authority: str) -> str:
    """Return the host of ``host:port``; empty if it cannot be read.

    >>> host_of("[::1]:8080")
    '::1'
    """
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:  # a bracket without its partner
        return ""


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine's loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def in_url(host: str) -> str:
    """Return a host as it is written in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
