"""Decoder of a video file: frames in order, with their timestamps."""

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

REPAIR = "ffmpeg -i BROKEN -c copy REPAIRED.mkv  # may recover the intact part"
SEEKABLE_CODECS = frozenset(
    (
        *("h264", "hevc", "vp8", "vp9", "av1", "mpeg1video", "mpeg2video", "mpeg4"),
        *("prores", "dnxhd", "mjpeg", "ffv1"),
    )
)
"""Codecs that mark key frames. GIFs, for one, build each frame on the previous one."""
SEEKABLE_CONTAINERS = ("mp4", "matroska", "avi", "mpegts")
"""Containers that store each frame's presentation time. FFmpeg guesses some times of an MPEG
program stream, differently after a seek."""
MIN_SEEK = 2
"""Seconds up to which decoding is faster than seeking."""
SEEK_MARGINS = (0, 10)
"""Seconds to seek before the target, by attempt: some files seek a little too far."""

SUSPECTED_PACKETS = 2
"""Packets after a suspect one in which a new clock may begin and explain it."""


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """A decoded frame."""

    ticks: int
    """Timestamp on the file's clock, in its time base."""
    video_frame: VideoFrame
    pixel_aspect: Fraction
    """Pixel aspect ratio (width / height) in the file at this frame."""


