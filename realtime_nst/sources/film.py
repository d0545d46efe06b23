"""What is coded in a video file: decoded frames in order, with their times."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from realtime_nst.errors import SourceError
from realtime_nst.pyav import file_url, open_input
from realtime_nst.sources.header import Promise, matroska_end, rational, seconds_of
from realtime_nst.sources.reading import Raw, Reading

PIPE = "-"
"""The name of standard input: a film comes in, in whatever FFmpeg recognizes as it comes."""
REPAIR = "ffmpeg -i BROKEN -c copy REPAIRED.mkv  # may save the part that is whole"
ENTERED = frozenset(
    (
        *("h264", "hevc", "vp8", "vp9", "av1", "mpeg1video", "mpeg2video", "mpeg4"),
        *("prores", "dnxhd", "mjpeg", "ffv1"),
    )
)
"""Codecs that mark where a decoder can begin. GIFs, for one, build each picture on the last one."""
INDEXED = ("mp4", "matroska", "avi", "mpegts")
"""Containers that say when each picture is shown. Of an MPEG programme stream FFmpeg guesses some
times, and guesses differently behind a jump."""
NEAR = 2
"""Seconds that are sooner decoded than jumped over."""
RUN_UP = (0, 10)
"""Seconds to jump short of the goal: some files lead a little too far."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A decoded frame."""

    ticks: int
    """Its time on the file's clock, in the file's unit."""
    picture: VideoFrame


