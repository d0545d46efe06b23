"""What a file holds beside its picture, on its way into another file, packet by packet.

Sound, subtitles, further pictures, attachments, chapters and tags come along where the container
takes them; what does not is put into words.
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
"""Seconds before a part from which on packets are read: tracks may lie apart in a file."""


class Way(Protocol):
    """One stream on its way into another file."""

    @property
    def result(self) -> Stream:
        """The stream in that file."""
        ...

    def mux(self, packet: "Packet[Any]") -> None:
        """Pass a packet on; its timestamps are those of that file."""
        ...

    def finish(self) -> None:
        """Pass on the rest; no packet comes any more."""
        ...


class StreamCopier:
    """Copies each track bit for bit if the container takes its codec.

    Else sound is encoded again, and text becomes what the container takes.
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
        """Open what is beside the picture.

        Args:
            path: the file to take it from.
            info: of the picture that comes out of it.
            output: the file to put it into; nothing was written to it yet.
            codec: to encode sound with that the container does not take; empty if it takes none.
            options: say whether sound comes along, and whether it may be damaged.
            notes: gets a line for each thing that does not come along as it was.
        """
        self._path, self._output, self._codec, self._notes = path, output, codec, notes
        self._skip_broken = options.skip_broken
        self._ending = Path(output.name).suffix or "a pipe"
        self._input, self._info = open_again(path), info
        self._frames = self._input.streams[info.stream_index]
        self._ways: dict[int, Way] = {}
        self._begin = info.time_range[0] if info.time_range else info.start
        wanted = [
            stream for stream in self._input.streams if self._wanted(stream, info, options.audio)
        ]
        for stream in wanted:
            self._add(stream)
        taken = [stream for stream in wanted if stream.index in self._ways]
        sounds = [_start(stream) for stream in taken if stream.type == "audio"]
        self.zero = info.time_range[0] if info.time_range else min([info.start, *sounds])
        """Where on the file's own clock the output begins, in seconds."""
        self._end = info.time_range[1] if info.time_range else None
        self._cut, self._length = info.time_range is not None, info.file_size
        self._tag(info)
        self._packets = self._read(taken, info.stream_index)
        self._next = next(self._packets, None)

    def _wanted(self, stream: Stream, info: StreamInfo, audio: bool) -> bool:
        # The text track that an MP4 keeps its chapters in is written anew with the chapters.
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
        elif way := self._way(stream):
            self._ways[stream.index] = way
            self._describe(stream, way.result)

    def _way(self, stream: Stream) -> Way | None:
        """How a stream gets into the output, with a note unless it stays as it is."""
        name, ending = _name(stream), self._ending
        late = self._lacks_its_beginning(stream)
        if not late and self._takes(stream):
            if stream.type == "video":
                self._notes.append(f"{name} is a second picture; it is copied as it is")
            return Copy(self._path, stream, self._output)
        if isinstance(stream, AudioStream) and self._codec and has_parameters(stream):
            why = f"{ending} does not take it as it is"
            why = f"{ending} begins all streams at once, so silence comes first" if late else why
            self._notes.append(f"{name} becomes {self._encoding_of(stream)}: {why}")
            return self._transcoder(stream)
        if text := text_codec(stream, self._output):
            self._notes.append(f"{name} becomes {text}: {ending} does not take it as it is")
            return SubtitleTranscoder(stream, self._output, text)
        self._notes.append(f"{name} is left out: {ending} does not take it")
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

    def _describe(self, stream: Stream, result: Stream) -> None:
        """Carry over the tags of a stream."""
        result.metadata.update(tags_of(stream.metadata))
        if self._output.format.name == "mov" and stream.language in QUICKTIME:
            result.metadata["language"] = QUICKTIME[stream.language]
        result.disposition = stream.disposition
        if stream.type == "video":  # or players show this one instead of the painted one
            result.disposition &= ~Disposition.default

    def _add_cover(self, stream: Stream) -> None:
        """A cover is an attachment in Matroska. In MP4 files that grow in pieces FFmpeg makes an
        empty track of it."""
        if self._output.format.name != "matroska":
            left_out = f"is left out: {self._ending} gets none here"
            self._notes.append(f"{_name(stream)}, the cover, {left_out}")
            return
        codec = stream.codec_context.codec.canonical_name if stream.codec_context else ""
        kind, ending = ("png", "png") if codec == "png" else ("jpeg", "jpg")
        with open_again(self._path) as file:
            packet = next(file.demux(file.streams[stream.index]))
            self._output.add_attachment(f"cover.{ending}", f"image/{kind}", bytes(packet))

    def _takes(self, stream: Stream) -> bool:
        """Attachments only go where there is a place for them; what data is, nobody knows."""
        if stream.type in ("attachment", "data"):
            return stream.type == "attachment" and self._output.format.name == "matroska"
        if stream.codec_context is None:
            return False
        if stream.type == "video" and self._output.format.name == "avi":
            return False  # H.264 would need start codes, and players show the first track only
        known = supports_codec(self._output, stream.codec_context.codec.canonical_name)
        tried = stream.type == "audio"
        return known and (not tried or is_accepted(self._path, stream, self._output))

    def _tag(self, info: StreamInfo) -> None:
        """Carry over the tags of the file and of its picture, and the chapters."""
        self._output.metadata.update(tags_of(self._input.metadata))
        picture, before = self._output.streams.video[0], self._frames
        picture.metadata.update(tags_of(before.metadata))
        if begins_later(info, _start(before)):
            picture.metadata.pop("timecode", None)
            self._output.metadata.pop("timecode", None)
        picture.disposition = before.disposition | Disposition.default
        if lost := dropped(self._output.format.name, self._output.metadata):
            self._notes.append(f"tags that have no place there are left out: {', '.join(lost)}")
        chapters = (self._moved(chapter) for chapter in self._input.chapters())
        self._output.set_chapters(
            [chapter for chapter in chapters if chapter["end"] > chapter["start"]]
        )

    def _moved(self, chapter: "Chapter") -> "Chapter":
        """A chapter on the output's clock; none may begin before that."""
        shift = round(self.zero / _rational(chapter["time_base"]))
        start, end = max(chapter["start"] - shift, 0), chapter["end"] - shift
        if self._end is not None:
            end = min(end, round((self._end - self.zero) / _rational(chapter["time_base"])))
        metadata = tags_of(chapter["metadata"])
        return {**chapter, "start": start, "end": end, "metadata": metadata}

    def _read(self, streams: list[Stream], track: int) -> "Iterator[Packet[Any]]":
        moving = [stream for stream in streams if stream.type != "attachment"]
        kind = self._input.format.name
        leading = [self._input.streams[track], *self._input.streams.audio]
        clock = RisingClock(self._input, leading)
        read = {*moving, *leading} if clock.is_needed and moving else moving
        try:
            if self._cut and ("mp4" in kind or "matroska" in kind):
                begin = max(self.zero - RUN_UP, Fraction(0))
                self._input.seek(int(begin * av.time_base))
            for packet in self._input.demux(*read) if read else ():
                if self._length and packet.pos is not None and packet.pos >= self._length:
                    return
                clock.move(packet)
                if packet.stream in moving and not clock.overlaps(packet):
                    yield packet
        except av.FFmpegError as error:
            message = f"the sound of {self._path} is damaged: {error.strerror}"
            raise SourceError(message, "--no-audio leaves it out") from error

    def copy_until(self, seconds: Fraction | None) -> None:
        """Pass on what happens up to a moment on the file's own clock; None: all of it."""
        while self._next is not None and (seconds is None or _time(self._next) <= seconds):
            if self._is_wanted(self._next):
                self._pass_on(self._next)
            self._next = next(self._packets, None)

    def _is_wanted(self, packet: "Packet[Any]") -> bool:
        """Where a part was asked for, nothing from outside comes along; subtitles may straddle."""
        moment = _time(packet)
        shown = packet.duration if packet.stream.type == "subtitle" else None
        last = moment + shown * _rational(packet.time_base) if shown else moment
        early = self._cut and (last <= self.zero if shown else moment < self.zero)
        return not early and (self._end is None or moment < self._end)

    def finish(self) -> None:
        """Flush the encoders; nothing can be passed on any more."""
        for way in self._ways.values():
            way.finish()

    def close(self) -> None:
        """Close the file the tracks come from."""
        self._input.close()

    def _pass_on(self, packet: "Packet[Any]") -> None:
        index = packet.stream.index
        shift = round(self.zero / _rational(packet.time_base)) if packet.time_base else 0
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = None if packet.dts is None else packet.dts - shift
        if self._cut and packet.stream.type == "subtitle":
            clip(packet, None if self._end is None else self._end - self.zero)
        self._ways[index].mux(packet)


def _name(stream: Stream) -> str:
    """``audio track 2 (vorbis, ger)``."""
    context = stream.codec_context
    codec = context.name if context else getattr(stream, "name", None)
    language = readable(stream.metadata.get("language") or "")
    details = ", ".join(text for text in (codec, language) if text)
    return f"{stream.type} track {stream.index}" + (f" ({details})" if details else "")


def _start(stream: Stream) -> Fraction:
    return (stream.start_time or 0) * _rational(stream.time_base)


def _time(packet: "Packet[Any]") -> Fraction:
    return (packet.pts or 0) * _rational(packet.time_base)


def _rational(value: Any) -> Fraction:
    """PyAV 19 has its own rational numbers, and one that is unknown is falsy."""
    return Fraction(value.numerator, value.denominator) if value else Fraction(0)
