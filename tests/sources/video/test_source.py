"""Conversion by source and sink keeps times, audio, size, rotation and colors."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime_nst.errors import SinkError, SourceError
from realtime_nst.frame import Frame, Image
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.hdr import ToneMap
from realtime_nst.sources.video.source import VideoSource
from tests.helpers.video_clips import NTSC, Clip, content, make

FEW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
GAPS = st.lists(st.integers(1, 40), min_size=2, max_size=20)
"""Ticks between frames, uneven as in videos of phones."""


def copy(source: Path, target: Path, options: VideoOptions | None = None) -> Path:
    """Through source and sink without a style."""
    with (
        open_source(source) as frames,
        open_sink(target, frames.info, options or quick(target)) as sink,
    ):
        for frame in frames:
            sink.write(frame)
    return target


def quick(target: Path) -> VideoOptions:
    """Return the fastest preset of a file format's default codec."""
    return VideoOptions(preset=None if target.suffix in (".webm", ".gif") else "ultrafast")


def frames_of(path: Path) -> list[Frame]:
    with VideoSource(path) as source:
        return list(source)


@FEW
@given(gaps=GAPS, tick=st.sampled_from([Fraction(1, 600), Fraction(1, 1000), 1 / NTSC]))
def test_variable_times_are_kept_to_the_tick(
    tmp_path: Path, gaps: list[int], tick: Fraction
) -> None:
    ticks = tuple(int(total) for total in np.cumsum(gaps))
    clip = make(tmp_path / "in.mp4", Clip(tick=tick, ticks=ticks))
    expected = [(total - ticks[0]) * tick for total in ticks]
    assert [frame.pts for frame in frames_of(clip)] == expected
    assert content(copy(clip, tmp_path / "out.mp4")).pts == expected


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm"])
def test_ntsc_stays_ntsc(tmp_path: Path, ending: str) -> None:
    clip = make(tmp_path / "in.mp4", Clip(rate=NTSC, tick=1 / NTSC, ticks=tuple(range(30))))
    assert VideoSource(clip).info.rate == NTSC
    result = content(copy(clip, tmp_path / f"out.{ending}"))
    tolerance = 0 if ending in ("mp4", "mov") else 0.00051  # Matroska counts in milliseconds
    for index, pts in enumerate(result.pts):
        assert float(pts) == pytest.approx(float(index / NTSC), abs=tolerance)


@pytest.mark.parametrize("sound", [None, "aac", "libmp3lame"])
def test_every_frame_of_an_avi_lasts_as_long(tmp_path: Path, sound: str | None) -> None:
    """FFmpeg moved the picture by the sound's priming, except its first frame."""
    clip = make(tmp_path / "in.mkv", Clip(sound=sound))
    times = content(copy(clip, tmp_path / "out.avi")).pts
    assert times == [Fraction(index, 25) for index in range(10)]


@pytest.mark.parametrize(
    ("codec", "ending", "copied"),
    [
        ("aac", "mp4", True),
        ("aac", "mov", True),
        ("aac", "mkv", True),
        ("libmp3lame", "avi", True),
        ("libopus", "webm", True),
        ("aac", "webm", False),
    ],
)
def test_audio_is_copied_bit_by_bit_where_possible(
    tmp_path: Path, codec: str, ending: str, copied: bool
) -> None:
    clip = make(tmp_path / "in.mkv", Clip(sound=codec, ticks=tuple(range(0, 25 * 512, 512))))
    result = content(copy(clip, tmp_path / f"out.{ending}"))
    assert len(result.sound) == 1
    assert (result.sound == content(clip).sound) is copied
    assert len(result.sound[0]) > 20