class Film:
    """The first track of pictures in a file that is no cover. Iterated on one thread at a time."""

    def __init__(self, path: Path, reading: Reading) -> None:
        self._path, self._reading = path, reading
        self._pipe = str(path) == PIPE
        self.length = path.stat().st_size if path.is_file() else None
        """Bytes of the file as it was opened; what it grows by meanwhile is left out."""
        self.origin: int | None = None
        """The first frame's time in ticks; known once that was read."""
        self._open()

    def _open(self) -> None:
        raw, self._grew = self._reading.raw, False
        self._container = _open_pipe(raw) if raw and self._pipe else _open(self._path)
        try:
            self.stream = _picture_stream(self._path, self._container)
            self.stream.thread_type = "AUTO"
            self._promise = Promise(self._container, self.stream, lacking=self._lacks_bytes())
            self.tick = rational(self.stream.time_base) or Fraction(1, 90000)
            self._moments = self._timed(self._decode())
        except BaseException:
            self._container.close()
            raise

    def _lacks_bytes(self) -> bool:
        """Whether a file ends before it says it does."""
        if self.length is None or "matroska" not in self._container.format.name:
            return False
        return self.length < (matroska_end(self._path) or 0)

    @property
    def rate(self) -> Fraction | None:
        """Average frames per second."""
        return rational(self.stream.average_rate) or rational(self.stream.guessed_rate)

    @property
    def seconds(self) -> Fraction | None:
        """How long it is, as far as the header says."""
        duration = self.stream.duration
        return duration * self.tick if duration else seconds_of(self._container)

    def __iter__(self) -> Iterator[Moment]:
        """All that was not read yet."""
        return self._moments

    def since(self, moment: Moment) -> Fraction:
        """Seconds after the first frame, which was read."""
        return (moment.ticks - (self.origin or 0)) * self.tick

    def entered(self, seconds: Fraction) -> Iterator[Moment]:
        """All from a moment on, and something of what lies before: the last frame up to there.

        Args:
            seconds: after the first frame, which was read; not before what was read last.
        """
        if seconds > NEAR and not self._pipe and self._can_jump() and not self._jumped_to(seconds):
            self.close()
            self._open()
        return self._moments

    def _can_jump(self) -> bool:
        kind = self._container.format.name
        known = any(name in kind for name in INDEXED)
        return known and self.stream.codec_context.codec.canonical_name in ENTERED

    def _jumped_to(self, seconds: Fraction) -> bool:
        goal = (self.origin or 0) + int(seconds / self.tick)
        return any(self._jump(goal - int(run_up / self.tick), goal) for run_up in RUN_UP)

    def _jump(self, place: int, goal: int) -> bool:
        """Go on with a frame up to the goal that needs none before it, if there is one."""
        try:
            self._container.seek(place, stream=self.stream)
        except av.FFmpegError:
            return False
        self._promise.jumped()
        moments = self._timed(self._decode())
        for moment in moments:
            if moment.picture.pts is None or moment.ticks > goal:
                return False
            if moment.picture.key_frame:
                self._moments = chain([moment], moments)
                return True
        return False

    def _timed(self, pictures: Iterator[VideoFrame]) -> Iterator[Moment]:
        """Frames with their times, which rise."""
        ticks: int | None = None
        for picture in pictures:
            if picture.pts is None:
                ticks = 0 if ticks is None else ticks + self._gap()
            else:
                # Broken files repeat a time; the encoder behind us needs it to rise.
                ticks = picture.pts if ticks is None else max(picture.pts, ticks + 1)
            self.origin = ticks if self.origin is None else self.origin
            yield Moment(ticks, picture)

    def _gap(self) -> int:
        """Ticks to the next frame where the file does not say (old AVI files)."""
        return round(1 / (self.rate or Fraction(25)) / self.tick)

    def _decode(self) -> Iterator[VideoFrame]:
        """All frames; what is damaged is an error, or is told and left out."""
        for packet in self._packets():
            self._promise.kept(packet)
            if packet.is_corrupt:
                self._trouble("breaks off")
            if packet.stream is self.stream:
                yield from self._frames(packet)
        if self._grew:
            yield from self._frames(None)  # what the decoder still holds
        if self._promise.broken():
            self._trouble("breaks off")

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        packets = self._container.demux(self.stream, *self._container.streams.audio)
        try:
            for packet in cast("Iterator[Packet[VideoStream]]", packets):
                if self.length and packet.pos is not None and packet.pos >= self.length:
                    self._grew = True
                    behind = f"behind {self._promise.seconds:.1f} s"
                    self._reading.on_trouble(f"what {self._path} grew by meanwhile, {behind}")
                    return
                yield packet
        except av.FFmpegError as error:
            self._trouble(f"cannot be read any more ({error.strerror})")

    def _frames(self, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
        try:
            return self.stream.decode(packet)
        except av.FFmpegError as error:
            self._trouble(f"is damaged ({error.strerror})")
            return []

    def _trouble(self, what: str) -> None:
        message = f"{self._path} {what} after {self._promise.seconds:.1f} s"
        if not self._reading.skip_broken:
            raise SourceError(message, f"--on-error skip leaves it out; or repair: {REPAIR}")
        self._reading.on_trouble(message)

    def close(self) -> None:
        """Close the file."""
        self._container.close()


def _open(path: Path) -> InputContainer:
    try:
        return open_input("pipe:0" if str(path) == PIPE else file_url(path))
    except av.FileNotFoundError as error:
        raise SourceError(f"there is no {path}", "check the path") from error
    except av.PermissionError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}", f"chmod u+r {path}") from error
    except av.FFmpegError as error:
        message = f"{path} is not a video that can be read: {error.strerror}"
        raise SourceError(message, "videos are e.g. .mp4, .mkv, .mov, .webm or .avi") from error


def _open_pipe(raw: Raw) -> InputContainer:
    told = {"pixel_format": raw.pixels, "framerate": str(raw.rate)}
    try:
        options = {**told, "video_size": f"{raw.width}x{raw.height}"}
        return open_input("pipe:0", format="rawvideo", options=options)
    except av.FFmpegError as error:
        message = f"the pipe cannot be read as {raw.pixels}: {error.strerror}"
        raise SourceError(message, "ffmpeg -pix_fmts lists what --pix-fmt takes") from error


def _picture_stream(path: Path, container: InputContainer) -> VideoStream:
    """The first video stream that is no cover picture."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    raise SourceError(f"{path} has no video in it, only sound", "choose another file")
