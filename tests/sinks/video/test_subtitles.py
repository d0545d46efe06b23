"""Subtitles that overlap, or extend beyond the converted part."""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.packet import Packet
from av.subtitles.subtitle import AssSubtitle
from av.video.frame import VideoFrame

from realtime_nst.sinks import open_sink
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions

Shown = tuple[float, float, str]
ASS = b"""[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def make_subtitled(path: Path, codec: str, cues: list[Shown]) -> Path:
    """Return a Matroska file of 6 s with a line of text for each cue."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", 10, {"preset": "ultrafast"})
        video.codec_context.width, video.codec_context.height = 64, 48
        text = output.add_stream("ass" if codec == "ass" else "srt")
        text.codec_context.subtitle_header = ASS
        text.codec_context.time_base = Fraction(1, 1000)
        for _ in range(60):
            output.mux(video.encode(VideoFrame(64, 48, "yuv420p")))
        output.mux(video.encode(None))
        for number, (start, end, words) in enumerate(cues):
            line = f"{number},0,Default,,0,0,0,,{words}" if codec == "ass" else words
            packet = Packet(line.encode())
            packet.stream, packet.time_base = text, Fraction(1, 1000)
            packet.pts = packet.dts = round(start * 1000)
            packet.duration = round((end - start) * 1000)
            output.mux(packet)
    return path


def convert(source: Path, target: Path, reading: ReadOptions = ReadOptions()) -> Path:  # noqa: B008
    with open_source(source, reading) as frames, open_sink(target, frames.info) as sink:
        for frame in frames:
            sink.write(frame)
    return target


def shown(path: Path) -> list[Shown]:
    found = []
    with av.open(str(path)) as file:
        stream = file.streams.subtitles[0]
        for packet in file.demux(stream):
            if not packet.size:
                continue
            for line in stream.decode(packet):
                assert isinstance(line, AssSubtitle)
                words = line.ass.decode().split(",", 8)[-1].strip()
                start = float((packet.pts or 0) * packet.time_base)
                end = start + float((packet.duration or 0) * packet.time_base)
                found += [(round(start, 2), round(end, 2), words)] if words else []
    return found


OVERLAPPING: list[Shown] = [(1.0, 2.0, "A"), (1.5, 2.5, "B"), (3.0, 4.0, "C")]


@pytest.mark.parametrize("ending", ["mp4", "mov"])
@pytest.mark.parametrize("codec", ["subrip", "ass"])
def test_mp4_takes_overlapping_subtitles(tmp_path: Path, codec: str, ending: str) -> None:
    """FFmpeg's muxer ends the whole process when it is given them as they are."""
    source = make_subtitled(tmp_path / "in.mkv", codec, OVERLAPPING)
    assert shown(convert(source, tmp_path / f"out.{ending}")) == [
        (1.0, 1.5, "A"),
        (1.5, 2.0, "A\\NB"),
        (2.0, 2.5, "B"),
        (3.0, 4.0, "C"),
    ]


@pytest.mark.parametrize("codec", ["subrip", "ass"])
@pytest.mark.parametrize("ending", ["mkv", "webm", "mp4"])
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("1", None, [(0, 0.5, "A"), (1.5, 2.5, "B"), (4.0, 4.5, "C")]),
        ("1", "3", [(0, 0.5, "A"), (1.5, 2.0, "B")]),
        ("1.6", "2.4", []),
        ("3", "3.2", [(0, 0.2, "B")]),
    ],
)
def test_cue_is_cut_to_the_part(
    tmp_path: Path, codec: str, ending: str, start: str, end: str | None, expected: list[Shown]
) -> None:
    cues: list[Shown] = [(0.5, 1.5, "A"), (2.5, 3.5, "B"), (5.0, 5.5, "C")]
    source = make_subtitled(tmp_path / "in.mkv", codec, cues)
    part = ReadOptions(Fraction(start), Fraction(end) if end else None)
    assert shown(convert(source, tmp_path / f"out.{ending}", part)) == expected
