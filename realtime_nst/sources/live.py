"""Live sources by address: cameras, streams, screens, and files played in real time."""

import time
from collections.abc import Callable
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Protocol

from realtime_nst.errors import SourceError
from realtime_nst.sources import SOURCES, Source, open_source
from realtime_nst.sources.camera.capture import CameraRequest, CameraSource
from realtime_nst.sources.images import is_pattern
from realtime_nst.sources.network.address import open_url
from realtime_nst.sources.network.opening import is_sdp
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.paced import PacedSource
from realtime_nst.sources.reconnecting import ReconnectingSource
from realtime_nst.sources.screen import ScreenSource
from realtime_nst.urls import is_url, redact

SCREEN = "screen"
"""Name of the screen source, as ``screen`` or ``screen:DETAILS``."""
SEQUENCE_RATE = Fraction(25)
"""Frames per second of numbered images, as in FFmpeg. Those of a folder are shown for a second."""
WAIT_INTERVAL = 1.0
"""Seconds between two attempts to open a source that is not there yet."""


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
            given for a file or URL.
    """
    if not address:
        raise SourceError("cannot open a source without a name", "realtime-nst cameras")
    is_stream = is_url(address) or (is_sdp(address) and Path(address).exists())
    if is_stream or _is_recorded(address):
        _refuse(request, address, is_stream)
    if is_stream:
        return ReconnectingSource(lambda: open_url(address, loop=loop), patience=patience)
    if _is_recorded(address):
        reading = ReadOptions(rate=SEQUENCE_RATE if is_pattern(Path(address)) else None)
        return PacedSource(lambda: open_source(address, reading), loop=loop)

    def open_again() -> Source:
        name, _, details = address.partition(":")
        return (
            ScreenSource(details, request.fps) if name == SCREEN else CameraSource(address, request)
        )

    return ReconnectingSource(open_again, patience=patience)


def wait_for_source(
    opener: Callable[[], LiveSource],
    on_wait: Callable[[SourceError], None],
    sleep: Callable[[float], None] = time.sleep,
) -> LiveSource:
    """Open a source, and try again until it is there.

    Args:
        opener: opens the source.
        on_wait: called with the reason for waiting, whenever it changes.
        sleep: waits for so many seconds.
    """
    told = ""
    while True:
        try:
            return opener()
        except SourceError as error:
            if str(error) != told:
                told = str(error)
                on_wait(error)
        sleep(WAIT_INTERVAL)


def is_local_camera(address: str) -> bool:
    """Return whether an address means a camera of this machine, by number, name or path."""
    is_screen = address.partition(":")[0] == SCREEN
    return not (is_screen or is_url(address) or is_sdp(address) or _is_recorded(address))


def _refuse(request: CameraRequest, address: str, is_stream: bool) -> None:
    """Refuse camera settings for a source that has its own."""
    if request == CameraRequest():
        return
    kind = "stream" if is_stream else "recording"
    hint = "drop --size, --fps and --backend; use --working-size to process it smaller"
    raise SourceError(f"cannot change the format of {redact(address)}: it is a {kind}", hint)


def _is_recorded(address: str) -> bool:
    """Return whether an address is a file, numbered files, or a synthetic source."""
    if address.partition(":")[0] in SOURCES:
        return True
    if address.isdigit() or address.startswith("/dev/"):
        return False
    return Path(address).exists() or is_pattern(Path(address))
