"""What is coded in a video file: decoded frames in order, with their times."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import cast

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from realtime_nst.errors import SourceError
from realtime_nst.rising_clock import RisingClock
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.container import (
    TruncationCheck,
    frames_of,
    matroska_end,
    rate_of,
    rational,
    seconds_of,
    speed_of,
)
from realtime_nst.sources.video.opening import (
    choose_stream,
    is_pipe,
    left_in_pipe,
    length_of,
    open_video,
)
from realtime_nst.sources.video.stream_decoder import Decoder, Timed

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

SUSPECTED_PACKETS = 2
"""Packets behind one that may be damaged, in which a new clock may begin and explain it."""


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """A decoded frame."""

    ticks: int
    """Its time on the file's clock, in the file's unit."""
    picture: VideoFrame
    pixel_aspect: Fraction
    """Width of a pixel by its height, as the file has it here."""


class VideoDecoder:
    """The main track of pictures in a file. Iterated on one thread at a time."""

    def __init__(self, path: Path, reading: ReadOptions) -> None:
        self._path, self._reading = path, reading
        self.is_pipe = is_pipe(path)
        """Whether it can be read only once."""
        self.origin: int | None = None
        """The first frame's time in ticks; known once that was read."""
        self._joined = False
        self._open()

    def _open(self) -> None:
        self._grew = False
        self._container = open_video(self._path, self._reading.raw)
        try:
            self.length = length_of(self._path, self._container)
            """Bytes of the file as it was opened; what it grows by meanwhile is left out."""
            self.stream = choose_stream(self._path, self._container)
            self._decoder = Decoder(self._container, self.stream)
            self._promise = TruncationCheck(
                self._container, self.stream, lacking=self._lacks_bytes()
            )
            tick = rational(self.stream.time_base) or Fraction(1, 90000)
            self.tick = tick / speed_of(self._container, self.stream)
            self._clock = self._new_clock()
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
        return rate_of(self._container, self.stream)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not read, a line each."""
        left = left_in_pipe(self._container, self.stream) if self.is_pipe else None
        return (left,) if left else ()

    @property
    def frames(self) -> int:
        """Number of frames, as far as the header says; else 0."""
        return frames_of(self._container, self.stream)

    @property
    def seconds(self) -> Fraction | None:
        """How long it is, as far as the header says."""
        duration = self.stream.duration
        return duration * self.tick if duration else seconds_of(self._container)

    def __iter__(self) -> Iterator[DecodedFrame]:
        """All that was not read yet."""
        return self._moments

    def since(self, moment: DecodedFrame) -> Fraction:
        """Seconds after the first frame, which was read."""
        return (moment.ticks - (self.origin or 0)) * self.tick

    def seek(self, seconds: Fraction) -> Iterator[DecodedFrame]:
        """All from a moment on, and something of what lies before: the last frame up to there.

        Args:
            seconds: after the first frame, which was read; not before what was read last.
        """
        near = seconds <= NEAR or self.is_pipe
        if not near and self._can_jump(seconds) and not self._jumped_to(seconds):
            self.close()
            self._open()
        return self._moments

    def _can_jump(self, seconds: Fraction) -> bool:
        kind = self._container.format.name
        known = any(name in kind for name in INDEXED) and not self._decoder.sorts
        known = known and self.stream.codec_context.codec.canonical_name in ENTERED
        return known and not (self._clock.is_needed and self._restarts_before(seconds))

    def _restarts_before(self, seconds: Fraction) -> bool:
        """Return whether no time stamp tells where a moment lies; all up to there is read."""
        goal = (self.origin or 0) + int(seconds / self.tick)
        with open_video(self._path, None) as file, suppress(av.FFmpegError):
            stream = file.streams[self.stream.index]
            clock = RisingClock(file, (stream, *file.streams.audio))
            for packet in file.demux(stream, *file.streams.audio):
                clock.move(packet)
                if clock.restarts:
                    return True
                if packet.stream is stream and (packet.dts or 0) > goal:
                    return False
        return True

    def _new_clock(self) -> RisingClock:
        self._suspects: dict[int, tuple[float, int]] = {}
        return RisingClock(self._container, (self.stream, *self._container.streams.audio))

    def _jumped_to(self, seconds: Fraction) -> bool:
        goal = (self.origin or 0) + int(seconds / self.tick)
        return any(self._jump(goal - int(run_up / self.tick), goal) for run_up in RUN_UP)

    def _jump(self, place: int, goal: int) -> bool:
        """Go on with a frame up to the goal that needs none before it, if there is one."""
        try:
            self._container.seek(place, stream=self.stream)
        except av.FFmpegError:
            return False
        self._promise.seeked()
        self._clock = self._new_clock()
        moments = self._timed(self._decode())
        for moment in moments:
            if moment.picture.pts is None or moment.ticks > goal:
                return False
            if moment.picture.key_frame:
                self._moments = chain([moment], moments)
                return True
        return False

    def _timed(self, pictures: Iterator[Timed]) -> Iterator[DecodedFrame]:
        """Frames with their times, which rise."""
        ticks: int | None = None
        whole, coded = rational(self.stream.sample_aspect_ratio), self._decoder.pixel_aspect
        for pts, picture in pictures:
            if pts is None:
                ticks = 0 if ticks is None else ticks + self._gap()
            else:
                # Broken files repeat a time; the encoder behind us needs it to rise.
                ticks = pts if ticks is None else max(pts, ticks + 1)
            self.origin = ticks if self.origin is None else self.origin
            aspect = self._decoder.pixel_aspect
            aspect = whole if aspect == coded else aspect
            yield DecodedFrame(ticks, picture, aspect or Fraction(1))

    def _gap(self) -> int:
        """Ticks to the next frame where the file does not say (old AVI files)."""
        return round(1 / (self.rate or Fraction(25)) / self.tick)

    def _decode(self) -> Iterator[Timed]:
        """All frames; what is damaged is an error, or is told and left out."""
        for packet in self._packets():
            self._judge(packet, joined=self._clock.move(packet))
            self._promise.saw(packet)
            if packet.stream is self.stream:
                yield from self._frames(packet)
        if self._grew:
            yield from self._frames(None)  # what the decoder still holds
        if self.origin is None:
            self._refuse_late_index()
        if self._promise.is_truncated():
            self._trouble("breaks off")

    @property
    def _seconds(self) -> float:
        """How far the file was read, after its first frame."""
        return max(self._promise.seconds - float((self.origin or 0) * self.tick), 0.0)

    def _judge(self, packet: "Packet[VideoStream]", *, joined: bool) -> None:
        """Look for damage, but not where a new clock begins.

        There FFmpeg, which counts the pieces of packets, takes one of the last ones for damaged.
        """
        suspect = self._suspects.pop(packet.stream.index, None)
        if joined:
            self._note_join()
        elif suspect or packet.is_corrupt:
            wait = SUSPECTED_PACKETS if self._clock.is_needed else 0
            seconds, wait = suspect or (self._seconds, wait)
            if wait and packet.dts is not None:
                self._suspects[packet.stream.index] = (seconds, wait - 1)
            else:
                self._trouble("breaks off", seconds)

    def _note_join(self) -> None:
        if not self._joined:
            self._joined = True
            text = f"the time stamps of {self._path} jump after {self._seconds:.1f} s"
            self._reading.on_note(f"{text}; what follows joins on")

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        packets = self._container.demux(self.stream, *self._container.streams.audio)
        try:
            for packet in cast("Iterator[Packet[VideoStream]]", packets):
                if self.length and packet.pos is not None and packet.pos >= self.length:
                    self._grew = True
                    behind = f"behind {self._seconds:.1f} s"
                    self._reading.on_trouble(f"what {self._path} grew by meanwhile, {behind}")
                    return
                yield packet
        except av.FFmpegError as error:
            if self.origin is None:
                self._refuse_late_index()
            self._trouble(f"cannot be read any more ({error.strerror})")

    def _refuse_late_index(self) -> None:
        if self.is_pipe and "mp4" in self._container.format.name:
            message = (
                f"cannot read {self._path}: its index lies at its end, and a pipe has no way back"
            )
            hint = "ffmpeg -i IN -c copy -movflags +faststart OUT.mp4, or give the file, not a pipe"
            raise SourceError(message, hint)

    def _frames(self, packet: "Packet[VideoStream] | None") -> list[Timed]:
        try:
            return self._decoder.decode(packet)
        except av.FFmpegError as error:
            self._trouble(f"is damaged ({error.strerror})")
            return []

    def _trouble(self, what: str, after: float | None = None) -> None:
        seconds = self._seconds if after is None else after
        message = f"{self._path} {what} after {seconds:.1f} s"
        if not self._reading.skip_broken:
            raise SourceError(message, f"--on-error skip leaves it out; or repair: {REPAIR}")
        self._reading.on_trouble(message)

    def close(self) -> None:
        """Close the file."""
        self._container.close()
