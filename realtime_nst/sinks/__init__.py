"""Sinks of frames."""

from collections.abc import Callable
from functools import partial
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
from realtime_nst.sinks.stream import StreamSink
from realtime_nst.sinks.stream_formats import FORMATS as STREAM_FORMATS
from realtime_nst.sinks.video.codecs import CONTAINERS, PIPE, VideoOptions
from realtime_nst.sinks.video.sink import VideoSink
from realtime_nst.sinks.virtualcam import VirtualCamera
from realtime_nst.urls import is_url, redact


class Sink(Protocol):
    """A destination of frames, which its constructor opens.

    All calls are made on the main thread; closing twice is safe.
    """

    @property
    def notes(self) -> tuple[str, ...]:
        """Return human-readable notes on what is not kept and where it goes, one line each."""
        ...

    def write(self, frame: Frame) -> None:
        """Write a frame; may block.

        Raises:
            SinkError: the frame cannot be written.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the output, also after an error, without leaving partial files under its name."""
        ...


def _open_stream(scheme: str, details: str, info: StreamInfo) -> StreamSink:
    return StreamSink(f"{scheme}:{details}", info)


SINKS: dict[str, Callable[[str, StreamInfo], Sink]] = {
    "null": lambda _, info: NullSink(info),
    "http": HttpSink,
    "virtualcam": VirtualCamera,
    **{scheme: partial(_open_stream, scheme) for scheme in STREAM_FORMATS},
}
"""Sinks that are named instead of a path, as ``NAME`` or ``NAME:DETAILS``."""


def open_sink(
    address: str | Path,
    info: StreamInfo,
    options: VideoOptions = VideoOptions(),  # noqa: B008  (it is frozen)
    journal: Journal | None = None,
) -> Sink:
    """Open a named sink (``http://127.0.0.1:8080/``), a video, an image or a folder of images.

    Args:
        address: a name with optional details, or a path whose extension selects the format;
            without an extension it is a folder.
        info: properties of the source whose frames will be written.
        options: encoding options of a video file.
        journal: what an earlier run finished, and where to record what this one finishes.

    Returns:
        The sink; use it as a context manager.

    Raises:
        SinkError: nothing can be written there.

    Example:
        >>> info = StreamInfo("example", 64, 48, None, 1)
        >>> with open_sink("null", info) as sink:
        ...     sink.notes
        ()
    """
    name, _, details = str(address).partition(":")
    if name in SINKS:
        return SINKS[name](details, info)
    if is_url(str(address)):
        raise SinkError(
            f"cannot write to {redact(str(address))}", f"use one of {', '.join(SINKS)}, or a file"
        )
    path = Path(address)
    suffix = path.suffix.lower()
    still = suffix in FORMATS and (info.rate is None or is_pattern(path))  # .webp is both
    if str(address) == PIPE or (suffix in CONTAINERS and not still):
        return VideoSink(path, info, options, journal)
    if suffix in FORMATS or not suffix or path.is_dir():
        return ImageSink(path, info, journal)
    hint = f"use one of {', '.join([*CONTAINERS, *FORMATS])}"
    raise SinkError(f"cannot write {path}: unknown file extension", hint)
