"""Everything that can be shown live, by address."""

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
"""The name of what a monitor shows, as ``screen`` or ``screen:DETAILS``."""


class LiveSource(Source, Protocol):
    """A source whose frames come whether we are ready or not."""

    @property
    def notice(self) -> str:
        """What is wrong at the moment, for people; empty while pictures come. From any thread."""
        ...


def open_live(
    address: str,
    asked: CameraRequest = CameraRequest(),  # noqa: B008  (it is frozen)
    *,
    loop: bool = True,
    patience: float = inf,
) -> LiveSource:
    """Open a camera, a stream on the network, a screen, or a file that is played as if live.

    Args:
        address: a camera's number, name or path; a URL; ``screen:0`` or a part of the screen as
            ``screen:100,100,640x480``; a file, or what ``open_source`` knows by name.
        asked: of a camera; of a screen its rate only.
        loop: whether a file starts over at its end.
        patience: seconds to go on trying when a camera or stream vanishes.

    Raises:
        SourceError: it is not there, or cannot be opened; a file is asked to be another.
    """
    if _is_recorded(address):
        if asked != CameraRequest():
            hint = "leave out --size, --fps and --backend; --working-size is what is painted at"
            raise SourceError(f"{address} is no camera: it comes as it was recorded", hint)
        return PacedSource(lambda: open_source(address), loop=loop)

    def open_again() -> Source:
        name, _, details = address.partition(":")
        return ScreenSource(details, asked.fps) if name == SCREEN else CameraSource(address, asked)

    return ReconnectingSource(open_again, patience=patience)


def _is_recorded(address: str) -> bool:
    """Whether it is a file, or made up."""
    if address.partition(":")[0] in SOURCES:
        return True
    return not address.isdigit() and not address.startswith("/dev/") and Path(address).exists()