class VideoDecoder:
    """Decoder of a file's main video stream.

    It is iterated on one thread at a time.

    Args:
        path: the file or pipe.
        reading: how to read it.

    Raises:
        SourceError: the file cannot be opened.
    """

    def __init__(self, path: Path, reading: ReadOptions) -> None:
        self._path, self._reading = path, reading
        self.is_pipe = is_pipe(path)
        """Whether the input can be read only once."""
        self.origin: int | None = None
        """Timestamp of the first frame in the time base; known once that frame was read."""
        self._joined = False
        self._open()

    def _open(self) -> None:
        self._grew = False
        self._container = open_video(self._path, self._reading.raw)
        try:
            self.length = length_of(self._path, self._container)
            """Size of the file in bytes when it was opened; data appended later is not read."""
            self.stream = choose_stream(self._path, self._container)
            self._decoder = Decoder(self._container, self.stream)
            self._truncation = TruncationCheck(
                self._container, self.stream, lacking=self._lacks_bytes()
            )
            tick = rational(self.stream.time_base) or Fraction(1, 90000)
            self.tick = tick / speed_of(self._container, self.stream)
            self._clock = self._new_clock()
            self._remaining = self._timed(self._decode())
        except BaseException:
            self._container.close()
            raise

    def _lacks_bytes(self) -> bool:
        """Return whether a file ends before its header says."""
        if self.length is None or "matroska" not in self._container.format.name:
            return False
        return self.length < (matroska_end(self._path) or 0)

    @property
    def rate(self) -> Fraction | None:
        """Return the average number of frames per second."""
        return rate_of(self._container, self.stream)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return notes on streams that are not read, one line each."""
        left = left_in_pipe(self._container, self.stream) if self.is_pipe else None
        return (left,) if left else ()

    @property
    def frames(self) -> int:
        """Return the number of frames in the header, or 0."""
        return frames_of(self._container, self.stream)

    @property
    def seconds(self) -> Fraction | None:
        """Return the duration in seconds in the header, or None."""
        duration = self.stream.duration
        return duration * self.tick if duration else seconds_of(self._container)

    def __iter__(self) -> Iterator[DecodedFrame]:
        """Return the frames that were not read yet."""
        return self._remaining

    def since(self, frame: DecodedFrame) -> Fraction:
        """Return the seconds between the first frame, which was read, and a frame."""
        return (frame.ticks - (self.origin or 0)) * self.tick

    def seek(self, seconds: Fraction) -> Iterator[DecodedFrame]:
        """Return the frames from a time on, and at least the last frame up to it.

        Args:
            seconds: time after the first frame, which was read; not before what was read last.
        """
        near = seconds <= MIN_SEEK or self.is_pipe
        if not near and self._can_seek(seconds) and not self._seek_before(seconds):
            self.close()
            self._open()
        return self._remaining

    def _can_seek(self, seconds: Fraction) -> bool:
        kind = self._container.format.name
        known = any(name in kind for name in SEEKABLE_CONTAINERS) and not self._decoder.sorts
        known = known and self.stream.codec_context.codec.canonical_name in SEEKABLE_CODECS
        return known and not (self._clock.is_needed and self._restarts_before(seconds))

    def _restarts_before(self, seconds: Fraction) -> bool:
        """Return whether a new clock begins before a time, so that timestamps do not locate it."""
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

    def _seek_before(self, seconds: Fraction) -> bool:
        goal = (self.origin or 0) + int(seconds / self.tick)
        margins = (int(margin / self.tick) for margin in SEEK_MARGINS)
        return any(self._seek_to_key_frame(goal - margin, goal) for margin in margins)

    def _seek_to_key_frame(self, timestamp: int, goal: int) -> bool:
        """Continue with a key frame up to the goal, if there is one."""
        try:
            self._container.seek(timestamp, stream=self.stream)
        except av.FFmpegError:
            return False
        self._truncation.seeked()
        self._clock = self._new_clock()
        frames = self._timed(self._decode())
        for frame in frames:
            if frame.video_frame.pts is None or frame.ticks > goal:
                return False
            if frame.video_frame.key_frame:
                self._remaining = chain([frame], frames)
                return True
        return False

    def _timed(self, frames: Iterator[Timed]) -> Iterator[DecodedFrame]:
        """Yield frames with rising timestamps."""
        ticks: int | None = None
        whole, coded = rational(self.stream.sample_aspect_ratio), self._decoder.pixel_aspect
        for pts, frame in frames:
            if pts is None:
                ticks = 0 if ticks is None else ticks + self._gap()
            else:
                # Broken files repeat a timestamp, but encoders need them to rise.
                ticks = pts if ticks is None else max(pts, ticks + 1)
            self.origin = ticks if self.origin is None else self.origin
            aspect = self._decoder.pixel_aspect
            aspect = whole if aspect == coded else aspect
            yield DecodedFrame(ticks, frame, aspect or Fraction(1))

    def _gap(self) -> int:
        """Return the ticks to the next frame of files without timestamps (old AVI files)."""
        return round(1 / (self.rate or Fraction(25)) / self.tick)

    def _decode(self) -> Iterator[Timed]:
        """Yield all frames; damage raises an error, or is skipped and reported."""
        for packet in self._packets():
            self._check_damage(packet, joined=self._clock.move(packet))
            self._truncation.saw(packet)
            if packet.stream is self.stream:
                yield from self._frames(packet)
        if self._grew:
            yield from self._frames(None)  # frames that the decoder still holds
        if self.origin is None:
            self._refuse_late_index()
        if self._truncation.is_truncated():
            self._skip_or_raise("breaks off")

    @property
    def _seconds(self) -> float:
        """Return the time read so far, in seconds after the first frame."""
        return max(self._truncation.seconds - float((self.origin or 0) * self.tick), 0.0)

    def _check_damage(self, packet: "Packet[VideoStream]", *, joined: bool) -> None:
        """Check for damage, but not where a new clock begins.

        FFmpeg, which checks the continuity counter of packets, marks one of the last ones there.
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
                self._skip_or_raise("breaks off", seconds)

    def _note_join(self) -> None:
        if not self._joined:
            self._joined = True
            text = f"the timestamps of {self._path} jump after {self._seconds:.1f} s"
            self._reading.on_note(f"{text}; later ones are shifted to follow on")

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        packets = self._container.demux(self.stream, *self._container.streams.audio)
        try:
            for packet in cast("Iterator[Packet[VideoStream]]", packets):
                if self.length and packet.pos is not None and packet.pos >= self.length:
                    self._grew = True
                    self._reading.on_skip(
                        f"data appended to {self._path} meanwhile, after {self._seconds:.1f} s"
                    )
                    return
                yield packet
        except av.FFmpegError as error:
            if self.origin is None:
                self._refuse_late_index()
            self._skip_or_raise(f"cannot be read any more ({error.strerror})")

    def _refuse_late_index(self) -> None:
        if self.is_pipe and "mp4" in self._container.format.name:
            message = f"cannot read {self._path}: its index is at the end, and a pipe cannot seek"
            hint = "ffmpeg -i IN -c copy -movflags +faststart OUT.mp4, or give the file, not a pipe"
            raise SourceError(message, hint)

    def _frames(self, packet: "Packet[VideoStream] | None") -> list[Timed]:
        try:
            return self._decoder.decode(packet)
        except av.FFmpegError as error:
            self._skip_or_raise(f"is damaged ({error.strerror})")
            return []

    def _skip_or_raise(self, what: str, after: float | None = None) -> None:
        seconds = self._seconds if after is None else after
        message = f"{self._path} {what} after {seconds:.1f} s"
        if not self._reading.skip_broken:
            raise SourceError(message, f"use --on-error skip, or repair the file: {REPAIR}")
        self._reading.on_skip(message)

    def close(self) -> None:
        """Close the file."""
        self._container.close()
