"""A video file: every frame in order, upright, in the right colours, at its exact time."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sources.picture import Upright, notes_of

REPAIR = "ffmpeg -i BROKEN -c copy REPAIRED.mkv  # may save the part that is whole"


class VideoSource:
    """A video file; frames come in order, none is left out."""

    live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container = _open(path)
        self._reading = False
        try:
            self._stream = _picture_stream(path, self._container)
            self._stream.thread_type = "AUTO"
            self._decoded = self._decode()
            # Only a decoded frame tells the rotation and, with edit lists, the first pts.
            self._first = next(self._decoded, None)
            if self._first is None:
                raise SourceError(f"{path} has no frame that can be decoded", REPAIR)
            self._upright = Upright(self._first)
            self.info = self._describe(self._first)
        except BaseException:
            self._container.close()
            raise

    def __iter__(self) -> Iterator[Frame]:
        self._reading = True
        try:
            yield from self._read()
        finally:
            self._reading = False

    def _read(self) -> Iterator[Frame]:
        tick, start = self.info.tick or Fraction(1), None
        ticks = 0
        for index, decoded in enumerate(self._all()):
            pts = ticks + self._gap() if decoded.pts is None else decoded.pts
            start = pts if start is None else start
            # Broken files repeat a time; the encoder behind us needs it to rise.
            ticks = pts if index == 0 else max(pts, ticks + 1)
            yield Frame(self._upright(decoded), index, (ticks - start) * tick, perf_counter())

    def _all(self) -> Iterator[VideoFrame]:
        if self._first is not None:
            yield self._first
        self._first = None
        yield from self._decoded

    def _gap(self) -> int:
        """Ticks to the next frame where the file does not say (old AVI files)."""
        return round(1 / (self.info.rate or Fraction(25)) / (self.info.tick or 1))

    def _decode(self) -> Iterator[VideoFrame]:
        end = 0.0
        sound = self._container.streams.audio
        try:
            for packet in self._container.demux(self._stream, *sound):
                if packet.is_corrupt:
                    raise SourceError(f"{self._path} breaks off after {end:.1f} s", REPAIR)
                if packet.pts is not None and packet.time_base:
                    end = max(end, float(packet.pts * packet.time_base))
                if packet.stream is self._stream:
                    yield from self._stream.decode(packet)
        except av.FFmpegError as error:
            message = f"{self._path} is damaged after {end:.1f} s: {error.strerror}"
            raise SourceError(message, REPAIR) from error
        if end < self._promised() - 1:
            raise SourceError(f"{self._path} breaks off after {end:.1f} s", REPAIR)

    def _promised(self) -> float:
        """Seconds the header speaks of, where a file that is cut off ends as if all were well."""
        kind = self._container.format.name
        if "matroska" in kind:
            return float(_seconds(self._container) or 0)
        tick = _fraction(self._stream.time_base) or 0
        return float(self._stream.frames * tick) if kind == "avi" else 0.0

    def _describe(self, first: VideoFrame) -> StreamInfo:
        stream = self._stream
        width, height = first.width, first.height
        aspect = _fraction(stream.sample_aspect_ratio) or Fraction(1)
        if self._upright.turned:
            width, height, aspect = height, width, 1 / aspect
        rate = _fraction(stream.average_rate) or _fraction(stream.guessed_rate)
        tick = _fraction(stream.time_base) or Fraction(1, 90000)
        seconds = stream.duration * tick if stream.duration else _seconds(self._container)
        return StreamInfo(
            self._path.name,
            width,
            height,
            rate,
            stream.frames or (round(seconds * rate) if seconds and rate else None),
            path=self._path,
            start=(first.pts or 0) * tick,
            tick=tick,
            pixel_aspect=aspect,
            colours=self._upright.colours,
            track=stream.index,
            notes=tuple(notes_of(first)),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, but not under a thread that hangs inside a read."""
        if not self._reading:
            self._container.close()


def _open(path: Path) -> InputContainer:
    try:
        return av.open(str(path))
    except av.FileNotFoundError as error:
        raise SourceError(f"there is no {path}", "check the path") from error
    except av.FFmpegError as error:
        message = f"{path} is not a video that can be read: {error.strerror}"
        raise SourceError(message, "videos are e.g. .mp4, .mkv, .mov, .webm or .avi") from error


def _picture_stream(path: Path, container: InputContainer) -> VideoStream:
    """The first video stream that is no cover picture."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    raise SourceError(f"{path} has no video in it, only sound", "choose another file")


def _seconds(container: InputContainer) -> Fraction | None:
    return Fraction(container.duration, av.time_base) if container.duration else None


def _fraction(value: Any) -> Fraction | None:
    """PyAV 19 has its own rational numbers; what is unknown is None or, there, 0/0."""
    return Fraction(value.numerator, value.denominator) if value else None