def test_audio_can_be_dropped(tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", Clip(sound="aac"))
    assert content(copy(clip, tmp_path / "out.mp4", VideoOptions(audio=False))).sound == []


@pytest.mark.parametrize(("angle", "corner"), [(0, "ul"), (-90, "ur"), (90, "ll"), (180, "lr")])
def test_frames_come_upright(tmp_path: Path, angle: int, corner: str) -> None:
    clip = make(tmp_path / "in.mp4", Clip(rotation=angle))
    image = frames_of(clip)[0].image
    assert image.shape[:2] == ((64, 48) if angle in (90, -90) else (48, 64))
    assert _bright_corner(image) == corner
    copied = copy(clip, tmp_path / "out.mp4")
    assert _bright_corner(frames_of(copied)[0].image) == corner


def _bright_corner(image: Image) -> str:
    height, width = image.shape[:2]
    corners = {
        "ul": image[: height // 3, : width // 3],
        "ur": image[: height // 3, -width // 3 :],
        "ll": image[-height // 3 :, : width // 3],
        "lr": image[-height // 3 :, -width // 3 :],
    }
    return max(corners, key=lambda name: float(corners[name].mean()))


YUV = (120, 90, 160)
BT709, BT601 = (0.2126, 0.0722), (0.299, 0.114)


@pytest.mark.parametrize(
    ("colorspace", "full", "height", "matrix"),
    [
        (1, False, 48, BT709),
        (1, True, 48, BT709),
        (6, False, 48, BT601),
        (5, True, 720, BT601),
        (2, False, 48, BT601),  # where a file says nothing its size decides, as in players
        (2, False, 720, BT709),
    ],
)
def test_colors_follow_the_matrix_and_range_of_the_file(
    tmp_path: Path, colorspace: int, full: bool, height: int, matrix: tuple[float, float]
) -> None:
    clip = Clip(64, height, colours=YUV, colorspace=colorspace, full_range=full, ticks=(0, 512))
    path = make(tmp_path / "in.mp4", clip)
    expected = _bgr(YUV, *matrix, full)
    assert np.abs(frames_of(path)[0].image - expected).max() <= 1.5
    # The sink tags what it writes, so that the colours come back whatever matrix it takes.
    copied = copy(path, tmp_path / "out.mp4", VideoOptions(crf=1))
    assert np.abs(frames_of(copied)[0].image - expected).max() <= 3


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_colors_are_converted_before_tone_mapping(tmp_path: Path, transfer: int) -> None:
    clip = Clip(colours=YUV, colorspace=9, primaries=9, transfer=transfer, ticks=(0, 512))
    path = make(tmp_path / "in.mp4", replace(clip, pixels="yuv420p10le"))
    rgb = _bgr(YUV, 0.2627, 0.0593, False)[::-1] / 255
    expected = ToneMap(transfer)(np.full((2, 2, 3), rgb * 65535).astype(np.uint16))[0, 0]
    assert np.abs(frames_of(path)[0].image.astype(int) - expected).max() <= 3


def _bgr(yuv: tuple[int, int, int], red: float, blue: float, full: bool) -> np.ndarray:
    """By the definition (ITU-R BT.601 and BT.709)."""
    low, luma, chroma = (0, 255, 255) if full else (16, 219, 224)
    y, u, v = (yuv[0] - low) / luma, (yuv[1] - 128) / chroma, (yuv[2] - 128) / chroma
    r, b = y + 2 * (1 - red) * v, y + 2 * (1 - blue) * u
    g = (y - red * r - blue * b) / (1 - red - blue)
    return 255 * np.array([b, g, r])


def test_a_mirrored_video_is_mirrored_back(tmp_path: Path) -> None:
    """PyAV cannot write that, so the matrix of a clip that stands on its head is changed."""
    path = make(tmp_path / "in.mp4", Clip(rotation=180))
    one, no = (1 << 16).to_bytes(4, "big"), bytes(4)
    head = (-1 << 16).to_bytes(4, "big", signed=True)
    upside_down, mirrored = head + no * 3 + head, head + no * 3 + one
    data = path.read_bytes()
    assert data.count(upside_down) == 1
    path.write_bytes(data.replace(upside_down, mirrored))
    assert _bright_corner(frames_of(path)[0].image) == "ur"


def _tags(path: Path) -> tuple[int, int, int, int]:
    with av.open(str(path)) as file:
        frame = next(file.decode(video=0))
    return frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range


@pytest.mark.parametrize(
    "tags", [(1, 1, 1, False), (6, 6, 6, True), (5, 5, 6, False), (9, 9, 1, False)]
)
@pytest.mark.parametrize("ending", ["mp4", "mkv", "webm"])
def test_color_tags_are_kept(tmp_path: Path, tags: tuple[int, int, int, bool], ending: str) -> None:
    matrix, primaries, transfer, full = tags
    clip = Clip(ticks=(0, 512), colorspace=matrix, primaries=primaries, transfer=transfer)
    path = make(tmp_path / "in.mp4", replace(clip, full_range=full))
    copied = copy(path, tmp_path / f"out.{ending}")
    # VP9 itself has one name for both kinds of BT.601.
    assert _tags(copied)[1:] == _tags(path)[1:]
    assert _tags(copied)[0] == matrix or {_tags(copied)[0], matrix} == {5, 6}


@pytest.mark.parametrize(
    ("clip", "said"),
    [
        (Clip(), []),
        (Clip(pixels="yuv420p10le"), ["10 bit; it is processed in 8 bit"]),
        (Clip(pixels="yuv420p10le", transfer=16, colorspace=9, primaries=9), ["HDR (PQ, 10 bit)"]),
        (Clip(pixels="yuv420p10le", transfer=18, colorspace=9, primaries=9), ["HDR (HLG, 10 bit)"]),
        (Clip(options={"x264-params": "tff=1"}), ["interlaced"]),
        (Clip(colorspace=8), ["matrix 8 is unsupported; BT.601 is assumed"]),
    ],
)
def test_notes_report_what_is_not_kept(tmp_path: Path, clip: Clip, said: list[str]) -> None:
    path = make(tmp_path / "in.mp4", clip)
    with VideoSource(path) as source:
        for note, words in zip(source.info.notes, said, strict=True):
            assert words in note
    hdr = clip.transfer in (16, 18)
    assert _tags(copy(path, tmp_path / "out.mp4")) == ((1, 1, 1, 1) if hdr else (6, 6, 6, 1))


@pytest.mark.parametrize(
    ("transfer", "signal", "seen"),
    [
        (16, 0.0, 0),
        (16, 0.5081, 190),  # 100 cd/m2, about half of paper white
        (16, 0.5807, 238),  # paper white, 203 cd/m2
        (16, 0.7518, 255),  # 1000 cd/m2
        (18, 0.0, 0),
        (18, 0.75, 238),  # paper white by ITU-R BT.2408
        (18, 1.0, 255),
    ],
)
def test_tone_mapping_meets_the_standards(transfer: int, signal: float, seen: int) -> None:
    picture = np.full((2, 2, 3), round(signal * 65535), np.uint16)
    assert np.abs(ToneMap(transfer)(picture).astype(int) - seen).max() <= 2


@pytest.mark.parametrize("transfer", [16, 18])
def test_tone_mapping_never_turns_back(transfer: int) -> None:
    ramp = np.repeat(np.arange(0, 65536, 16, dtype=np.uint16)[None, :, None], 3, axis=2)
    levels = ToneMap(transfer)(ramp)[0, :, 1].astype(int)
    assert (levels >= np.maximum.accumulate(levels) - 1).all()  # the tables' own grain


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, None, (0, 30)), ("0.4", None, (10, 30)), ("0.41", "0.8", (11, 20)), (0, 1, (0, 25))],
)
def test_a_part_of_a_video(
    tmp_path: Path, start: str, end: str | None, expected: tuple[int, int]
) -> None:
    ticks = tuple(range(1024, 31 * 512 + 512, 512))
    clip = make(tmp_path / "in.mp4", Clip(sound="aac", ticks=ticks))
    reading = ReadOptions(Fraction(start), None if end is None else Fraction(end))
    first, last = expected
    with open_source(clip, reading) as part, open_sink(tmp_path / "out.mp4", part.info) as sink:
        assert part.info.frames is not None
        assert abs(part.info.frames - (last - first)) <= 1
        for frame in part:
            sink.write(frame)
    times = content(tmp_path / "out.mp4").pts
    assert times == [Fraction(index, 25) for index in range(last - first)]
    sound = content(tmp_path / "out.mp4").sound[0]
    assert set(sound) <= set(content(clip).sound[0])
    seconds = len(sound) * 1024 / 48000
    assert seconds == pytest.approx(len(times) / 25, abs=0.1)


def test_a_part_behind_the_end(tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", Clip())
    with pytest.raises(SourceError, match=r"cannot decode any frame of .* between 100 s and"):
        VideoSource(clip, ReadOptions(Fraction(100)))


def test_the_input_is_never_written_over(tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", Clip())
    before = clip.read_bytes()
    with VideoSource(clip) as source, pytest.raises(SinkError, match="is the input"):
        open_sink(tmp_path / "." / "in.mp4", source.info)
    assert clip.read_bytes() == before
    for name in ("out.partial.mp4", "out.older.partial.mp4"):
        clip = clip.rename(tmp_path / name)
        with VideoSource(clip) as source, pytest.raises(SinkError, match="is the input"):
            open_sink(tmp_path / "out.mp4", source.info)
        assert clip.read_bytes() == before
