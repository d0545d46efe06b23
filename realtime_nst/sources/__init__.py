"""Sources of frames."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import cv2  # noqa: F401  (before PyAV: the other way round its windows hang, PyAV#978)

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.paths import exists, is_folder
from realtime_nst.sources.animation import AnimationSource, is_animation
from realtime_nst.sources.images import PICTURES, ImageSource, is_pattern
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.sources.video.opening import is_pipe
from realtime_nst.sources.video.source import VideoSource
from realtime_nst.urls import is_url, redact


class Source(Protocol):
    """A source of frames, which its constructor opens.

    It is iterated once, on one thread, and closed when iteration has stopped; closing twice is
    safe. Frames are upright, their ``index`` counts from 0 and their ``pts`` rises from 0.
    """

    info: StreamInfo
    """Properties of the stream as opened, not as requested; known before the first frame."""
    live: bool
    """Whether frames arrive in real time, however fast they are consumed."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames; return at the end of the stream.

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


ONE_FRAME = "the input is an animation; only its first frame is used"

SOURCES: dict[str, Callable[[str], Source]] = {"synthetic": SyntheticSource.from_address}
"""Sources that are named instead of a path, as ``NAME`` or ``NAME:DETAILS``."""


def open_source(
    address: str | Path,
    reading: ReadOptions = ReadOptions(),  # noqa: B008  (it is frozen)
) -> Source:
    """Open a named source, an image, a folder of images or a video.

    Args:
        address: a name with optional details (``synthetic:640x480,30,90``), or a path.
        reading: which part of a video to read, and how.

    Returns:
        The source; use it as a context manager.

    Raises:
        SourceError: the input does not exist, or cannot be read.

    Example:
        >>> with open_source("synthetic:64x48,30,2") as source:
        ...     [frame.image.shape for frame in source]
        [(48, 64, 3), (48, 64, 3)]
    """
    name, _, details = str(address).partition(":")
    path = Path(address)
    if name in SOURCES and not exists(path):
        return SOURCES[name](details)
    if is_url(str(address)):
        hint = "realtime-nst webcam --source URL  # plays streams and files on the web"
        raise SourceError(f"cannot read {redact(str(address))}: it is not a file", hint)
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
    """Open an animation as a video if a frame rate is given, else as an image."""
    if not is_animation(path):
        return ImageSource([path], reading)
    return (
        AnimationSource(path, reading) if reading.rate else ImageSource([path], notes=(ONE_FRAME,))
    )
