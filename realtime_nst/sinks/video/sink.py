"""Video sink: every frame at its own timestamp, color tags, and the other streams of the input."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from functools import partial
from math import floor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import av
from av.codec import Codec as Library
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from realtime_nst.errors import NstError, SinkError
from realtime_nst.files import Lock
from realtime_nst.frame import ColorSpec, Frame, Image, StreamInfo
from realtime_nst.pyav import file_url
from realtime_nst.sinks.journal import Journal, ResumePoint
from realtime_nst.sinks.partial_files import older_of
from realtime_nst.sinks.partial_files import partial_of as partial_of
from realtime_nst.sinks.video.chroma import chroma_notes
from realtime_nst.sinks.video.codecs import (
    CODECS,
    PIPE,
    Codec,
    Container,
    VideoOptions,
    codec_of,
    container_of,
    encoder_options,
    pixels_of,
    supports_codec,
)
from realtime_nst.sinks.video.color import FrameFactory, fill_unspecified, frame_factory
from realtime_nst.sinks.video.destination import refuse_input as refuse_input
from realtime_nst.sinks.video.encoder import Encoder
from realtime_nst.sinks.video.last_packet import Tail
from realtime_nst.sinks.video.pixel_aspect import STDOUT, Y4mFile, shape_notes, stored_as, stretched
from realtime_nst.sinks.video.recovery import packets
from realtime_nst.sinks.video.scheduling import ordinary_scheduling
from realtime_nst.sinks.video.streams import StreamCopier
from realtime_nst.sinks.video.tags import store_settings
from realtime_nst.sinks.video.timestamps import Clock


class VideoSink:
    """Writes a video as ``NAME.partial.EXT`` and renames it when it is complete.

    Args:
        path: the file to write, or ``PIPE``.
        info: properties of the frames.
        options: encoding options.
        journal: what an earlier run finished, which is copied, and where to record what this one
            finishes.

    Raises:
        SinkError: the file cannot be written, or the options do not fit it.
    """

    def __init__(
        self,
        path: Path,
        info: StreamInfo,
        options: VideoOptions,
        journal: Journal | None = None,
    ) -> None:
        self._pipe = str(path) == PIPE
        self._path, self._info = path, info
        self._notes: list[str] = []
        self._y4m: Y4mFile | None = None
        self._partial, self._journal = partial_of(path), journal
        self._last_duration = 0  # of the last frame, in ticks; 0 if unknown
        self._last_image: Image | None = None
        self._closed = False
        container = self._container = container_of(path, options)
        codec = codec_of(container, options)
        self._clock = Clock(container, info, self._ending, self._notes)
        self._locks = ExitStack()
        if not self._pipe:
            self._lock()
        try:
            with self._errors():
                self._output = self._open(container)
                muxer = self._output.format.name
                self._stored = stored = stored_as(info, codec.encoder, muxer)
                pixels = pixels_of(codec, stored, options)
                self._notes += shape_notes(info, stored, muxer)
                asked = options.pix_fmt is not None
                self._notes += chroma_notes(stored, codec.encoder, pixels, chosen=asked)
                size = stored.width * stored.height
                settings = encoder_options(codec, container, options, size)
                self._stream = self._add_video(codec, settings)
                self._tail = Tail(self._output)
                colors = info.colours if container.tagged else ColorSpec()
                prepare = partial(self._prepare, codec, pixels, colors)
                self._encoder = Encoder(self._stream, settings, prepare)
                self._copier = self._copy_streams(container, options)
                store_settings(self._output.metadata, info.settings)
                with ordinary_scheduling():
                    self._output.start_encoding()
                self._begin()
        except NstError:
            self._discard()
            self._locks.close()
            raise

    def _lock(self) -> None:
        """Lock the file, and rename the partial file of an interrupted run."""
        refuse_input(self._path, self._info)
        self._locks.enter_context(Lock(self._path))
        if self._journal:
            self._journal.set_aside()

    @property
    def notes(self) -> tuple[str, ...]:
        """Return notes on what is not kept, and at the end also on damage that was skipped."""
        return tuple(self._notes)

    @property
    def _ending(self) -> str:
        return "a pipe" if self._pipe else self._path.suffix

    def _open(self, container: Container) -> OutputContainer:
        target: Any = "pipe:1" if self._pipe else file_url(self._partial)
        if container.format == "yuv4mpegpipe" and self._info.pixel_aspect != 1:
            path = STDOUT if self._pipe else self._partial
            target = self._y4m = Y4mFile(path, self._info.pixel_aspect)
        return av.open(target, "w", format=container.format, options=container.muxer)

    def _add_video(self, codec: Codec, options: dict[str, str]) -> VideoStream:
        name = Library(codec.encoder, "w").canonical_name
        own = codec == CODECS[self._container.codec]
        if not own and not supports_codec(self._output, name):
            message = f"cannot store {name} in {self._ending}"
            raise SinkError(message, "use .mkv, which supports nearly every codec")
        return cast(VideoStream, self._output.add_stream(codec.encoder, self._clock.rate, options))

    def _prepare(
        self, codec: Codec, pixels: str, colors: ColorSpec, context: VideoCodecContext
    ) -> FrameFactory:
        """Configure an encoder and return the converter of its frames."""
        info = self._stored
        context.width, context.height, context.pix_fmt = info.width, info.height, pixels
        context.time_base = self._clock.unit  # before the first frame: the unit of every pts
        context.sample_aspect_ratio = info.pixel_aspect
        if tag := codec.tags.get(self._output.format.name):
            context.codec_tag = tag
        return frame_factory(context, fill_unspecified(colors, info.height))

    def _copy_streams(self, container: Container, options: VideoOptions) -> StreamCopier | None:
        """Open the input's other streams, which also determine where the output begins."""
        if self._info.path is None:
            return None
        info, output = self._info, self._output
        return StreamCopier(
            self._info.path, info, output, container.audio_codec, options, self._notes
        )

    def write(self, frame: Frame) -> None:
        """Encode a frame, and copy the packets of other streams up to it."""
        height, width = frame.image.shape[:2]
        if (width, height) != (self._info.width, self._info.height):
            size = f"{self._info.width}x{self._info.height}"
            message = f"{self._path} is {size}, but a frame is {width}x{height}"
            raise SinkError(message, f"use --size {size} to scale all frames")
        seconds = self._info.start + frame.pts
        with self._errors():
            if self._journal and self._journal.due(frame.index):
                self._tail.mux(self._encoder.flush())
                self._encoder.renew()
                self._journal.add(ResumePoint(frame.index, frame.pts, self._clock.last))
            before, ticks = self._clock.last, self._clock.next(seconds - self._zero)
            if ticks is not None:
                self._encode(stretched(frame.image, self._stored), before, ticks)
                self._last_duration = round((frame.duration or 0) / self._clock.unit)
            if self._copier:
                self._copier.copy_until(seconds)

    def _encode(self, image: Image, before: int, ticks: int) -> None:
        if self._container.gapless and self._last_image is not None:
            for gap in range(before + 1, ticks):
                self._tail.mux(self._encoder.encode(self._last_image, gap))
        self._tail.mux(self._encoder.encode(image, ticks))
        self._last_image = image

    def _mux_last(self) -> None:
        """Mux the remaining packets, with the duration of the last frame."""
        rest = [*self._tail.release(), *self._encoder.flush()]
        for packet in rest:
            if packet.pts == self._clock.last and self._last_duration:
                packet.duration = self._last_duration
        self._tail.mux(rest)
        self._tail.finish()

    def _begin(self) -> None:
        """Copy what an earlier run has finished, if there is something."""
        if self._journal and self._journal.before:
            self._copy_finished(*self._journal.before)
        elif self._journal:
            older_of(self._path).unlink(missing_ok=True)
            self._journal.begin()
        elif not self._pipe:
            Journal(self._path, {}).end()

    def _copy_finished(self, path: Path, point: ResumePoint) -> None:
        begin = self._info.start - self._zero
        # Matroska shifts all streams if audio begins before 0.
        shift = None if "matroska" in self._output.format.name else 0
        for packet in packets(path, point.frames):
            tick, pts, dts = Fraction(packet.time_base), packet.pts or 0, packet.dts or 0
            shift = pts - floor(begin / tick + Fraction(1, 2)) if shift is None else shift
            packet.pts, packet.dts = pts - shift, dts - shift
            self._tail.mux(self._encoder.passed(packet))
            if self._copier:
                self._copier.copy_until(self._zero + packet.pts * tick)
        self._clock.last = point.ticks

    @property
    def _zero(self) -> Fraction:
        """Return where on the input's clock the file begins, in seconds."""
        return self._copier.zero if self._copier else self._info.start

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file.

        It gets its final name when it is complete, or when the user interrupts (Ctrl-C). After
        another error it keeps its partial name, playable if the disk permits. The journal ends with
        the complete file only.
        """
        if self._closed:
            return
        self._closed = True
        with self._locks:
            self._close(kind, error)

    def _close(self, kind: type[BaseException] | None, error: BaseException | None) -> None:
        if self._clock.last < 0:
            self._abandon()
        elif kind is None or issubclass(kind, KeyboardInterrupt):
            self._finish(whole=kind is None)
        else:
            with suppress(SinkError):  # the original error is the one to report
                self._end_file()
            if error and not self._pipe:
                more = "; add --resume to the command to continue" if self._journal else ""
                error.add_note(f"the finished part is in {self._partial}{more}")

    def _abandon(self) -> None:
        with suppress(av.FFmpegError, OSError):
            self._output.close()
        if self._copier:
            self._copier.close()
        if self._journal:
            self._journal.end()
        self._discard()

    def _discard(self) -> None:
        if self._pipe:
            return
        with suppress(OSError):  # the folder may be missing
            self._partial.unlink(missing_ok=True)

    def _finish(self, *, whole: bool) -> None:
        if whole and self._copier:
            with self._errors():
                self._copier.copy_until(None)
        self._end_file()
        if not self._pipe:
            with self._errors():
                self._partial.replace(self._path)
                older_of(self._path).unlink(missing_ok=True)  # the new file contains all of it
                if whole and self._journal:
                    self._journal.end()

    def _end_file(self) -> None:
        with self._errors():
            self._mux_last()
            if self._copier:
                self._copier.finish()
                self._copier.close()
            self._output.close()
            if self._y4m:
                self._y4m.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except NstError:
            raise
        except BrokenPipeError as error:
            message = "cannot write to the pipe: its reader has closed it"
            raise SinkError(message, "check the program that reads it") from error
        except (av.FFmpegError, OSError) as error:
            raise SinkError(f"cannot write {self._path}: {error.strerror}", _hint(error)) from error


def _hint(error: Exception) -> str:
    if isinstance(error, (av.ArgumentError, av.ExternalError)):
        return "the encoder rejected the settings; try another --size, --codec or --pix-fmt"
    return "check the folder, its permissions and its free space"
