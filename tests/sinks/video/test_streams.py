"""Other streams of the input are copied, or their loss is reported."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.packet import Packet
from av.stream import Disposition
from av.subtitles.subtitle import AssSubtitle

from realtime_nst.errors import SourceError
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from tests.helpers.video_clips import Clip, content, make, make_rich

QUICK = VideoOptions()


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    return make_rich(tmp_path / "in.mkv")


def copy(source: Path, target: Path, options: VideoOptions = QUICK) -> tuple[str, ...]:
    """Convert a file without a style; return the notes."""
    with open_source(source) as frames, open_sink(target, frames.info, options) as sink:
        for frame in frames:
            sink.write(frame)
    return sink.notes


def tracks(path: Path) -> Iterator[tuple[str, str, str | None]]:
    with av.open(str(path)) as file:
        for stream in file.streams:
            codec = stream.codec_context.codec.canonical_name if stream.codec_context else ""
            yield stream.type, codec, stream.language


def test_stylized_stream_is_the_default_one(rich: Path, tmp_path: Path) -> None:
    two = tmp_path / "two.mkv"
    with av.open(str(rich)) as source, av.open(str(two), "w") as output:
        picture = source.streams.video[0]
        ways = [output.add_stream_from_template(picture) for _ in range(2)]
        ways[1].disposition = Disposition.default
        for packet in source.demux(picture):
            if packet.dts is not None:
                for way in ways:
                    again = Packet(bytes(packet))
                    again.pts, again.dts, again.time_base = packet.pts, packet.dts, packet.time_base
                    again.is_keyframe, again.stream = packet.is_keyframe, way
                    output.mux(again)
    for ending in ("mkv", "mp4"):
        notes = copy(two, tmp_path / f"out.{ending}")
        assert any("is not stylized" in note for note in notes)
        with av.open(str(tmp_path / f"out.{ending}")) as file:
            shown = [bool(each.disposition & Disposition.default) for each in file.streams.video]
            assert shown == [True, False]
    assert "dropped" in copy(two, tmp_path / "out.avi")[0]


def with_cover(path: Path, source: Path) -> Path:
    """Return a Matroska file with a cover image of 2x2."""
    _, jpeg = cv2.imencode(".jpg", np.zeros((2, 2, 3), np.uint8))
    with av.open(str(source)) as file, av.open(str(path), "w") as output:
        picture = file.streams.video[0]
        way = output.add_stream_from_template(picture)
        output.add_attachment("cover.jpg", "image/jpeg", jpeg.tobytes())
        for packet in file.demux(picture):
            if packet.dts is not None:
                packet.stream = way
                output.mux(packet)
    return path


def test_cover_is_kept_or_reported_as_dropped(rich: Path, tmp_path: Path) -> None:
    covered = with_cover(tmp_path / "covered.mkv", rich)
    assert copy(covered, tmp_path / "out.mkv") == ()
    with av.open(str(covered)) as before, av.open(str(tmp_path / "out.mkv")) as after:
        covers = [
            [bytes(packet) for packet in file.demux(file.streams.video[1]) if packet.size]
            for file in (before, after)
        ]
        assert after.streams.video[1].disposition & Disposition.attached_pic
    assert covers[0] == covers[1]
    assert "the cover, is dropped" in copy(covered, tmp_path / "out.mp4")[0]


def test_languages_have_the_names_that_quicktime_knows(rich: Path, tmp_path: Path) -> None:
    dutch = remux(rich, tmp_path / "dutch.mkv", language="nld")
    copy(dutch, tmp_path / "out.mov")
    with av.open(str(tmp_path / "out.mov")) as file:
        assert file.streams.audio[0].language == "dut"


def test_unsupported_tags_are_reported_as_dropped(rich: Path, tmp_path: Path) -> None:
    tagged = remux(rich, tmp_path / "tagged.mkv", tags={"title": "A film", "mood": "grim"})
    assert copy(tagged, tmp_path / "out.mkv") == ()
    (note,) = copy(tagged, tmp_path / "out.mp4")
    assert note.endswith("dropped: MOOD")


def test_damaged_audio_in_transcoding(rich: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mkv"
    with av.open(str(rich)) as source, av.open(str(broken), "w") as output:
        wanted = (source.streams.video[0], source.streams.audio[1])
        ways = {s.index: output.add_stream_from_template(s, opaque=True) for s in wanted}
        for packet in source.demux(*wanted):
            if packet.dts is None:
                continue
            way = ways[packet.stream.index]
            if packet.stream.type == "audio":
                again = Packet(b"\xff\xf8" + bytes(40))
                again.pts, again.dts, again.time_base = packet.pts, packet.dts, packet.time_base
                packet = again
            packet.stream = way
            output.mux(packet)
    out = tmp_path / "out.webm"
    with pytest.raises(SourceError, match=r"the audio of .* is damaged"):
        copy(broken, out)
    assert not out.exists()
    whole = tmp_path / "whole.webm"
    notes = copy(broken, whole, replace(QUICK, skip_broken=True))
    assert any("skipped: the audio of" in note for note in notes)
    assert len(content(whole).pts) == 15


def test_matroska_takes_everything(rich: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    assert copy(rich, out) == ()
    assert list(tracks(out)) == list(tracks(rich))
    assert content(out).sound == content(rich).sound
    with av.open(str(rich)) as before, av.open(str(out)) as after:
        assert after.metadata["title"] == "A film"
        assert [chapter["metadata"] for chapter in after.chapters()] == [
            {"title": "Part 0"},
            {"title": "Part 1"},
        ]
        for one, other in zip(before.streams, after.streams, strict=True):
            assert other.start_time == one.start_time
        texts = [bytes(packet) for packet in after.demux(after.streams.subtitles[0])]
        assert b"Hello" in texts


def remux(
    path: Path, target: Path, language: str | None = None, tags: dict[str, str] | None = None
) -> Path:
    """Remux video and first audio stream into another container with FFmpeg."""
    with av.open(str(path)) as source, av.open(str(target), "w") as output:
        output.metadata.update(tags or {})
        wanted = (source.streams.video[0], source.streams.audio[0])
        ways = {s.index: output.add_stream_from_template(s, opaque=True) for s in wanted}
        if language:
            ways[wanted[1].index].metadata["language"] = language
        for packet in source.demux(*wanted):
            if packet.dts is not None:
                packet.stream = ways[packet.stream.index]
                output.mux(packet)
    return target


@pytest.mark.parametrize(
    ("ending", "kept", "said"),
    [
        (
            "mp4",
            ["h264", "aac", "flac", "mov_text"],
            ["subtitle stream 3 (srt, fre) becomes mov_text", "attachment stream 4"],
        ),
        (
            "mov",
            ["h264", "aac", "aac", "mov_text"],
            ["audio stream 2 (flac, eng) becomes aac", "subtitle stream 3", "attachment stream 4"],
        ),
        (
            "webm",
            ["vp9", "opus", "opus", "webvtt"],
            [
                "audio stream 1 (aac, ger) becomes libopus",
                "audio stream 2",
                "subtitle",
                "attachment",
            ],
        ),
        (
            "avi",
            ["h264", "aac", "mp3"],
            [
                *(
                    "audio stream 2 (flac, eng) becomes libmp3lame",
                    "subtitle",
                    "attachment stream 4",
                ),
                "the first frame is 0.4 s early",
            ],
        ),
    ],
)
def test_streams_a_container_does_not_support_are_reported(
    rich: Path, tmp_path: Path, ending: str, kept: list[str], said: list[str]
) -> None:
    out = tmp_path / f"out.{ending}"
    notes = copy(rich, out)
    for note, words in zip(notes, said, strict=True):
        assert note.startswith(words)
    # An MP4 keeps its chapters in a track of data.
    assert [codec for kind, codec, _ in tracks(out) if kind != "data"] == kept
    with av.open(str(out)) as file:
        assert ending == "avi" or len(file.chapters()) == 2


@pytest.mark.parametrize("endings", [("mp4", "mkv"), ("webm", "mp4"), ("mkv", "mov", "webm")])
def test_subtitles_stay_what_they_say_and_when(
    rich: Path, tmp_path: Path, endings: tuple[str, ...]
) -> None:
    for number, ending in enumerate(endings):
        copy(rich, rich := tmp_path / f"{number}.{ending}")
    with av.open(str(rich)) as file:
        track = file.streams.subtitles[0]
        assert track.language in ("fre", "fra")
        packets = [packet for packet in file.demux(track) if packet.size]
        shown = [(packet, lines) for packet in packets for lines in track.decode(packet)]
        assert len(shown) == 1
        packet, lines = shown[0]
        assert isinstance(lines, AssSubtitle)
        assert lines.ass.split(b",,")[-1] == b"Hello"
        assert packet.pts is not None
        assert packet.duration is not None
        tick = Fraction(packet.time_base)
        assert float(packet.pts * tick) == pytest.approx(0.5, abs=0.03)  # AAC is primed
        assert float(packet.duration * tick) == pytest.approx(0.3, abs=0.001)


def test_video_keeps_its_offset_from_the_audio(rich: Path, tmp_path: Path) -> None:
    copy(rich, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as file:
        sound = file.streams.audio[0].start_time
        picture = next(file.decode(video=0))
        assert picture.pts is not None
        assert sound == 0
        tick = file.streams.video[0].time_base
        assert tick is not None
        assert float(picture.pts * Fraction(tick)) == pytest.approx(0.4, abs=0.022)


def test_only_audio_can_be_dropped(rich: Path, tmp_path: Path) -> None:
    copy(rich, tmp_path / "out.mkv", VideoOptions(preset="ultrafast", audio=False))
    kinds = [kind for kind, _, _ in tracks(tmp_path / "out.mkv")]
    assert kinds == ["video", "subtitle", "attachment"]


@pytest.mark.parametrize("ending", ["mkv", "mp4", "ts", "avi"])
def test_audio_of_a_part_equals_that_of_the_whole(tmp_path: Path, ending: str) -> None:
    """Though what lies before it is jumped over where that is safe."""
    tick = Fraction(1, 25)
    clip = Clip(tick=tick, ticks=tuple(range(25 * 40)), sound="aac", options={"g": "50"})
    film = make(tmp_path / f"in.{'mp4' if ending == 'ts' else ending}", clip)
    film = remux(film, tmp_path / "in.ts") if ending == "ts" else film
    start, end = Fraction(30), Fraction(33)
    with (
        open_source(film, ReadOptions(start, end)) as frames,
        open_sink(tmp_path / "part.mkv", frames.info) as sink,
    ):
        for frame in frames:
            sink.write(frame)
        begin, finish = frames.info.time_range or (Fraction(0), None)
    with av.open(str(film)) as file:
        packets = [packet for packet in file.demux(audio=0) if packet.size]
    wanted = [
        bytes(packet)
        for packet in packets
        if begin <= (packet.pts or 0) * packet.time_base < (finish or 0)
    ]
    assert 130 < len(wanted) < 150
    bare = [data[7:] if ending == "ts" else data for data in wanted]  # there each has a header
    assert content(tmp_path / "part.mkv").sound == [bare]


def test_chapters_of_an_mp4_are_not_taken_for_a_track(rich: Path, tmp_path: Path) -> None:
    copy(rich, tmp_path / "one.mp4")
    assert copy(tmp_path / "one.mp4", tmp_path / "two.mp4") == ()
    assert list(tracks(tmp_path / "two.mp4")) == list(tracks(tmp_path / "one.mp4"))


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "avi"])
def test_a_broadcast_becomes_a_file(rich: Path, tmp_path: Path, ending: str) -> None:
    """Its AAC carries a header in each packet, which files have once."""
    copy(rich, tmp_path / "out.mp4")
    remux(tmp_path / "out.mp4", tmp_path / "a.ts")
    again = tmp_path / f"again.{ending}"
    copy(tmp_path / "a.ts", again)
    assert len(content(again).pts) == 15
    assert content(again).sound == content(tmp_path / "out.mp4").sound[:1]
    with av.open(str(again)) as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) > 40_000
        assert file.streams.audio[0].rate == 48000


def test_an_input_that_vanishes_is_the_inputs_fault(rich: Path, tmp_path: Path) -> None:
    with open_source(rich) as frames:
        rich.unlink()
        with pytest.raises(SourceError, match=r"cannot read .* again"):
            open_sink(tmp_path / "out.mp4", frames.info)
    assert not list(tmp_path.iterdir())
