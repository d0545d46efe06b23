"""Real OSC messages over UDP."""

import socket
from collections.abc import Callable, Iterator
from time import sleep

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from realtime_nst.errors import ControlError
from realtime_nst.live.control.osc import OscHandler, OscServer
from realtime_nst.live.control.remote import RemoteControl

Send = Callable[..., None]


def packet(address: str, *arguments: object) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)  # type: ignore[arg-type]
    return builder.build().dgram


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        yield opened


@pytest.fixture
def send(remote: RemoteControl, sender: socket.socket) -> Iterator[Send]:
    """Send a message, and wait until it was handled: UDP on loopback keeps the order."""
    with OscServer("127.0.0.1", 0, remote) as server:
        count = remote.controls.settings.snapshots

        def send_and_wait(address: str, *arguments: object) -> None:
            nonlocal count
            for each in (packet(address, *arguments), packet("/nst/snapshot")):
                sender.sendto(each, ("127.0.0.1", server.port))
            count += 1
            while remote.controls.settings.snapshots < count:
                sleep(0)  # lets the server's thread run

        yield send_and_wait


@pytest.mark.parametrize(
    ("address", "arguments", "name", "value"),
    [
        ("/nst/strength", (0.25,), "strength", 0.25),
        ("/nst/blend", (0,), "blend", 0),
        ("/nst/style", ("udnie",), "style", "udnie"),
        ("/nst/style", (3,), "style", "great-wave"),
        ("/nst/style", (3.0,), "style", "great-wave"),
        ("/nst/style/3", (), "style", "great-wave"),
        ("/nst/style/udnie", (1.0,), "style", "udnie"),
        ("/nst/style/udnie", (0.0,), "style", "starry-night"),
        ("/nst/next", (), "style", "udnie"),
        ("/nst/next", (1,), "style", "udnie"),
        ("/nst/next", (0.0,), "style", "starry-night"),
        ("/nst/record", (True,), "record", True),
        ("/nst/record", (1.0,), "record", True),
        ("/nst/keep-colors", (1,), "keep-colors", True),
        ("/nst/keep-colors", (), "keep-colors", True),
    ],
)
def test_message(
    send: Send,
    remote: RemoteControl,
    address: str,
    arguments: tuple[object, ...],
    name: str,
    value: object,
) -> None:
    send(address, *arguments)
    assert remote.values()[name] == pytest.approx(value)


def test_errors_are_shown_once(send: Send, notes: list[str]) -> None:
    for _ in range(3):
        send("/nst/strength", 3.0)
    assert notes[:1] == ["OSC: cannot set strength: 3.0 is not a number from 0 to 1"]
    send("/nst/volume", 1.0)
    assert "cannot set volume" in notes[-1]


def test_errors_of_one_fader_are_shown_once(remote: RemoteControl, notes: list[str]) -> None:
    handler = OscHandler(remote)
    for _ in range(3):
        handler("/nst/strength", 3.0)
    assert len(notes) == 1


def test_messages_of_other_programs_are_ignored(send: Send, notes: list[str]) -> None:
    send("/tempo", 120.0)
    assert not notes


def test_damaged_packets_are_ignored(remote: RemoteControl, sender: socket.socket) -> None:
    damaged = (b"", b"/nst/strength", b"\xff" * 100, b"#bundle\0" + b"\1" * 20)
    with OscServer("127.0.0.1", 0, remote) as server:
        for each in (*damaged, packet("/nst/next")):
            sender.sendto(each, ("127.0.0.1", server.port))
        while remote.values()["style"] != "udnie":
            sleep(0)


def test_taken_port(remote: RemoteControl) -> None:
    error = pytest.raises(ControlError, match="cannot receive OSC")
    with OscServer("127.0.0.1", 0, remote) as server, error as refused:
        OscServer("127.0.0.1", server.port, remote)
    assert "--osc" in refused.value.hint
