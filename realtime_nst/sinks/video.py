"""A video file: every frame at its own time, true colours, and the other tracks of the input."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
from av.codec import Codec as Library
from av.packet import Packet
from av.video.stream import VideoStream

from realtime_nst.errors import NstError, SinkError
from realtime_nst.frame import Colours, Frame, StreamInfo
from realtime_nst.sinks.codecs import (
    CODECS,
    PIPE,
    Codec,
    Container,
    VideoOptions,
    codec_of,
    container_of,
    pixels_of,
    takes,
    told,
)
from realtime_nst.sinks.colours import Painter, complete, painter
from realtime_nst.sinks.tracks import Tracks

LONGEST_AHEAD = 1_000_000
"""Seconds an encoder may look ahead: days, for a film with a frame an hour."""


class VideoSink:
    """Writes ``NAME.partial.EXT`` beside the file and renames it when it is whole."""

    def __init__(self, path: Path, info: StreamInfo, options: VideoOptions) -> None:
        self._pipe = str(path) == PIPE
        if not self._pipe:
            _check(path, info)
        self._path, self._info = path, info
        self._partial = partial_of(path)
        self._last = -1
        self._closed = False
        container = container_of(path)
        self._tick = _tick(container, info)
        codec = codec_of(container, options)
        pixels = pixels_of(codec, info, options)
        try:
            with self._errors():
                target = "pipe:1" if self._pipe else str(self._partial)
                self._output = av.open(target, "w", format=container.kind, options=container.muxer)
                self._stream = self._add_video(codec, told(codec, container, options))
                colours = info.colours if container.tagged else Colours()
                self._painter = self._add_painter(codec, pixels, colours)
                self._tracks = self._add_tracks(container, options)
                self._output.start_encoding()
            self.notes = tuple(self._tracks.notes) if self._tracks else ()
        except NstError:
            self._discard()
            raise

    def _add_video(self, codec: Codec, options: dict[str, str]) -> VideoStream:
        name = Library(codec.encoder, "w").canonical_name
        own = codec == CODECS[container_of(self._path).codec]
        if not own and not takes(self._output, name):
            ending = self._path.suffix
            raise SinkError(f"{ending} does not take {name}", ".mkv takes nearly everything")
        rate = self._info.rate or 1
        return cast(VideoStream, self._output.add_stream(codec.encoder, rate, options))

    def _add_painter(self, codec: Codec, pixels: str, colours: Colours) -> Painter:
        info, context = self._info, self._stream.codec_context
        context.width, context.height, context.pix_fmt = info.width, info.height, pixels
        context.time_base = self._tick  # before the first frame: it is the unit of every pts
        context.sample_aspect_ratio = info.pixel_aspect
        if tag := codec.tags.get(self._output.format.name):
            context.codec_tag = tag
        return painter(context, complete(colours, info.height))

    def _add_tracks(self, container: Container, options: VideoOptions) -> Tracks | None:
        """What else is in the input; it decides with the first frame where the output begins."""
        if self._info.path is None:
            return None
        return Tracks(
            self._info.path, self._info, self._output, container.sound, audio=options.audio
        )

    def write(self, frame: Frame) -> None:
        """Encode a frame, and pass on what happens up to it."""
        height, width = frame.image.shape[:2]
        if (width, height) != (self._info.width, self._info.height):
            message = f"{self._path} is {self._info.width}x{self._info.height}"
            raise SinkError(f"{message}, but a frame is {width}x{height}", "use another style")
        moment = self._info.start + frame.pts
        picture = self._painter(frame.image)
        picture.pts, picture.time_base = self._ticks(moment), self._tick
        with self._errors():
            self._mux(self._stream.encode(picture))
            if self._tracks:
                self._tracks.copy_until(moment)

    def _mux(self, packets: "list[Packet[VideoStream]]") -> None:
        """Pass on what the encoder gave. Of a film of one or two frames x265 takes the moments of
        decoding out of thin air; there they are those of showing.
        """
        for packet in packets:
            if packet.pts is not None and packet.dts is not None:
                ahead = (packet.pts - packet.dts) * self._tick
                packet.dts = packet.dts if 0 <= ahead <= LONGEST_AHEAD else packet.pts
            self._output.mux(packet)

    def _ticks(self, moment: Fraction) -> int:
        zero = self._tracks.zero if self._tracks else self._info.start
        self._last = max(self._last + 1, round((moment - zero) / self._tick))
        return self._last

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file.

        It gets its name when it is whole, or as far as it goes when the user ends it (Ctrl-C).
        After an error what is there stays under its partial name, playable if the disk lets it.
        """
        if self._closed:
            return
        self._closed = True
        if self._last < 0:
            self._abandon()
        elif kind is None or issubclass(kind, KeyboardInterrupt):
            self._finish(whole=kind is None)
        else:
            with suppress(SinkError):  # the error on its way out is the one to tell
                self._end_file()
            if error and not self._pipe:
                error.add_note(f"what was finished is in {self._partial}")

    def _abandon(self) -> None:
        with suppress(av.FFmpegError, OSError):
            self._output.close()
        if self._tracks:
            self._tracks.close()
        self._discard()

    def _discard(self) -> None:
        if self._pipe:
            return
        with suppress(OSError):  # there may not even be a folder
            self._partial.unlink(missing_ok=True)

    def _finish(self, *, whole: bool) -> None:
        if whole and self._tracks:
            with self._errors():
                self._tracks.copy_until(None)
        self._end_file()
        if not self._pipe:
            with self._errors():
                self._partial.replace(self._path)

    def _end_file(self) -> None:
        with self._errors():
            self._mux(self._stream.encode(None))
            if self._tracks:
                self._tracks.finish()
                self._tracks.close()
            self._output.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except NstError:
            raise
        except (av.FFmpegError, OSError) as error:
            message = f"cannot write {self._path}: {error.strerror}"
            raise SinkError(
                message, "check the folder, its permissions and its free space"
            ) from error


def _check(path: Path, info: StreamInfo) -> None:
    if path.is_dir():
        raise SinkError(f"{path} is a folder", "give the name of a file")
    for written in (path, partial_of(path)):
        if info.path and written.exists() and written.samefile(info.path):
            raise SinkError(f"{written} is the input", "choose another name for the result")


def partial_of(path: Path) -> Path:
    """Where a file grows until it is whole."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def _tick(container: Container, info: StreamInfo) -> Fraction:
    """The unit of time of the file, in seconds."""
    frame = 1 / info.rate if info.rate else Fraction(1, 90000)
    if container.ticks:
        return Fraction(1, container.ticks)
    return frame if container.constant else info.tick or frame
