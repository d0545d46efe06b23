"""Seeking to a part of a video yields the same frames as reading all of it."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.source import VideoSource
from tests.helpers.video_clips import Clip, found, make
from tests.sources.video.test_damaged_files import blanked

QUIET = {"g": "30", "x265-params": "log-level=1"}
OPEN = {"g": "30", "x264-params": "open-gop=1:bframes=5"}
LONG = Clip(ticks=tuple(range(1024, 1024 + 250 * 512, 512)), options={"g": "30"})
UNEVEN = tuple(index * 512 + 200 * (index % 3) for index in range(250))
CENTI, FOURS = Fraction(1, 100), tuple(range(0, 1000, 4))
EVEN = replace(LONG, tick=Fraction(1, 25), ticks=tuple(range(250)))
KINDS: dict[str, tuple[str, Clip]] = {
    "h264": ("mp4", LONG),
    "uneven times": ("mp4", replace(LONG, ticks=UNEVEN)),
    "one key frame": ("mkv", replace(LONG, options={"g": "999", "sc_threshold": "0"})),
    "open groups": ("mp4", replace(LONG, options=OPEN)),
    "no key frames": ("mkv", replace(LONG, options={"g": "30", "intra-refresh": "1"})),
    "broadcast": ("ts", LONG),
    "hevc": ("mp4", replace(LONG, codec="libx265", options=QUIET)),
    "vp8": ("webm", replace(LONG, codec="libvpx", options={"g": "30", "cpu-used": "8"})),
    "vp9": ("webm", replace(LONG, codec="libvpx-vp9", options={"g": "30", "cpu-used": "8"})),
    "av1": ("mp4", replace(LONG, codec="libsvtav1", options={"g": "30", "preset": "12"})),
    "mpeg1": ("mpg", replace(EVEN, codec="mpeg1video", options={"g": "12", "bf": "2"})),
    "mpeg2": ("ts", replace(EVEN, codec="mpeg2video", options={"g": "12", "bf": "2"})),
    "divx": ("avi", replace(EVEN, codec="mpeg4", options={"g": "30"})),
    "h264 in avi": ("avi", replace(EVEN, options={"g": "30", "bf": "0"})),
    "b-frames in avi": ("avi", replace(EVEN, options={"g": "30", "bf": "2"})),
    "mjpeg": ("mov", replace(LONG, codec="mjpeg", pixels="yuvj420p", options={})),
    "gif": ("gif", replace(EVEN, codec="gif", pixels="rgb8", tick=CENTI, ticks=FOURS, options={})),
}  # fmt: skip
PLACES = ("0.5", "2.04", "5", "7.33", "9.9")
CLIPS = {path.name: path for path in found()}


def frames(path: Path, reading: ReadOptions) -> list[tuple[Fraction, int]]:
    """Times on the file's clock, and what is to be seen."""
    with VideoSource(path, reading) as source:
        begin = source.info.start
        return [(begin + frame.pts, hash(frame.image.tobytes())) for frame in source]


def agree(path: Path, places: tuple[str, ...]) -> None:
    whole = frames(path, ReadOptions())
    for place in places:
        expected = [frame for frame in whole if frame[0] - whole[0][0] >= Fraction(place)]
        assert frames(path, ReadOptions(Fraction(place))) == expected, place


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_is_what_the_whole_has_there(tmp_path: Path, kind: str) -> None:
    ending, clip = KINDS[kind]
    agree(make(tmp_path / f"in.{ending}", clip), PLACES)


@pytest.mark.skipif(not CLIPS, reason="no real clips on this machine")
@pytest.mark.parametrize("name", CLIPS)
def test_real_clips(name: str) -> None:
    with VideoSource(CLIPS[name]) as source:
        seconds = (
            source.info.frames / source.info.rate if source.info.frames and source.info.rate else 0
        )
    agree(CLIPS[name], (str(round(float(seconds) * 0.7, 2)),))


@pytest.mark.parametrize("place", ["0.04", "5", "7.33"])
def test_what_was_done_before_is_jumped_over(tmp_path: Path, place: str) -> None:
    """The last frame up to the place comes, and the part stays what it was."""
    path, start = make(tmp_path / "in.mp4", LONG), Fraction(1)
    whole = frames(path, ReadOptions(start, Fraction(9)))
    rest = frames(path, ReadOptions(start, Fraction(9), resume=Fraction(place)))
    goal = whole[0][0] + Fraction(place)
    assert rest == whole[len(whole) - len(rest) :]
    assert rest[0][0] <= goal < rest[1][0]


def test_damage_before_the_part_does_not_matter(tmp_path: Path) -> None:
    """Which shows that it was not decoded."""
    path = make(tmp_path / "in.mkv", LONG)
    broken = blanked(path, range(40, 45))
    with pytest.raises(SourceError), VideoSource(broken) as source:
        list(source)
    assert frames(broken, ReadOptions(Fraction(5))) == frames(path, ReadOptions(Fraction(5)))


def test_a_cut_off_file_is_noticed_behind_a_jump(tmp_path: Path) -> None:
    path = make(tmp_path / "in.mp4", replace(LONG, width=320, height=240))
    web = tmp_path / "web.mp4"
    with (
        av.open(str(path)) as source,
        av.open(str(web), "w", options={"movflags": "faststart"}) as out,
    ):
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    web.write_bytes(web.read_bytes()[: int(web.stat().st_size * 0.8)])
    with pytest.raises(SourceError, match="breaks off after"):
        frames(web, ReadOptions(Fraction(5)))
