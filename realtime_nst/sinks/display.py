"""Connection to an X or Wayland server, which ends with a logout or with ``ssh -X``."""

import os
import re
import select
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Any

from realtime_nst.closing import Closing

DESCRIPTORS = Path("/proc/self/fd")
"""Folder of the open files of this process; only Linux has it."""
FIRST_PORT = 6000
"""TCP port of X display 0; ``ssh -X`` forwards from display 10, port 6010, and higher ones."""
SERVERS = ("/.X11-unix/X", "/wayland-")
"""Parts of the paths of the sockets of local servers."""


class DisplayConnection(Closing):
    """Sockets through which this process is connected to its display server.

    Qt, GTK and Xlib end the whole program when they find such a socket closed, so check it before
    each call to them. On other systems than Linux none is found, and none is lost.
    """

    def __init__(self) -> None:
        self._sockets = list(_display_sockets())

    @property
    def is_lost(self) -> bool:
        """Whether the server has closed a connection."""
        return any(_is_hung_up(each) for each in self._sockets)

    def close(self) -> None:
        """Close this object's copies of the sockets; the connection itself stays open."""
        for each in self._sockets:
            each.close()
        self._sockets = []


def _display_sockets() -> Iterator[socket]:
    """Yield copies of the sockets of this process that lead to a display server.

    Copies, because the number of a file that is closed may be given to another one.
    """
    for entry in DESCRIPTORS.iterdir() if DESCRIPTORS.exists() else ():
        with suppress(OSError):  # closed meanwhile
            if stat.S_ISSOCK(entry.stat().st_mode):
                copy = socket(fileno=os.dup(int(entry.name)))
                if _leads_to_display(copy):
                    yield copy
                else:
                    copy.close()


def _leads_to_display(connection: socket) -> bool:
    try:
        peer = connection.getpeername()
    except OSError:  # it listens, or is not connected
        return False
    return is_display_address(peer, os.environ.get("DISPLAY", ""))


def is_display_address(address: Any, display: str) -> bool:
    r"""Return whether an address of a socket is that of a display server.

    Args:
        address: the path of a local socket; host and port, ... of one in a network.
        display: the environment variable ``DISPLAY``.

    >>> is_display_address(b"\0/tmp/.X11-unix/X0", ":0")
    True
    >>> is_display_address(("127.0.0.1", 6010), "localhost:10.0")
    True
    >>> is_display_address(("127.0.0.1", 8080), "localhost:10.0")
    False
    """
    if isinstance(address, str | bytes):
        return any(part in os.fsdecode(address) for part in SERVERS)
    number = re.search(r":(\d+)(\.\d+)?$", display)
    return (
        number is not None
        and isinstance(address[0], str)
        and address[1] == FIRST_PORT + int(number[1])
    )


def _is_hung_up(connection: socket) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLHUP | select.POLLRDHUP | select.POLLERR)
    return bool(poll.poll(0))
