"""Where frames go."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks.codecs import CONTAINERS, PIPE, VideoOptions
from realtime_nst.sinks.images import FORMATS, ImageSink
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.video import VideoSink


class Sink(Protocol):
    """Opened by its constructor, which learns what will come; every call is on the main thread.

    Closing twice is safe.
    """

    notes: tuple[str, ...]
    """What of the source will not come along as it was, a line each, for people."""

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


SINKS: dict[str, Callable[[StreamInfo], Sink]] = {"null": NullSink}
"""What can be named instead of a path."""


def open_sink(
    address: str | Path,
    info: StreamInfo,
    options: VideoOptions = VideoOptions(),  # noqa: B008  (it is frozen)
) -> Sink:
    """Open a named sink, a video file, a picture file or a folder of pictures.

    Args:
        address: the ending says the format; without one it is a folder.
        info: of the source whose frames will come.
        options: of a video file.

    Raises:
        SinkError: nothing can be written there.
    """
    if str(address) in SINKS:
        return SINKS[str(address)](info)
    path = Path(address)
    suffix = path.suffix.lower()
    still = suffix in FORMATS and (info.rate is None or "%" in path.name)  # .webp is both
    if str(address) == PIPE or (suffix in CONTAINERS and not still):
        return VideoSink(path, info, options)
    if suffix in FORMATS or not suffix or path.is_dir():
        return ImageSink(path, info)
    raise SinkError(f"{path}: unknown ending", f"one of: {', '.join([*CONTAINERS, *FORMATS])}")
