"""A live picture into a file that can be played whatever happens."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sinks.video.destination import refuse_input
from realtime_nst.sinks.video.sink import VideoSink

TICK = Fraction(1, 90000)
"""Times of a camera are those of a clock, not of a rate."""
RATE = Fraction(30)
"""Frames per second, for encoders that want to know, where the camera does not say."""


class RecordingSink:
    """Writes frames as they come; its clock starts with the first one, whenever that is.

    A frame lasts until the next one, so dropped frames are longer moments, not a faster film. It
    grows as ``NAME.partial.EXT`` (``partial_of``), which is what is left after a crash, and gets
    its name when it is closed.

    Raises:
        SinkError: it cannot be written there.
    """

    def __init__(
        self,
        path: Path,
        info: StreamInfo,
        options: VideoOptions = VideoOptions(),  # noqa: B008  (it is frozen)
    ) -> None:
        refuse_input(path, info)
        rate = info.rate or RATE
        live = replace(info, path=None, time_base=TICK, rate=rate, start=Fraction(0))
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
