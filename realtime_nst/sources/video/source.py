"""Video source: every frame in order, upright, color-converted, with its exact timestamp."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from time import perf_counter

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.clean_aperture import aperture_notes
from realtime_nst.sources.video.container import rational
from realtime_nst.sources.video.conversion import FrameConverter, notes_of
from realtime_nst.sources.video.decoder import REPAIR, DecodedFrame, VideoDecoder


class VideoSource(Closing):
    """A video file or pipe; all frames in order.

    Args:
        path: the file, or ``-`` for standard input.
        reading: which part to read, and how.

    Raises:
        SourceError: the video cannot be read, or has no frame in the requested part.
    """

    live = False

    def __init__(self, path: Path, reading: ReadOptions = ReadOptions()) -> None:  # noqa: B008  (frozen)
        self._path, self._options = path, reading
        self._decoder = VideoDecoder(path, reading)
        self._reading = False
        try:
            # Only a decoded frame has the rotation and, with edit lists, the first pts.
            first = self._first()
            if first is None:
                hint = "check --start and --end" if self._where() else REPAIR
                message = f"cannot decode any frame of {path}{self._where()}"
                raise SourceError(message, hint)
            self._frames = self._from(first)
            self._convert = FrameConverter(first.video_frame, first.pixel_aspect, reading.on_note)
            self.info = self._describe(first)
        except BaseException:
            self._decoder.close()
            raise

    def _where(self) -> str:
        part = self._options
        is_part = part.start or part.end is not None
        return f" between {float(part.start):g} s and {part.end or 'the end'}" if is_part else ""

    def __iter__(self) -> Iterator[Frame]:
        self._reading = True
        try:
            for index, frame in enumerate(self._frames):
                pts = frame.ticks * self._decoder.tick - self.info.start
                image = self._convert(frame.video_frame, frame.pixel_aspect, float(pts))
                ticks = frame.video_frame.duration
                duration = ticks * self._decoder.tick if ticks else None
                yield Frame(image, index, pts, perf_counter(), duration)
        finally:
            self._reading = False

    def _first(self) -> DecodedFrame | None:
        """Return the first frame of the requested part."""
        first = next(iter(self._decoder), None)
        if first is None or self._options.has(self._decoder.since(first)):
            return first
        return next(self._part(self._decoder.seek(self._options.start)), None)

    def _from(self, first: DecodedFrame) -> Iterator[DecodedFrame]:
        """Return the frames of the requested part that are still to be processed."""
        if not self._options.resume:
            return self._part(chain([first], self._decoder))
        goal = self._decoder.since(first) + self._options.resume
        return self._part(self._from_last_before(chain([first], self._decoder.seek(goal)), goal))

    def _part(self, frames: Iterator[DecodedFrame]) -> Iterator[DecodedFrame]:
        for frame in frames:
            seconds = self._decoder.since(frame)
            if self._options.is_over(seconds):
                return
            if self._options.has(seconds):
                yield frame

    def _from_last_before(
        self, frames: Iterator[DecodedFrame], goal: Fraction
    ) -> Iterator[DecodedFrame]:
        """Yield the last frame up to a time, and all later ones."""
        before = None
        for frame in frames:
            if before is not None and self._decoder.since(frame) > goal:
                yield before
            before = frame
        if before is not None:
            yield before

    def _describe(self, first: DecodedFrame) -> StreamInfo:
        decoder, options = self._decoder, self._options
        width, height = first.video_frame.width, first.video_frame.height
        aspect = first.pixel_aspect
        if self._convert.is_transposed:
            width, height, aspect = height, width, 1 / aspect
        origin = (decoder.origin or 0) * decoder.tick
        whole = not options.start and options.end is None
        end = None if options.end is None else origin + options.end
        return StreamInfo(
            self._path.name,
            width,
            height,
            decoder.rate,
            self._count(),
            path=None if decoder.is_pipe else self._path,
            file_size=decoder.length,
            start=first.ticks * decoder.tick,
            time_range=None if whole else (origin + options.start, end),
            time_base=decoder.tick,
            base_rate=rational(decoder.stream.base_rate),
            pixels=first.video_frame.format.name,
            pixel_aspect=aspect,
            colours=self._convert.colors,
            stream_index=decoder.stream.index,
            notes=(
                *decoder.notes,
                *notes_of(first.video_frame),
                *aperture_notes(self._path, first.video_frame.width, first.video_frame.height),
            ),
        )

    def _count(self) -> int | None:
        """Return the number of frames to expect, if the header has enough information."""
        decoder, options = self._decoder, self._options
        if not options.start and options.end is None and decoder.frames:
            return decoder.frames
        if not (decoder.seconds and decoder.rate):
            return None
        end = decoder.seconds if options.end is None else min(decoder.seconds, options.end)
        return max(round((end - options.start) * decoder.rate), 0)

    def close(self) -> None:
        """Close the file, but not under a thread that hangs inside a read."""
        if not self._reading:
            self._decoder.close()
