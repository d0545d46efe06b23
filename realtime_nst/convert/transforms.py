"""Another size or rate for the frames of a source, and other ways to show what is painted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.memory import free_memory, require_memory
from realtime_nst.pipeline import FrameStylizer
from realtime_nst.sinks.journal import ResumePoint
from realtime_nst.sources import Source

IN_FLIGHT = 12
"""Frames in memory at once: those in the queues, and those that each stage works on."""


@dataclass(frozen=True, slots=True)
class OutputShape:
    """What a user can choose about size, rate and arrangement."""

    size: tuple[int, int] | None = None
    """Width and height of the pictures; None keeps them; 0 for one follows from the other, and is
    even, for most encoders share one colour between pairs of pixels."""
    rate: Fraction | None = None
    """Frames per second, all equally long; None keeps every frame at its time."""
    render_scale: float = 1.0
    """The network's picture as a share of the result's; smaller is faster and coarser."""
    side_by_side: bool = False
    """The picture as it was to the left of the painted one."""


class TransformedSource:
    """A source whose frames pass through something on their way."""

    def __init__(
        self, source: Source, info: StreamInfo, change: Callable[[Iterator[Frame]], Iterator[Frame]]
    ) -> None:
        self._source, self._change = source, change
        self.info, self.live = info, source.live

    def __iter__(self) -> Iterator[Frame]:
        return self._change(iter(self._source))

    def __enter__(self) -> Self:
        self._source.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the source behind this one."""
        self._source.__exit__(kind, error, trace)


def transform(source: Source, shape: OutputShape, done: ResumePoint | None = None) -> Source:
    """The source in the size and at the rate asked for, without the frames that are done."""
    if shape.rate:
        source = with_frame_rate(source, shape.rate)
    if done:
        source = skip_to(source, done)
    return resized(source, *shape.size) if shape.size else source


def skip_to(source: Source, done: ResumePoint) -> Source:
    """What follows a place; times and indices are those in the whole."""
    info = source.info
    left = None if info.frames is None else max(info.frames - done.frames, 0)

    def change(frames: Iterator[Frame]) -> Iterator[Frame]:
        rest = (frame for frame in frames if frame.pts >= done.pts)
        for index, frame in enumerate(rest, done.frames):
            yield replace(frame, index=index)

    return TransformedSource(source, replace(info, frames=left), change)


def resized(source: Source, width: int, height: int) -> Source:
    """A source in another size. Pixels become oblong where only so the shown shape stays.

    Raises:
        DeviceError: frames of that size do not fit into memory.
    """
    info = source.info
    width = width or _even(height * info.width * info.pixel_aspect / info.height)
    height = height or _even(width * info.height / (info.width * info.pixel_aspect))
    need = IN_FLIGHT * 3 * width * height
    require_memory(f"{width}x{height}", need, free_memory(), "choose a smaller --size")
    aspect = info.pixel_aspect * Fraction(info.width * height, info.height * width)
    nearly_square = abs(aspect - 1) < Fraction(1, 100)  # rounding to whole pixels

    def change(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            yield frame.with_image(scaled(frame.image, width, height))

    aspect = Fraction(1) if nearly_square else aspect
    return TransformedSource(
        source, replace(info, width=width, height=height, pixel_aspect=aspect), change
    )


def _even(length: Fraction) -> int:
    return max(2 * round(length / 2), 2)


def fitted_size(shape: OutputShape, width: int, height: int) -> tuple[int, int]:
    """Return width and height of the result of an image; a side left open keeps the proportions.

    Raises:
        DeviceError: an image of that size does not fit into memory.
    """
    across, down = shape.size or (width, height)
    size = (across or round(down * width / height)), (down or round(across * height / width))
    across, down = max(1, size[0]), max(1, size[1])
    need = IN_FLIGHT * 3 * across * down
    require_memory(f"{across}x{down}", need, free_memory(), "choose a smaller --size")
    return across, down


def with_frame_rate(source: Source, rate: Fraction) -> Source:
    """A source at a constant rate: frames come twice or not at all, as their times demand."""
    info, total = source.info, source.info.frames
    frames = round(total * rate / info.rate) if total and info.rate else None
    changed = replace(info, rate=rate, time_base=1 / rate, base_rate=None, frames=frames)
    return TransformedSource(source, changed, lambda frames: _steady(frames, rate))


def _steady(frames: Iterator[Frame], rate: Fraction) -> Iterator[Frame]:
    shown: Frame | None = None
    index, length = 0, 1 / rate

    def until(moment: Fraction, frame: Frame) -> Iterator[Frame]:
        nonlocal index
        while index / rate < moment:
            yield replace(frame, index=index, pts=index / rate)
            index += 1

    for frame in frames:
        if shown:
            yield from until(frame.pts, shown)
            length = frame.pts - shown.pts
        shown = frame
    if shown:  # if nobody says how long the last one lasts: as long as the one before
        yield from until(shown.pts + (shown.duration or length), shown)


def painted(stylize: FrameStylizer, shape: OutputShape) -> FrameStylizer:
    """The style, with its result arranged as asked for."""
    if shape.render_scale != 1:
        stylize = _smaller(stylize, shape.render_scale)
    return _beside(stylize) if shape.side_by_side else stylize


def announced(info: StreamInfo, shape: OutputShape) -> StreamInfo:
    """What comes out of the style."""
    return replace(info, width=2 * info.width) if shape.side_by_side else info


def _smaller(stylize: FrameStylizer, scale: float) -> FrameStylizer:
    def style(frame: Frame) -> Frame:
        height, width = frame.image.shape[:2]
        small = scaled(frame.image, max(round(width * scale), 1), max(round(height * scale), 1))
        result = stylize(frame.with_image(small))
        return result.with_image(scaled(result.image, width, height))

    return style


def _beside(stylize: FrameStylizer) -> FrameStylizer:
    def style(frame: Frame) -> Frame:
        return frame.with_image(np.hstack([frame.image, stylize(frame).image]))

    return style


def scaled(image: Image, width: int, height: int) -> Image:
    """A picture in another size; every pixel counts when it shrinks."""
    if image.shape[:2] == (height, width):
        return image
    way = cv2.INTER_AREA if width * height < image.shape[0] * image.shape[1] else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)
