"""Where frames go."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import cv2  # noqa: F401  (before PyAV: the other way round its windows hang, PyAV#978)

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_io.write import FORMATS
from realtime_nst.sinks.http import HttpSink
from realtime_nst.sinks.images import ImageSink, is_pattern
from realtime_nst.sinks.journal import Journal
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.video.codecs import CONTAINERS, PIPE, VideoOptions
from realtime_nst.sinks.video.sink import VideoSink
from realtime_nst.sinks.virtualcam import VirtualCamera


class Sink(Protocol):
    """Opened by its constructor, which learns what will come; every call is on the main thread.

    Closing twice is safe.
    """

    @property
    def notes(self) -> tuple[str, ...]:
        """What will not come along as it was, or where it goes, a line each, for people."""
        ...

    def write(self, frame: Frame) -> None:
        """Take a frame; may block.

        Raises:
            SinkError: it cannot be written.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish what was written, also after an error, and leave nothing half-written."""
        ...


SINKS: dict[str, Callable[[str, StreamInfo], Sink]] = {
    "null": lambda _, info: NullSink(info),
    "http": HttpSink,
    "virtualcam": VirtualCamera,
}
"""What can be named instead of a path, as ``NAME`` or ``NAME:DETAILS``."""


def open_sink(
    address: str | Path,
    info: StreamInfo,
    options: VideoOptions = VideoOptions(),  # noqa: B008  (it is frozen)
    journal: Journal | None = None,
) -> Sink:
    """Open a named sink (``http://127.0.0.1:8080/``), a video, a picture or a folder of pictures.

    Args:
        address: the ending says the format; without one it is a folder.
        info: of the source whose frames will come.
        options: of a video file.
        journal: what was finished before, and where to note what is finished now.

    Raises:
        SinkError: nothing can be written there.
    """
    name, _, details = str(address).partition(":")
    if name in SINKS:
        return SINKS[name](details, info)
    if "://" in str(address):
        raise SinkError(f"cannot write to {address}", f"one of: {', '.join(SINKS)}, or a file")
    path = Path(address)
    suffix = path.suffix.lower()
    still = suffix in FORMATS and (info.rate is None or is_pattern(path))  # .webp is both
    if str(address) == PIPE or (suffix in CONTAINERS and not still):
        return VideoSink(path, info, options, journal)
    if suffix in FORMATS or not suffix or path.is_dir():
        return ImageSink(path, info, journal)
    raise SinkError(f"{path}: unknown ending", f"one of: {', '.join([*CONTAINERS, *FORMATS])}")
