"""Preview a conversion: some stylized frames next to the input, and how long it will take."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from realtime_nst.convert.converter import RunCallbacks, convert
from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.transforms import scaled, transform
from realtime_nst.convert.video_stylizer import video_stylizer
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.sinks.video.codecs import PIPE
from realtime_nst.sources import open_source
from realtime_nst.stages import no_op
from realtime_nst.stats import StageTimer
from realtime_nst.stylize.timeline import Timeline

PLACES = (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10))
"""Where the frames are taken: start, middle and end, as shares of the duration."""
AROUND = (Fraction(0), Fraction(-1, 20), Fraction(1, 20))
"""Where else to look for a frame that shows something, as shares of the duration."""
ENOUGH_CONTRAST = 20.0
"""Standard deviation of the brightness above which a frame is no fade, and is taken at once."""
CELL = 960
"""Largest width and height of a frame in the preview, in pixels."""
GAP = 8
"""Pixels between frames."""
MEASURED_FRAMES, MEASURED_SECONDS = 40, 10
"""After how many frames, or seconds, the measurement ends, whichever comes first."""
WARM_UP = 5
"""Frames before the measurement begins."""
LEAST_FRAMES = 8
"""Number of frames that the measurement needs, however long they take."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a conversion will look like, and how long it will take."""

    image: Image
    """Stylized frames on the left, the frames of the input on the right."""
    times: tuple[float, ...]
    """Second of each frame, from the top."""
    seconds: float | None
    """Estimated duration of the conversion; None if it cannot be estimated."""
    fps: float
    """Frames per second that were measured; 0 for a video that is too short."""
    frames: int | None
    """Number of frames to convert, if known."""


def preview(job: Job, options: ConversionOptions, timeline: Timeline) -> Preview:
    """Stylize a few frames of a video, and convert a piece of it to measure the speed.

    Args:
        job: the video, and the result that the conversion would write.
        options: how to convert it.
        timeline: the styles.

    Raises:
        SourceError: the video cannot be read.
        SinkError: the result could not be written.
    """
    quiet = replace(options.reading, on_note=no_op, on_skip=no_op)
    options = replace(options, reading=quiet, resume=False)
    info, frames = preview_frames(job.source, options)
    rows = [(_stylized(frame, options, timeline), frame.image) for frame in frames]
    fps = measure_fps(job, options, timeline, frames[len(frames) // 2].pts)
    return Preview(
        contact_rows(rows),
        tuple(float(frame.pts) for frame in frames),
        info.frames / fps if info.frames and fps else None,
        fps,
        info.frames,
    )


def _stylized(frame: Frame, options: ConversionOptions, timeline: Timeline) -> Image:
    """Return a stylized frame, which no other frame has an influence on."""
    shape = replace(options.shape, side_by_side=False)
    alone = replace(options, shape=shape, stabilization=0.0)
    return video_stylizer(timeline, alone, StageTimer())(frame).image


def preview_frames(path: Path, options: ConversionOptions) -> tuple[StreamInfo, list[Frame]]:
    """Return frames of the start, the middle and the end, in the size of the result.

    A frame without contrast, as in a fade, is replaced by one nearby. The ``pts`` of a frame
    counts from the beginning of the result.

    Raises:
        SourceError: the video cannot be read.
    """
    with transform(open_source(path, options.reading), options.shape) as source:
        info = source.info
        first = next(iter(source))
    length = _seconds(info)
    near = [_frame_near(path, options, place, length) for place in PLACES if length]
    found = {frame.pts: frame for frame in near if frame}
    return info, list(found.values()) or [first]


def _frame_near(
    path: Path, options: ConversionOptions, place: Fraction, length: Fraction
) -> Frame | None:
    """Return a frame with contrast near a place; None if there is no frame."""
    best: Frame | None = None
    for offset in AROUND:
        frame = _frame_at(path, options, (place + offset) * length)
        if frame is None:
            continue
        if best is None or _contrast(frame) > _contrast(best):
            best = frame
        if _contrast(best) >= ENOUGH_CONTRAST:
            break
    return best


def _frame_at(path: Path, options: ConversionOptions, time: Fraction) -> Frame | None:
    """Return the first frame from a time on; None if there is none."""
    reading = replace(options.reading, start=options.reading.start + time)
    try:
        with transform(open_source(path, reading), options.shape) as source:
            frame = next(iter(source), None)
    except SourceError:  # the header announces more than there is
        return None
    return frame and replace(frame, pts=frame.pts + time)


def _contrast(frame: Frame) -> float:
    return float(cv2.cvtColor(scaled(frame.image, 64, 64), cv2.COLOR_BGR2GRAY).std())


def contact_rows(rows: Sequence[tuple[Image, Image]]) -> Image:
    """Return pairs of images side by side, one pair below the other, on black."""
    height, width = rows[0][0].shape[:2]
    shrink = min(1.0, CELL / max(height, width))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    column = np.zeros((size[1], GAP, 3), np.uint8)
    lines = [np.hstack([scaled(left, *size), column, scaled(right, *size)]) for left, right in rows]
    gap = np.zeros((GAP, lines[0].shape[1], 3), np.uint8)
    parts = [part for line in lines for part in (line, gap)][:-1]
    return np.ascontiguousarray(np.vstack(parts), np.uint8)


def measure_fps(job: Job, options: ConversionOptions, timeline: Timeline, time: Fraction) -> float:
    """Return the frames per second of a real conversion of a piece; 0 if it is too short.

    Args:
        job: the video, and the result, whose format is measured.
        options: how to convert it.
        timeline: the styles.
        time: where the piece begins, in seconds after the beginning of the result.
    """
    begin = options.reading.start + time
    end = begin + MEASURED_SECONDS
    end = end if options.reading.end is None else min(end, options.reading.end)
    options = replace(options, reading=replace(options.reading, start=begin, end=end))
    times: list[float] = []

    def enough() -> bool:
        is_late = times and perf_counter() - times[0] > MEASURED_SECONDS
        return len(times) >= (LEAST_FRAMES if is_late else MEASURED_FRAMES)

    @contextmanager
    def running(_info: StreamInfo) -> Iterator[RunCallbacks]:
        yield RunCallbacks(lambda _frame: times.append(perf_counter()), stopped=enough)

    with tempfile.TemporaryDirectory() as folder:
        name = "piece.y4m" if str(job.result) == PIPE else job.result.name
        convert(Job(job.source, Path(folder, name)), options, timeline, running=running)
    if len(times) < LEAST_FRAMES:
        return 0.0
    return (len(times) - 1 - WARM_UP) / (perf_counter() - times[WARM_UP])


def _seconds(info: StreamInfo) -> Fraction:
    """Return the duration of a stream; 0 if it is unknown."""
    return Fraction(info.frames or 0) / info.rate if info.rate else Fraction(0)
