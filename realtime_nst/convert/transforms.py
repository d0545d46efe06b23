"""Change the size and the frame rate of a source, and how the stylized frames are arranged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
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
from realtime_nst.stylize.controls import StyleControls, with_controls, with_stroke_size

IN_FLIGHT = 12
"""Number of frames in memory at once: in the queues, and in each stage."""


@dataclass(frozen=True, slots=True)
class OutputShape:
    """Size, frame rate, arrangement, stylized area and style controls of a result."""

    size: tuple[int, int] | None = None
    """Width and height of the frames; None keeps them. 0 for one of them keeps the aspect ratio,
    with an even length, since most encoders share one color between two pixels."""
    rate: Fraction | None = None
    """Constant frame rate; None keeps the timestamps."""
    render_scale: float = 1.0
    """Size to stylize at, relative to the result's; smaller is faster and coarser."""
    side_by_side: bool = False
    """Whether the input is shown to the left of the stylized frame."""
    mask: str | None = None
    """Area to stylize: ``person`` or ``background``; None stylizes all of a frame."""
    controls: StyleControls = field(default_factory=StyleControls)
    """Strength, colors, palette and stroke size."""


class TransformedSource:
    """A source whose frames pass through a function.

    Args:
        source: the opened source.
        info: the stream after the function.
        change: from the frames of the source to those of this one.
    """

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
        """Close the wrapped source."""
        self._source.__exit__(kind, error, trace)


def transform(source: Source, shape: OutputShape, done: ResumePoint | None = None) -> Source:
    """Return a source in the requested size and frame rate.

    Args:
        source: the opened source.
        shape: what is requested.
        done: the point to resume from; the frames before it are left out.
    """
    if shape.rate:
        source = with_frame_rate(source, shape.rate)
    if done:
        source = skip_to(source, done)
    return resized(source, *shape.size) if shape.size else source


def skip_to(source: Source, done: ResumePoint) -> Source:
    """Return a source without the frames before a point; timestamps and indices do not change."""
    info = source.info
    left = None if info.frames is None else max(info.frames - done.frames, 0)

    def change(frames: Iterator[Frame]) -> Iterator[Frame]:
        rest = (frame for frame in frames if frame.pts >= done.pts)
        for index, frame in enumerate(rest, done.frames):
            yield replace(frame, index=index)

    return TransformedSource(source, replace(info, frames=left), change)


def resized(source: Source, width: int, height: int) -> Source:
    """Return a source in another size.

    The pixel aspect ratio changes where that is needed to keep the displayed shape.


    Raises:
        DeviceError: frames of that size do not fit into memory.
    """
    info = source.info
    width = width or _even(height * info.width * info.pixel_aspect / info.height)
    height = height or _even(width * info.height / (info.width * info.pixel_aspect))
    need = IN_FLIGHT * 3 * width * height
    require_memory(f"{width}x{height}", need, free_memory(), "choose a smaller --size")
    aspect = info.pixel_aspect * Fraction(info.width * height, info.height * width)
    is_square = abs(aspect - 1) < Fraction(1, 100)  # rounding to whole pixels

    def change(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            yield frame.with_image(scaled(frame.image, width, height))

    aspect = Fraction(1) if is_square else aspect
    return TransformedSource(
        source, replace(info, width=width, height=height, pixel_aspect=aspect), change
    )


def _even(length: Fraction) -> int:
    return max(2 * round(length / 2), 2)


def fitted_size(shape: OutputShape, width: int, height: int) -> tuple[int, int]:
    """Return width and height of a stylized image; 0 for one of them keeps the aspect ratio.

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
    """Return a source at a constant rate: frames are repeated or dropped by their timestamps."""
    info, total = source.info, source.info.frames
    frames = round(total * rate / info.rate) if total and info.rate else None
    changed = replace(info, rate=rate, time_base=1 / rate, base_rate=None, frames=frames)
    return TransformedSource(source, changed, lambda frames: _steady(frames, rate))


def _steady(frames: Iterator[Frame], rate: Fraction) -> Iterator[Frame]:
    shown: Frame | None = None
    index, length = 0, 1 / rate

    def until(end: Fraction, frame: Frame) -> Iterator[Frame]:
        nonlocal index
        while index / rate < end:
            yield replace(frame, index=index, pts=index / rate)
            index += 1

    for frame in frames:
        if shown:
            yield from until(frame.pts, shown)
            length = frame.pts - shown.pts
        shown = frame
    if shown:  # without a duration, the last frame lasts as long as the one before
        yield from until(shown.pts + (shown.duration or length), shown)


def at_scale(stylize: FrameStylizer, shape: OutputShape) -> FrameStylizer:
    """Return a stylizer that works at the requested scale and keeps the size of its frames.

    Larger strokes are painted at that scale; all other controls apply to the whole frame.
    """
    controls, scale = shape.controls, shape.render_scale
    stylize = with_stroke_size(stylize, controls.stroke_size)
    return with_controls(stylize if scale == 1 else _at_scale(stylize, scale), controls, scale)


def arrange_output(stylize: FrameStylizer, shape: OutputShape) -> FrameStylizer:
    """Return a stylizer whose frames are arranged as requested."""
    return _side_by_side(stylize) if shape.side_by_side else stylize


def output_info(info: StreamInfo, shape: OutputShape) -> StreamInfo:
    """Return the stream that ``arrange_output`` gives."""
    return replace(info, width=2 * info.width) if shape.side_by_side else info


def _at_scale(stylize: FrameStylizer, scale: float) -> FrameStylizer:
    def scaled_down(frame: Frame) -> Frame:
        height, width = frame.image.shape[:2]
        small = scaled(frame.image, max(round(width * scale), 1), max(round(height * scale), 1))
        result = stylize(frame.with_image(small))
        return result.with_image(scaled(result.image, width, height))

    return scaled_down


def _side_by_side(stylize: FrameStylizer) -> FrameStylizer:
    def combined(frame: Frame) -> Frame:
        return frame.with_image(np.hstack([frame.image, stylize(frame).image]))

    return combined


def scaled(image: Image, width: int, height: int) -> Image:
    """Return an image in another size, averaged over areas where it shrinks."""
    if image.shape[:2] == (height, width):
        return image
    method = cv2.INTER_AREA if width * height < image.shape[0] * image.shape[1] else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(image, (width, height), interpolation=method), np.uint8)
