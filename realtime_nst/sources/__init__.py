"""Where frames come from."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import cv2  # noqa: F401  (before PyAV: the other way round its windows hang, PyAV#978)

from realtime_nst.errors import SourceError
from realtime_nst.files import exists, is_folder
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sources.animation import AnimationSource, is_animation
from realtime_nst.sources.images import PICTURES, ImageSource, is_pattern
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.sources.video.opening import is_pipe
from realtime_nst.sources.video.source import VideoSource


class Source(Protocol):
    """Opened by its constructor, iterated once on one thread, closed once iteration has stopped.

    Closing twice is safe. Frames are upright, their ``index`` counts from 0 and their ``pts``
    rises from 0.
    """

    info: StreamInfo
    """Known before the first frame: what was got, not what was asked for."""
    live: bool
    """True: frames come whether we are ready or not."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames; end quietly at the end of the stream.

        Raises:
            SourceError: the stream broke before its end.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


ONE_FRAME = "the input is an animation; only its first frame is taken"

SOURCES: dict[str, Callable[[str], Source]] = {"synthetic": SyntheticSource.from_address}
"""What can be named instead of a path, as ``NAME`` or ``NAME:DETAILS``."""


def open_source(
    address: str | Path,
    reading: ReadOptions = ReadOptions(),  # noqa: B008  (it is frozen)
) -> Source:
    """Open a named source, a picture, a folder of pictures or a video.

    Args:
        address: what to open.
        reading: which part of a video, and how.

    Raises:
        SourceError: there is no such thing, or it cannot be read.
    """
    name, _, details = str(address).partition(":")
    path = Path(address)
    if name in SOURCES and not exists(path):
        return SOURCES[name](details)
    if is_pipe(path):
        return VideoSource(path, reading)
    if is_pattern(path):
        return ImageSource.of_pattern(path, reading)
    if not exists(path):
        raise SourceError(f"there is no {path}", "check the path; names with spaces need quotes")
    if is_folder(path):
        return ImageSource.of_folder(path, reading)
    if path.suffix.lower() in PICTURES:
        return _open_image(path, reading)
    return VideoSource(path, reading)


def _open_image(path: Path, reading: ReadOptions) -> Source:
    """Open an animation as a video where one is wanted; else an image."""
    if not is_animation(path):
        return ImageSource([path], reading)
    return (
        AnimationSource(path, reading) if reading.rate else ImageSource([path], notes=(ONE_FRAME,))
    )
