"""The connection to a display server, which is a socket listening under its name here."""

import socket
import sys
from pathlib import Path

import pytest

from realtime_nst.sinks.display import DisplayConnection, is_display_address

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="sockets as on Linux")


@LINUX
@pytest.mark.parametrize(
    ("name", "is_display"),
    [(".X11-unix/X7", True), ("user/wayland-0", True), ("bus", False)],
)
def test_display_connection_is_lost_when_its_server_ends(
    tmp_path: Path, name: str, is_display: bool
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(path))
        server.listen()
        client.connect(str(path))
        accepted, _ = server.accept()
        with DisplayConnection() as connection:
            assert not connection.is_lost
            accepted.close()
            assert connection.is_lost == is_display
        assert not connection.is_lost


@pytest.mark.parametrize(
    ("address", "display", "expected"),
    [
        (b"\0/tmp/.X11-unix/X0", ":0", True),
        ("", ":0", False),
        (("127.0.0.1", 6010), "localhost:10.0", True),
        (("127.0.0.1", 6010), "localhost:11.0", False),
        (("127.0.0.1", 6010), "", False),
        ((0, 6000), ":0", False),  # netlink
    ],
)
def test_is_display_address(address: object, display: str, expected: bool) -> None:
    assert is_display_address(address, display) is expected
