"""Copy the other streams of the input to the output, packet by packet.

Audio, subtitles, further video streams, attachments, chapters and tags are kept where the
container supports them; a note reports what is not.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import av
from av.audio.layout import AudioLayout
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

from realtime_nst.errors import SourceError
from realtime_nst.frame import StreamInfo
from realtime_nst.pyav import readable
from realtime_nst.rising_clock import RisingClock
from realtime_nst.sinks.video.audio import (
    LONGEST_GAP,
    TIMELESS,
    AudioTranscoder,
    has_parameters,
    layout_of,
)
from realtime_nst.sinks.video.codecs import VideoOptions, supports_codec
from realtime_nst.sinks.video.stream_copy import Copy, is_accepted, open_again
from realtime_nst.sinks.video.subtitles import SubtitleTranscoder, clip, text_codec
from realtime_nst.sinks.video.tags import QUICKTIME, dropped, tags_of
from realtime_nst.sinks.video.timecode import begins_later, timecode_note

if TYPE_CHECKING:
    from av.container.core import Chapter

RUN_UP = 20
"""Seconds before a part from which packets are read: streams may be interleaved that far apart."""


class PacketWriter(Protocol):
    """Writes the packets of one input stream to the output."""

    @property
    def result(self) -> Stream:
        """Return the stream in the output."""
        ...

    def mux(self, packet: "Packet[Any]") -> None:
        """Write a packet, whose timestamps are those of the output."""
        ...

    def finish(self) -> None:
        """Write the rest; no more packets follow."""
        ...


class StreamCopier:
    """Copies each stream bit by bit if the container supports its codec.

    Otherwise audio is transcoded, and text subtitles are converted to the container's format.
    """

    def __init__(
        self,
        path: Path,
        info: StreamInfo,
        output: OutputContainer,
        codec: str,
        options: VideoOptions,
        notes: list[str],
    ) -> None:
        """Open the other streams of the input.

        Args:
            path: the input file.
            info: properties of its frames.
            output: the file to write to; its header is not written yet.
            codec: encoder for audio that the container does not support; empty if it has no
                audio.
            options: whether to keep audio, and whether to skip damage in it.
            notes: receives a line for each stream or tag that is not kept unchanged.
        """
        self._path, self._output, self._codec, self._notes = path, output, codec, notes
        self._skip_broken = options.skip_broken
        self._ending = Path(output.name).suffix or "a pipe"
        self._input, self._info = open_again(path), info
        self._frames = self._input.streams[info.stream_index]
        self._writers: dict[int, PacketWriter] = {}
        self._begin = info.time_range[0] if info.time_range else info.start
        wanted = [
            stream for stream in self._input.streams if self._wanted(stream, info, options.audio)
        ]
        for stream in wanted:
            self._add(stream)
        copied = [stream for stream in wanted if stream.index in self._writers]
        starts = [_start(stream) for stream in copied if stream.type == "audio"]
        self.zero = info.time_range[0] if info.time_range else min([info.start, *starts])
        """Where on the input's clock the output begins, in seconds."""
        self._end = info.time_range[1] if info.time_range else None
        self._cut, self._length = info.time_range is not None, info.file_size
        self._tag(info)
        self._packets = self._read(copied, info.stream_index)
        self._next = next(self._packets, None)

    def _wanted(self, stream: Stream, info: StreamInfo, audio: bool) -> bool:
        # The text stream in which an MP4 stores its chapters is written again with the chapters.
        chapters = stream.type == "data" and stream.start_time == 0 and self._input.chapters()
        dropped = stream.type == "audio" and not audio
        return stream.index != info.stream_index and not chapters and not dropped

    def _add(self, stream: Stream) -> None:
        if stream.disposition & Disposition.attached_pic:
            self._add_cover(stream)
        elif stream.type == "data" and "timecode" in stream.metadata:
            later = begins_later(self._info, _start(self._frames))
            if note := timecode_note(self._output.format.name, self._info, later=later):
                self._notes.append(f"{_name(stream)}, the timecode, {note}")
        elif writer := self._writer(stream):
            self._writers[stream.index] = writer
            self._copy_tags(stream, writer.result)

    def _writer(self, stream: Stream) -> PacketWriter | None:
        """Return the writer for a stream, with a note unless the stream is kept unchanged."""
        name, ending = _name(stream), self._ending
        late = self._lacks_its_beginning(stream)
        if not late and self._is_supported(stream):
            if stream.type == "video":
                self._notes.append(f"{name} is not stylized; it is copied unchanged")
            return Copy(self._path, stream, self._output)
        if isinstance(stream, AudioStream) and self._codec and has_parameters(stream):
            why = f"{ending} does not support it"
            why = f"{ending} starts all streams at once, so silence is added" if late else why
            self._notes.append(f"{name} becomes {self._encoding_of(stream)}: {why}")
            return self._transcoder(stream)
        if text := text_codec(stream, self._output):
            self._notes.append(f"{name} becomes {text}: {ending} does not support it")
            return SubtitleTranscoder(stream, self._output, text)
        self._notes.append(f"{name} is dropped: {ending} does not support it")
        return None

    def _lacks_its_beginning(self, stream: Stream) -> bool:
        """Return whether a stream begins later than the frames, in a file without timestamps."""
        timeless = stream.type == "audio" and self._output.format.name in TIMELESS
        return timeless and _start(stream) - self._begin > LONGEST_GAP

    def _transcoder(self, stream: AudioStream) -> AudioTranscoder:
        return AudioTranscoder(
            self._path,
            stream,
            self._output,
            self._codec,
            self._notes,
            skip_broken=self._skip_broken,
        )

    def _encoding_of(self, stream: AudioStream) -> str:
        layout = layout_of(self._codec, stream)
        fewer = stream.channels > AudioLayout(layout).nb_channels
        return f"{self._codec}, {layout}" if fewer else self._codec

    def _copy_tags(self, stream: Stream, result: Stream) -> None:
        """Copy the tags of a stream."""
        result.metadata.update(tags_of(stream.metadata))
        if self._output.format.name == "mov" and stream.language in QUICKTIME:
            result.metadata["language"] = QUICKTIME[stream.language]
        result.disposition = stream.disposition
        if stream.type == "video":  # or players show this one instead of the stylized one
            result.disposition &= ~Disposition.default

    def _add_cover(self, stream: Stream) -> None:
        """Copy a cover image, which is an attachment in Matroska.

        FFmpeg's muxer for fragmented MP4 writes an empty stream instead.
        """
        if self._output.format.name != "matroska":
            reason = f"covers are not supported in {self._ending}"
            self._notes.append(f"{_name(stream)}, the cover, is dropped: {reason}")
            return
        codec = stream.codec_context.codec.canonical_name if stream.codec_context else ""
        kind, ending = ("png", "png") if codec == "png" else ("jpeg", "jpg")
        with open_again(self._path) as file:
            packet = next(file.demux(file.streams[stream.index]))
            self._output.add_attachment(f"cover.{ending}", f"image/{kind}", bytes(packet))

    def _is_supported(self, stream: Stream) -> bool:
        """Return whether a stream can be copied; data streams of unknown content cannot."""
        if stream.type in ("attachment", "data"):
            return stream.type == "attachment" and self._output.format.name == "matroska"
        if stream.codec_context is None:
            return False
        if stream.type == "video" and self._output.format.name == "avi":
            return False  # H.264 would need start codes, and players show the first stream only
        known = supports_codec(self._output, stream.codec_context.codec.canonical_name)
        needs_trial = stream.type == "audio"
        return known and (not needs_trial or is_accepted(self._path, stream, self._output))

    def _tag(self, info: StreamInfo) -> None:
        """Copy the tags of the file and of its video stream, and the chapters."""
        self._output.metadata.update(tags_of(self._input.metadata))
        video, before = self._output.streams.video[0], self._frames
        video.metadata.update(tags_of(before.metadata))
        if begins_later(info, _start(before)):
            video.metadata.pop("timecode", None)
            self._output.metadata.pop("timecode", None)
        video.disposition = before.disposition | Disposition.default
        if lost := dropped(self._output.format.name, self._output.metadata):
            self._notes.append(f"unsupported tags are dropped: {', '.join(lost)}")
        chapters = (self._shifted(chapter) for chapter in self._input.chapters())
        self._output.set_chapters(
            [chapter for chapter in chapters if chapter["end"] > chapter["start"]]
        )

    def _shifted(self, chapter: "Chapter") -> "Chapter":
        """Return a chapter on the output's clock, clipped to the part that is converted."""
        shift = round(self.zero / _rational(chapter["time_base"]))
        start, end = max(chapter["start"] - shift, 0), chapter["end"] - shift
        if self._end is not None:
            end = min(end, round((self._end - self.zero) / _rational(chapter["time_base"])))
        metadata = tags_of(chapter["metadata"])
        return {**chapter, "start": start, "end": end, "metadata": metadata}

    def _read(self, streams: list[Stream], video_index: int) -> "Iterator[Packet[Any]]":
        copied = [stream for stream in streams if stream.type != "attachment"]
        kind = self._input.format.name
        leading = [self._input.streams[video_index], *self._input.streams.audio]
        clock = RisingClock(self._input, leading)
        read = {*copied, *leading} if clock.is_needed and copied else copied
        try:
            if self._cut and ("mp4" in kind or "matroska" in kind):
                begin = max(self.zero - RUN_UP, Fraction(0))
                self._input.seek(int(begin * av.time_base))
            for packet in self._input.demux(*read) if read else ():
                if self._length and packet.pos is not None and packet.pos >= self._length:
                    return
                clock.move(packet)
                if packet.stream in copied and not clock.overlaps(packet):
                    yield packet
        except av.FFmpegError as error:
            message = f"the audio of {self._path} is damaged: {error.strerror}"
            raise SourceError(message, "use --no-audio to drop it") from error

    def copy_until(self, seconds: Fraction | None) -> None:
        """Write the packets up to a time on the input's clock in seconds; None writes all."""
        while self._next is not None and (seconds is None or _time(self._next) <= seconds):
            if self._is_in_range(self._next):
                self._write(self._next)
            self._next = next(self._packets, None)

    def _is_in_range(self, packet: "Packet[Any]") -> bool:
        """Return whether a packet is in the part to convert; subtitles may begin before it."""
        begin = _time(packet)
        shown = packet.duration if packet.stream.type == "subtitle" else None
        end = begin + shown * _rational(packet.time_base) if shown else begin
        early = self._cut and (end <= self.zero if shown else begin < self.zero)
        return not early and (self._end is None or begin < self._end)

    def finish(self) -> None:
        """Flush the encoders; no more packets can be written."""
        for writer in self._writers.values():
            writer.finish()

    def close(self) -> None:
        """Close the input file."""
        self._input.close()

    def _write(self, packet: "Packet[Any]") -> None:
        index = packet.stream.index
        shift = round(self.zero / _rational(packet.time_base)) if packet.time_base else 0
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = None if packet.dts is None else packet.dts - shift
        if self._cut and packet.stream.type == "subtitle":
            clip(packet, None if self._end is None else self._end - self.zero)
        self._writers[index].mux(packet)


def _name(stream: Stream) -> str:
    """Return a readable name, such as ``audio stream 2 (vorbis, ger)``."""
    context = stream.codec_context
    codec = context.name if context else getattr(stream, "name", None)
    language = readable(stream.metadata.get("language") or "")
    details = ", ".join(text for text in (codec, language) if text)
    return f"{stream.type} stream {stream.index}" + (f" ({details})" if details else "")


def _start(stream: Stream) -> Fraction:
    return (stream.start_time or 0) * _rational(stream.time_base)


def _time(packet: "Packet[Any]") -> Fraction:
    return (packet.pts or 0) * _rational(packet.time_base)


def _rational(value: Any) -> Fraction:
    """Return a fraction; 0 if the value is unknown. PyAV 19 has its own rational numbers."""
    return Fraction(value.numerator, value.denominator) if value else Fraction(0)
