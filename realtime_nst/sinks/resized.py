"""Give a sink frames of another size, such as a stream of a 4K camera in 1280x720."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_ops import crop_to_fill, resize
from realtime_nst.sinks import Sink
from realtime_nst.sinks.window_view import padded

Opener = Callable[[StreamInfo], Sink]
"""Opens a sink for frames of that size."""


class ResizedSink:
    """Resizes frames for another sink; those of another shape get black bars or are cropped.

    Args:
        opener: opens the sink.
        info: properties of the frames.
        size: width and height that the sink receives.
        crop: returns whether to crop instead of adding bars; called for each frame.
    """

    def __init__(
        self,
        opener: Opener,
        info: StreamInfo,
        size: tuple[int, int],
        crop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._width, self._height = size
        self._crop = crop
        self._sink = opener(replace(info, width=self._width, height=self._height))

    @property
    def notes(self) -> tuple[str, ...]:
        """Return the notes of the sink."""
        return self._sink.notes

    def write(self, frame: Frame) -> None:
        """Resize a frame and write it."""
        width, height = self._width, self._height
        if self._crop():
            image = crop_to_fill(frame.image, width, height)
        else:
            image = resize(padded(frame.image, width, height), width, height)
        self._sink.write(replace(frame, image=image, cells=()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sink.__exit__(kind, error, trace)


@dataclass(frozen=True, slots=True)
class OutputSize:
    """Size of the frames that all outputs but the window receive."""

    size: tuple[int, int] | None = None
    """Width and height; None keeps the source's."""
    crop: Callable[[], bool] = lambda: False
    """Returns whether frames of another shape are cropped instead of padded with black bars."""

    def open(self, opener: Opener, info: StreamInfo) -> Sink:
        """Open a sink that receives frames of this size."""
        if self.size is None or self.size == (info.width, info.height):
            return opener(info)
        return ResizedSink(opener, info, self.size, self.crop)
