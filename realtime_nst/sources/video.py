"""A video file: every frame in order, upright, in the right colours, at its exact time."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self, cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sources.header import Promise, rational, seconds_of
from realtime_nst.sources.picture import Upright, notes_of
from realtime_nst.sources.reading import Reading

PIPE = "-"
"""The name of standard input: a film comes in, in whatever FFmpeg recognizes as it comes."""
REPAIR = "ffmpeg -i BROKEN -c copy REPAIRED.mkv  # may save the part that is whole"


class VideoSource:
    """A video file; frames come in order, none is left out."""

    live = False

    def __init__(self, path: Path, reading: Reading = Reading()) -> None:  # noqa: B008
        self._path, self._options = path, reading
        self._container = _open(path)
        self._reading = False
        self._origin = 0  # the first frame's time in ticks
        try:
            self._stream = _picture_stream(path, self._container)
            self._stream.thread_type = "AUTO"
            self._promise = Promise(self._container, self._stream)
            self._tick = rational(self._stream.time_base) or Fraction(1, 90000)
            self._moments = self._wanted(self._timed(self._decode()))
            # Only a decoded frame tells the rotation and, with edit lists, the first pts.
            self._first = next(self._moments, None)
            if self._first is None:
                raise SourceError(f"{path} has no frame that can be decoded{self._where()}", REPAIR)
            self._upright = Upright(self._first[1])
            self.info = self._describe(*self._first)
        except BaseException:
            self._container.close()
            raise

    def _where(self) -> str:
        part = self._options
        asked = part.start or part.end is not None
        return f" between {float(part.start):g} s and {part.end or 'its end'}" if asked else ""

    def __iter__(self) -> Iterator[Frame]:
        self._reading = True
        try:
            for index, (ticks, decoded) in enumerate(self._all()):
                pts = ticks * self._tick - self.info.start
                yield Frame(self._upright(decoded), index, pts, perf_counter())
        finally:
            self._reading = False

    def _all(self) -> Iterator[tuple[int, VideoFrame]]:
        if self._first is not None:
            yield self._first
        self._first = None
        yield from self._moments

    def _wanted(
        self, moments: Iterator[tuple[int, VideoFrame]]
    ) -> Iterator[tuple[int, VideoFrame]]:
        """The part asked for. All before it is decoded, since some files cannot be entered in the
        middle; it costs little beside painting.
        """
        for ticks, decoded in moments:
            seconds = (ticks - self._origin) * self._tick
            if self._options.is_over(seconds):
                return
            if self._options.has(seconds):
                yield ticks, decoded

    def _timed(self, frames: Iterator[VideoFrame]) -> Iterator[tuple[int, VideoFrame]]:
        """Frames with their times in ticks of the file, which rise."""
        ticks = 0
        for index, decoded in enumerate(frames):
            pts = ticks + self._gap() if decoded.pts is None else decoded.pts
            # Broken files repeat a time; the encoder behind us needs it to rise.
            ticks = pts if index == 0 else max(pts, ticks + 1)
            self._origin = ticks if index == 0 else self._origin
            yield ticks, decoded

    def _gap(self) -> int:
        """Ticks to the next frame where the file does not say (old AVI files)."""
        return round(1 / (self._rate() or Fraction(25)) / self._tick)

    def _rate(self) -> Fraction | None:
        return rational(self._stream.average_rate) or rational(self._stream.guessed_rate)

    def _decode(self) -> Iterator[VideoFrame]:
        """All frames; what is damaged is an error, or is told and left out."""
        for packet in self._packets():
            self._promise.kept(packet)
            if packet.is_corrupt:
                self._trouble("breaks off")
            if packet.stream is self._stream:
                yield from self._frames(packet)
        if self._promise.broken():
            self._trouble("breaks off")

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        packets = self._container.demux(self._stream, *self._container.streams.audio)
        try:
            yield from cast("Iterator[Packet[VideoStream]]", packets)
        except av.FFmpegError as error:
            self._trouble(f"cannot be read any more ({error.strerror})")

    def _frames(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        try:
            return self._stream.decode(packet)
        except av.FFmpegError as error:
            self._trouble(f"is damaged ({error.strerror})")
            return []

    def _trouble(self, what: str) -> None:
        message = f"{self._path} {what} after {self._promise.seconds:.1f} s"
        if not self._options.skip_broken:
            raise SourceError(message, f"--on-error skip leaves it out; or repair: {REPAIR}")
        self._options.on_trouble(message)

    def _describe(self, ticks: int, first: VideoFrame) -> StreamInfo:
        stream, asked = self._stream, self._options
        width, height = first.width, first.height
        aspect = rational(stream.sample_aspect_ratio) or Fraction(1)
        if self._upright.turned:
            width, height, aspect = height, width, 1 / aspect
        origin = self._origin * self._tick
        whole = not asked.start and asked.end is None
        end = None if asked.end is None else origin + asked.end
        return StreamInfo(
            self._path.name,
            width,
            height,
            self._rate(),
            self._count(),
            path=None if str(self._path) == PIPE else self._path,
            start=ticks * self._tick,
            part=None if whole else (origin + asked.start, end),
            tick=self._tick,
            pixel_aspect=aspect,
            colours=self._upright.colours,
            track=stream.index,
            notes=tuple(notes_of(first)),
        )

    def _count(self) -> int | None:
        """How many frames will come, as far as the header says."""
        rate, asked = self._rate(), self._options
        duration = self._stream.duration
        seconds = duration * self._tick if duration else seconds_of(self._container)
        if not asked.start and asked.end is None and self._stream.frames:
            return self._stream.frames
        if not (seconds and rate):
            return None
        end = seconds if asked.end is None else min(seconds, asked.end)
        return max(round((end - asked.start) * rate), 0)

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
        # Old AVI files have titles in whatever letters their makers used.
        return av.open("pipe:0" if str(path) == PIPE else str(path), metadata_errors="replace")
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
