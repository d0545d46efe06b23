"""Truncated and damaged videos are detected, and their readable part is read."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame
from realtime_nst.sinks import open_sink
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.source import VideoSource
from tests.helpers.video_clips import Clip, content, lingering, make, make_rich
from tests.sinks.video.test_streams import remux

FASTSTART = {"movflags": "faststart"}


@pytest.mark.parametrize("ending", ["mp4", "mkv", "avi", "webm"])
def test_a_cut_off_file_is_an_error_behind_its_last_frame(tmp_path: Path, ending: str) -> None:
    options = {"b": "400k"} if ending == "webm" else {"crf": "1"}
    codec = "libvpx-vp9" if ending == "webm" else "libx264"
    tick, ticks = Fraction(1, 25), tuple(range(100))
    clip = Clip(320, 240, tick=tick, ticks=ticks, codec=codec, options=options)
    whole = make(tmp_path / f"whole.{'mov' if ending == 'mp4' else ending}", clip)
    data = whole.read_bytes()
    cut = tmp_path / f"cut.{ending}"
    cut.write_bytes(data[: len(data) * 3 // 4])
    seen: list[Frame] = []
    with pytest.raises(SourceError) as caught, VideoSource(cut) as source:
        seen.extend(source)
    assert caught.value.hint
    assert ending == "mp4" or 0 < len(seen) < 100  # the index of an MP4 lies at its end


def test_a_matroska_file_that_lacks_its_very_end_is_noticed(tmp_path: Path) -> None:
    whole = make_rich(tmp_path / "whole.mkv")
    assert len(list(VideoSource(whole))) == 15
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[:-1])
    with pytest.raises(SourceError, match="breaks off"), VideoSource(cut) as source:
        list(source)


@pytest.mark.parametrize("ending", ["mkv", "mp4"])
@pytest.mark.parametrize("start", [0, Fraction(3, 10)])
def test_a_long_frame_is_not_damage(tmp_path: Path, ending: str, start: Fraction) -> None:
    clip = make(tmp_path / "in.mp4", Clip())
    slow = lingering(tmp_path / f"slow.{ending}", clip, 5)
    with VideoSource(slow, ReadOptions(start=Fraction(start))) as source:
        last = list(source)[-1]
    assert last.duration == 5


@pytest.mark.parametrize("size", [0.5, 0.9])
def test_a_cut_off_web_mp4_is_noticed(tmp_path: Path, size: float) -> None:
    """Test an index that precedes the frames."""
    clip = make(tmp_path / "in.mkv", Clip(320, 240, ticks=tuple(range(0, 40 * 512, 512))))
    whole = tmp_path / "web.mp4"
    with av.open(str(clip)) as source, av.open(str(whole), "w", options=FASTSTART) as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * size)])
    seen: list[Frame] = []
    with pytest.raises(SourceError, match="breaks off after"), VideoSource(cut) as cut_off:
        seen.extend(cut_off)
    assert len(seen) < 40
    told: list[str] = []
    with VideoSource(cut, ReadOptions(skip_broken=True, on_skip=told.append)) as lenient:
        kept = list(lenient)
    assert 0 < len(kept) < 40
    assert "breaks off after" in told[0]


def test_data_appended_to_an_open_file_is_skipped_and_reported(tmp_path: Path) -> None:
    """Test a file that grows, like a broadcast that is being recorded."""
    ticks = tuple(range(0, 200 * 512, 512))
    make(tmp_path / "whole.mp4", Clip(320, 240, ticks=ticks, sound="aac"))
    data = remux(tmp_path / "whole.mp4", tmp_path / "whole.ts").read_bytes()
    half, growing = len(data) // 2 // 188 * 188, tmp_path / "in.ts"
    told: list[str] = []
    for name in ("still", "growing"):
        growing.write_bytes(data[:half])
        reading = ReadOptions(skip_broken=True, on_skip=told.append)
        with (
            VideoSource(growing, reading) as source,
            open_sink(tmp_path / f"{name}.mkv", source.info) as sink,
        ):
            if name == "growing":
                growing.write_bytes(data)
            for frame in source:
                sink.write(frame)
    still, grown = content(tmp_path / "still.mkv"), content(tmp_path / "growing.mkv")
    assert 80 < len(still.pts) < 120
    # What lies across that end is whole in one of them only.
    assert abs(len(grown.pts) - len(still.pts)) <= 2
    assert abs(len(grown.sound[0]) - len(still.sound[0])) <= 2
    assert [line for line in told if "appended" in line] == [told[-1]]
    assert told[-1].startswith(f"data appended to {growing} meanwhile, after ")


def damaged(tmp_path: Path) -> Path:
    """Return a clip whose packets 10 to 12 are noise; every frame is a key frame."""
    options = {"crf": "10", "preset": "ultrafast", "g": "1"}
    clip = make(tmp_path / "in.mkv", Clip(ticks=tuple(range(0, 30 * 512, 512)), options=options))
    return blanked(clip, range(10, 13))


def blanked(clip: Path, numbers: Iterable[int]) -> Path:
    """A copy in which some packets are noise."""
    data = bytearray(clip.read_bytes())
    with av.open(str(clip)) as file:
        packets = [bytes(packet) for packet in file.demux(video=0)]
    for number in numbers:
        place, length = bytes(data).index(packets[number]), len(packets[number])
        data[place : place + length] = bytes([255]) * length
    path = clip.with_name(f"damaged{clip.suffix}")
    path.write_bytes(data)
    return path


def test_a_frame_that_cannot_be_read_stops_or_is_left_out(tmp_path: Path) -> None:
    clip = damaged(tmp_path)
    seen: list[Frame] = []
    with pytest.raises(SourceError, match="is damaged") as caught, VideoSource(clip) as source:
        seen.extend(source)
    assert 0 < len(seen) <= 10
    assert "--on-error skip" in caught.value.hint
    told: list[str] = []
    with VideoSource(clip, ReadOptions(skip_broken=True, on_skip=told.append)) as source:
        times = [frame.pts * 25 for frame in source]
    assert times == [*range(10), *range(13, 30)]  # the others stay where they were
    assert len(told) == 3
