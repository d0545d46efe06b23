"""What a file holds beside its picture, on its way into another file, packet by packet.

Sound, subtitles, further pictures, attachments, chapters and tags come along where the container
takes them; what does not is put into words.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec import Codec
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

from realtime_nst.errors import SourceError
from realtime_nst.frame import StreamInfo
from realtime_nst.pyav import file_url, open_input, readable
from realtime_nst.sinks.adts import configuration, has_headers, without_header
from realtime_nst.sinks.codecs import takes
from realtime_nst.sinks.subtitles import Lines, text_codec
from realtime_nst.sinks.tags import QUICKTIME, dropped, tags_of

if TYPE_CHECKING:
    from av.container.core import Chapter

RUN_UP = 20
"""Seconds before a part from which on packets are read: tracks may lie apart in a file."""
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""Channels as encoders know them."""


class Tracks:
    """Copies each track bit for bit if the container takes its codec.

    Else sound is encoded again, and text becomes what the container takes.
    """

    def __init__(
        self,
        path: Path,
        info: StreamInfo,
        output: OutputContainer,
        codec: str,
        *,
        audio: bool,
        skip_broken: bool = False,
    ) -> None:
        """Open what is beside the picture.

        Args:
            path: the file to take it from.
            info: of the picture that comes out of it.
            output: the file to put it into; nothing was written to it yet.
            codec: to encode sound with that the container does not take; empty if it takes none.
            audio: whether sound comes along.
            skip_broken: whether sound that is encoded again may be damaged; else that is an error.
        """
        self.notes: list[str] = []
        """What does not come along as it was, a line each."""
        self._path, self._output, self._codec = path, output, codec
        self._skip_broken = skip_broken
        self._input = _open(path)
        self._copied: dict[int, Stream] = {}
        self._encoded: dict[int, AudioStream] = {}
        self._lines: dict[int, Lines] = {}
        self._headed: set[int] = set()
        wanted = [stream for stream in self._input.streams if self._wanted(stream, info, audio)]
        for stream in wanted:
            self._add(stream)
        known = self._copied.keys() | self._encoded.keys() | self._lines.keys()
        taken = [stream for stream in wanted if stream.index in known]
        sounds = [_start(stream) for stream in taken if stream.type == "audio"]
        self.zero = info.part[0] if info.part else min([info.start, *sounds])
        """Where on the file's own clock the output begins, in seconds."""
        self._end = info.part[1] if info.part else None
        self._cut, self._length = info.part is not None, info.length
        self._tag(info)
        self._packets = self._read(taken)
        self._next = next(self._packets, None)

    def _wanted(self, stream: Stream, info: StreamInfo, audio: bool) -> bool:
        # The text track that an MP4 keeps its chapters in is written anew with the chapters.
        chapters = stream.type == "data" and stream.start_time == 0 and self._input.chapters()
        dropped = stream.type == "audio" and not audio
        return stream.index != info.track and not chapters and not dropped

    def _add(self, stream: Stream) -> None:
        name, ending = _name(stream), Path(self._output.name).suffix or "a pipe"
        result: Stream
        if stream.disposition & Disposition.attached_pic:
            self._add_cover(stream, f"{name}, the cover, is left out: {ending} gets none here")
            return
        if self._takes(stream):
            result = self._copied[stream.index] = self._output.add_stream_from_template(
                stream, opaque=True
            )
            if has_headers(stream):
                self._headed.add(stream.index)
                with _open(self._path) as file:
                    packets = file.demux(file.streams[stream.index])
                    result.codec_context.extradata = configuration(packets)
            if stream.type == "video":
                self.notes.append(f"{name} is a second picture; it is copied as it is")
        elif isinstance(stream, AudioStream) and self._codec and _plays(stream):
            result = self._encoded[stream.index] = self._add_encoder(stream)
            self.notes.append(f"{name} becomes {self._codec}: {ending} does not take it as it is")
        elif text := text_codec(stream, self._output):
            lines = self._lines[stream.index] = Lines(stream, self._output, text)
            result = lines.result
            self.notes.append(f"{name} becomes {text}: {ending} does not take it as it is")
        else:
            self.notes.append(f"{name} is left out: {ending} does not take it")
            return
        result.metadata.update(tags_of(stream.metadata))
        if self._output.format.name == "mov" and stream.language in QUICKTIME:
            result.metadata["language"] = QUICKTIME[stream.language]
        result.disposition = stream.disposition
        if stream.type == "video":  # or players show this one instead of the painted one
            result.disposition &= ~Disposition.default

    def _add_cover(self, stream: Stream, sorry: str) -> None:
        """A cover is an attachment in Matroska. In MP4 files that grow in pieces FFmpeg makes an
        empty track of it."""
        if self._output.format.name != "matroska":
            self.notes.append(sorry)
            return
        codec = stream.codec_context.codec.canonical_name if stream.codec_context else ""
        kind, ending = ("png", "png") if codec == "png" else ("jpeg", "jpg")
        with _open(self._path) as file:
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
        return takes(self._output, stream.codec_context.codec.canonical_name)

    def _add_encoder(self, stream: AudioStream) -> AudioStream:
        rate = _nearest_rate(self._codec, stream.rate)
        result = cast(AudioStream, self._output.add_stream(self._codec, rate=rate))
        most = 2 if self._codec == "libmp3lame" else len(LAYOUTS)
        result.codec_context.layout = LAYOUTS[min(stream.channels, most)]
        return result

    def _tag(self, info: StreamInfo) -> None:
        """Carry over the tags of the file and of its picture, and the chapters."""
        self._output.metadata.update(tags_of(self._input.metadata))
        picture, before = self._output.streams.video[0], self._input.streams[info.track]
        picture.metadata.update(tags_of(before.metadata))
        picture.disposition = before.disposition | Disposition.default
        if lost := dropped(self._output.format.name, self._output.metadata):
            self.notes.append(f"tags that have no place there are left out: {', '.join(lost)}")
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

    def _read(self, streams: list[Stream]) -> "Iterator[Packet[Any]]":
        moving = [stream for stream in streams if stream.type != "attachment"]
        kind = self._input.format.name
        try:
            if self._cut and ("mp4" in kind or "matroska" in kind):
                begin = max(self.zero - RUN_UP, Fraction(0))
                self._input.seek(int(begin * av.time_base))
            for packet in self._input.demux(*moving) if moving else ():
                if self._length and packet.pos is not None and packet.pos >= self._length:
                    return
                yield packet
        except av.FFmpegError as error:
            message = f"the sound of {self._path} is damaged: {error.strerror}"
            raise SourceError(message, "--no-audio leaves it out") from error

    def copy_until(self, seconds: Fraction | None) -> None:
        """Pass on what happens up to a moment on the file's own clock; None: all of it."""
        while self._next is not None and (seconds is None or _time(self._next) <= seconds):
            if self._wanted_at(_time(self._next)):
                self._pass_on(self._next)
            self._next = next(self._packets, None)

    def _wanted_at(self, moment: Fraction) -> bool:
        """Where a part was asked for, nothing from outside comes along."""
        early = self._cut and moment < self.zero
        return not early and (self._end is None or moment < self._end)

    def finish(self) -> None:
        """Flush the encoders; nothing can be passed on any more."""
        for result in self._encoded.values():
            self._output.mux(result.encode(None))

    def close(self) -> None:
        """Close the file the tracks come from."""
        self._input.close()

    def _pass_on(self, packet: "Packet[Any]") -> None:
        index = packet.stream.index
        shift = round(self.zero / _rational(packet.time_base)) if packet.time_base else 0
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = None if packet.dts is None else packet.dts - shift
        if index in self._lines:
            self._output.mux(list(self._lines[index].encode(packet)))
        elif index in self._encoded:
            for frame in self._heard(packet):
                self._output.mux(self._encoded[index].encode(frame))
        elif packet.dts is not None:  # None marks the end of the stream
            packet = without_header(packet) if index in self._headed else packet
            packet.stream = self._copied[index]
            self._output.mux(packet)

    def _heard(self, packet: "Packet[Any]") -> "list[AudioFrame]":
        """What a packet of sound holds; what is damaged is an error, or is left out and told."""
        try:
            return cast("list[AudioFrame]", packet.stream.decode(packet))
        except av.FFmpegError as error:
            where = f"after {float(_time(packet)):.1f} s"
            message = f"the sound of {self._path} is damaged {where}: {error.strerror}"
            if not self._skip_broken:
                hint = "--no-audio leaves it out, --on-error skip what is damaged of it"
                raise SourceError(message, hint) from error
            self.notes.append(f"skipped: {message}")
            return []


def _nearest_rate(codec: str, rate: int) -> int:
    """The highest one up to a rate that an encoder takes; Opus computes in 48 kHz in any case."""
    known = Codec(codec, "w").audio_rates or [rate]
    return 48000 if codec == "libopus" else max([r for r in known if r <= rate], default=min(known))


def _open(path: Path) -> InputContainer:
    try:
        return open_input(file_url(path))
    except av.FFmpegError as error:
        message = f"{path} cannot be read again: {error.strerror}"
        raise SourceError(message, "leave it where it is until the end") from error


def _plays(stream: AudioStream) -> bool:
    """Whether a track's header says enough to decode it."""
    return bool(stream.codec_context and stream.rate and stream.channels)


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
