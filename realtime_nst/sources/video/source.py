"""A video file: every frame in order, upright, in the right colours, at its exact time."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Self

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.clean_aperture import aperture_notes
from realtime_nst.sources.video.container import rational
from realtime_nst.sources.video.conversion import FrameConverter, notes_of
from realtime_nst.sources.video.decoder import REPAIR, DecodedFrame, VideoDecoder


class VideoSource:
    """A video file; frames come in order, none is left out."""

    live = False

    def __init__(self, path: Path, reading: ReadOptions = ReadOptions()) -> None:  # noqa: B008  (frozen)
        self._path, self._options = path, reading
        self._film = VideoDecoder(path, reading)
        self._reading = False
        try:
            # Only a decoded frame tells the rotation and, with edit lists, the first pts.
            first = self._first()
            if first is None:
                hint = "check --start and --end" if self._where() else REPAIR
                raise SourceError(f"{path} has no frame that can be decoded{self._where()}", hint)
            self._moments = self._from(first)
            self._upright = FrameConverter(first.picture, first.pixel_aspect, reading.on_note)
            self.info = self._describe(first)
        except BaseException:
            self._film.close()
            raise

    def _where(self) -> str:
        part = self._options
        asked = part.start or part.end is not None
        return f" between {float(part.start):g} s and {part.end or 'its end'}" if asked else ""

    def __iter__(self) -> Iterator[Frame]:
        self._reading = True
        try:
            for index, moment in enumerate(self._moments):
                pts = moment.ticks * self._film.tick - self.info.start
                image = self._upright(moment.picture, moment.pixel_aspect, float(pts))
                length = moment.picture.duration
                shown = length * self._film.tick if length else None
                yield Frame(image, index, pts, perf_counter(), shown)
        finally:
            self._reading = False

    def _first(self) -> DecodedFrame | None:
        """The first frame of the part asked for."""
        first = next(iter(self._film), None)
        if first is None or self._options.has(self._film.since(first)):
            return first
        return next(self._part(self._film.seek(self._options.start)), None)

    def _from(self, first: DecodedFrame) -> Iterator[DecodedFrame]:
        """All of the part asked for, or what is still wanted of it."""
        if not self._options.resume:
            return self._part(chain([first], self._film))
        goal = self._film.since(first) + self._options.resume
        return self._part(self._behind(chain([first], self._film.seek(goal)), goal))

    def _part(self, moments: Iterator[DecodedFrame]) -> Iterator[DecodedFrame]:
        for moment in moments:
            seconds = self._film.since(moment)
            if self._options.is_over(seconds):
                return
            if self._options.has(seconds):
                yield moment

    def _behind(self, moments: Iterator[DecodedFrame], goal: Fraction) -> Iterator[DecodedFrame]:
        """From the last frame up to the goal on."""
        before = None
        for moment in moments:
            if before is not None and self._film.since(moment) > goal:
                yield before
            before = moment
        if before is not None:
            yield before

    def _describe(self, first: DecodedFrame) -> StreamInfo:
        film, asked = self._film, self._options
        width, height = first.picture.width, first.picture.height
        aspect = first.pixel_aspect
        if self._upright.turned:
            width, height, aspect = height, width, 1 / aspect
        origin = (film.origin or 0) * film.tick
        whole = not asked.start and asked.end is None
        end = None if asked.end is None else origin + asked.end
        return StreamInfo(
            self._path.name,
            width,
            height,
            film.rate,
            self._count(),
            path=None if film.is_pipe else self._path,
            file_size=film.length,
            start=first.ticks * film.tick,
            time_range=None if whole else (origin + asked.start, end),
            time_base=film.tick,
            base_rate=rational(film.stream.base_rate),
            pixels=first.picture.format.name,
            pixel_aspect=aspect,
            colours=self._upright.colours,
            stream_index=film.stream.index,
            notes=(
                *film.notes,
                *notes_of(first.picture),
                *aperture_notes(self._path, first.picture.width, first.picture.height),
            ),
        )

    def _count(self) -> int | None:
        """How many frames will come, as far as the header says."""
        film, asked = self._film, self._options
        if not asked.start and asked.end is None and film.frames:
            return film.frames
        if not (film.seconds and film.rate):
            return None
        end = film.seconds if asked.end is None else min(film.seconds, asked.end)
        return max(round((end - asked.start) * film.rate), 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Close the file, but not under a thread that hangs inside a read."""
        if not self._reading:
            self._film.close()
