"""Timestamps that restart, step back or jump ahead are moved onto one rising clock."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.sinks import open_sink
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from tests.helpers.video_clips import Clip, content, make

FRAMES = 50
FRAME = 1 / 25


def broadcast(path: Path, offset: int = 0, sound: str = "aac") -> Path:
    """Two seconds of images and audio in a transport stream, from a time on."""
    ticks = tuple(range(0, FRAMES * 512, 512))
    clip = make(
        path.with_suffix(".mp4"), Clip(320, 240, ticks=ticks, sound=sound, options={"g": "25"})
    )
    with av.open(str(clip)) as source, av.open(str(path), "w") as output:
        streams = {one.index: output.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is not None and packet.pts is not None:
                shift = round(offset / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    return path


def joined(tmp_path: Path, *offsets: int, ending: str = "ts") -> Path:
    parts = [broadcast(tmp_path / f"{at}.{ending}", at) for at in offsets]
    whole = tmp_path / f"joined.{ending}"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    return whole


def copy(source: Path, target: Path) -> list[str]:
    """Through source and sink without a style; what was said on the way."""
    notes: list[str] = []
    with (
        open_source(source, ReadOptions(on_note=notes.append)) as frames,
        open_sink(target, frames.info) as sink,
    ):
        for frame in frames:
            sink.write(frame)
    return notes


def times(path: Path, kind: str) -> list[float]:
    """When the packets of the first stream of a kind are shown or heard, in seconds."""
    with av.open(str(path)) as file:
        packets = file.demux(**{kind: 0})
        return sorted(float(p.pts * p.time_base) for p in packets if p.pts is not None)


@pytest.mark.parametrize("ending", ["mp4", "mkv", "webm"])
@pytest.mark.parametrize("offsets", [(0, 0), (0, 3600), (3600, 0), (0, 0, 3600)])
def test_new_clock_joins_on(tmp_path: Path, offsets: tuple[int, ...], ending: str) -> None:
    notes = copy(joined(tmp_path, *offsets), tmp_path / f"out.{ending}")
    (note,) = notes
    assert "jump after 2.0 s" in note
    shown, heard = (times(tmp_path / f"out.{ending}", kind) for kind in ("video", "audio"))
    assert len(shown) == FRAMES * len(offsets)
    assert shown[-1] - shown[0] == pytest.approx(len(shown) * FRAME, abs=0.15)
    assert max(after - before for before, after in pairwise(shown)) < 0.15
    assert min(after - before for before, after in pairwise(heard)) > 0
    assert heard[-1] == pytest.approx(shown[-1], abs=0.3)


def test_audio_keeps_its_place_behind_many_joins(tmp_path: Path) -> None:
    """Images and audio move by the same amount, however often."""
    copy(joined(tmp_path, *[0] * 8), tmp_path / "out.mkv")
    shown, heard = (times(tmp_path / "out.mkv", kind) for kind in ("video", "audio"))
    assert shown[-1] == pytest.approx(heard[-1], abs=0.1)


def test_part_behind_a_join_is_that_of_the_whole(tmp_path: Path) -> None:
    """Time stamps do not tell where it lies."""
    path = joined(tmp_path, 0, 0, 0)
    with open_source(path) as source:
        whole = [(frame.pts, frame.image.tobytes()) for frame in source]
    with open_source(path, ReadOptions(start=Fraction(9, 2))) as source:
        part = [frame.image.tobytes() for frame in source]
    assert part == [image for pts, image in whole if pts >= Fraction(9, 2)]


def test_pause_in_one_stream_is_no_new_clock(tmp_path: Path) -> None:
    """As of images that stand still for long while audio goes on."""
    ticks = (*range(0, 25 * 512, 512), 15 * 12800)
    clip = make(tmp_path / "in.mp4", Clip(ticks=ticks, sound="aac", options={"g": "1"}))
    with av.open(str(clip)) as source, av.open(str(tmp_path / "in.ts"), "w") as output:
        streams = {one.index: output.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    with open_source(tmp_path / "in.ts") as source_again:
        assert [frame.pts for frame in source_again][-1] == 15


def test_damage_in_a_broadcast_is_still_noticed(tmp_path: Path) -> None:
    data = broadcast(tmp_path / "in.ts").read_bytes()
    half = len(data) // 2 // 188 * 188
    (tmp_path / "cut.ts").write_bytes(data[:half] + data[half + 188 * 9 :])
    with pytest.raises(SourceError, match="breaks off"), open_source(tmp_path / "cut.ts") as source:
        list(source)


def test_live_flv_that_reconnected(tmp_path: Path) -> None:
    first, second = (broadcast(tmp_path / f"{name}.flv") for name in "ab")
    header = 13  # the file's own, in front of the first tag
    path = tmp_path / "joined.flv"
    path.write_bytes(first.read_bytes() + second.read_bytes()[header:])
    copy(path, tmp_path / "out.mp4")
    assert len(content(tmp_path / "out.mp4").pts) == 2 * FRAMES
