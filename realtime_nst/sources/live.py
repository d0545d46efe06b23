"""Live sources by address: cameras, streams, screens, and files played in real time."""

from math import inf
from pathlib import Path
from typing import Protocol

from realtime_nst.errors import SourceError
from realtime_nst.sources import SOURCES, Source, open_source
from realtime_nst.sources.camera.capture import CameraRequest, CameraSource
from realtime_nst.sources.paced import PacedSource
from realtime_nst.sources.reconnecting import ReconnectingSource
from realtime_nst.sources.screen import ScreenSource

SCREEN = "screen"
"""Name of the screen source, as ``screen`` or ``screen:DETAILS``."""


class LiveSource(Source, Protocol):
    """A source whose frames arrive in real time."""

    @property
    def notice(self) -> str:
        """Return the current problem, human-readable; empty while frames arrive. Thread-safe."""
        ...


def open_live(
    address: str,
    request: CameraRequest = CameraRequest(),  # noqa: B008  (it is frozen)
    *,
    loop: bool = True,
    patience: float = inf,
) -> LiveSource:
    """Open a camera, a network stream, a screen, or a file that is played in real time.

    Args:
        address: a camera's number, name or path; a URL; ``screen:0`` or a part of the screen as
            ``screen:100,100,640x480``; a file, or a named source of ``open_source``.
        request: settings to request from a camera; for a screen, only the frame rate.
        loop: whether a file starts over at its end.
        patience: seconds to retry when a camera or stream fails.

    Raises:
        SourceError: the source does not exist or cannot be opened, or camera settings were
            given for a file.
    """
    if _is_recorded(address):
        if request != CameraRequest():
            hint = "drop --size, --fps and --backend; use --working-size to process it smaller"
            raise SourceError(f"cannot change the format of {address}: it is a recording", hint)
        return PacedSource(lambda: open_source(address), loop=loop)

    def open_again() -> Source:
        name, _, details = address.partition(":")
        return (
            ScreenSource(details, request.fps) if name == SCREEN else CameraSource(address, request)
        )

    return ReconnectingSource(open_again, patience=patience)


def _is_recorded(address: str) -> bool:
    """Return whether an address is a file or a synthetic source."""
    if address.partition(":")[0] in SOURCES:
        return True
    return not address.isdigit() and not address.startswith("/dev/") and Path(address).exists()
