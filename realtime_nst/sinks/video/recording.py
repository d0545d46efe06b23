"""Record live frames to a file that stays playable after a crash."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sinks.video.destination import refuse_input
from realtime_nst.sinks.video.sink import VideoSink

TIME_BASE = Fraction(1, 90000)
"""Time base in seconds: a camera's timestamps follow a clock, not a frame rate."""
RATE = Fraction(30)
"""Frames per second reported to encoders if the camera has no frame rate."""


class RecordingSink:
    """Records frames as they arrive, from the first one on.

    A frame lasts until the next one, so dropped frames do not speed the video up. The file is
    written as ``NAME.partial.EXT`` (``partial_of``), which remains after a crash, and gets its
    final name on closing.

    Args:
        path: the file to write.
        info: properties of the frames.
        options: encoding options.

    Raises:
        SinkError: the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        info: StreamInfo,
        options: VideoOptions = VideoOptions(),  # noqa: B008  (it is frozen)
    ) -> None:
        refuse_input(path, info)
        rate = info.rate or RATE
        live = replace(info, path=None, time_base=TIME_BASE, rate=rate, start=Fraction(0))
        self._video = VideoSink(path, live, options)
        self.path, self.notes = path, self._video.notes
        self._zero: Fraction | None = None

    def write(self, frame: Frame) -> None:
        """Encode a frame."""
        self._zero = frame.pts if self._zero is None else self._zero
        self._video.write(replace(frame, pts=frame.pts - self._zero))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._video.__exit__(kind, error, trace)
