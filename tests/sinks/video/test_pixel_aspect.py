"""Pixel aspect ratio and chroma subsampling in every file format."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.chroma import chroma_of
from realtime_nst.sinks.video.codecs import PIPE, VideoOptions
from realtime_nst.sources.video.source import VideoSource

INFO = StreamInfo("", 160, 120, Fraction(5), 2, time_base=Fraction(1, 5))
OBLONG = replace(INFO, pixel_aspect=Fraction(64, 45))


def write(path: Path, info: StreamInfo, options: VideoOptions = VideoOptions()) -> tuple[str, ...]:  # noqa: B008
    image = np.full((info.height, info.width, 3), 90, np.uint8)
    with open_sink(path, info, options) as sink:
        for index in range(2):
            sink.write(Frame(image, index, Fraction(index, 5), 0.0))
    return sink.notes


@pytest.mark.parametrize(
    ("codec", "ending"),
    [("h264", "mp4"), ("hevc", "mov"), ("vp9", "mp4"), ("h264", "mkv"), ("h264", "avi"),
     (None, "y4m"), ("ffv1", "mp4"), ("prores", "mov")],
)  # fmt: skip
def test_oblong_pixels_are_kept(tmp_path: Path, codec: str | None, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    assert write(path, OBLONG, VideoOptions(codec)) == ()
    with VideoSource(path) as source:
        assert source.info.pixel_aspect == Fraction(64, 45)
        assert (source.info.width, source.info.height) == (160, 120)


@pytest.mark.parametrize(
    ("codec", "ending"),
    [("vp9", "webm"), ("av1", "webm"), ("vp9", "mkv"), ("av1", "mkv"), ("ffv1", "mkv"),
     ("prores", "mkv"), ("ffv1", "avi"), (None, "gif"), (None, "apng")],
)  # fmt: skip
@pytest.mark.parametrize(
    ("aspect", "size"), [(Fraction(64, 45), (228, 120)), (Fraction(8, 9), (160, 136))]
)
def test_oblong_pixels_become_square_where_a_file_cannot_hold_them(
    tmp_path: Path, codec: str | None, ending: str, aspect: Fraction, size: tuple[int, int]
) -> None:
    path = tmp_path / f"out.{ending}"
    (note,) = write(path, replace(INFO, pixel_aspect=aspect), VideoOptions(codec))
    assert note.startswith("this file cannot store the pixel aspect ratio ")
    assert note.endswith(f"it is scaled to {size[0]}x{size[1]}")
    with VideoSource(path) as source:
        assert source.info.pixel_aspect == 1
        assert (source.info.width, source.info.height) == size


def test_y4m_pipe_holds_oblong_pixels(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write(Path(PIPE), OBLONG)
    data = capfdbinary.readouterr().out
    assert data.partition(b"\n")[0].split()[:3] == [b"YUV4MPEG2", b"W160", b"H120"]
    assert b"A64:45" in data.partition(b"\n")[0].split()
    assert len(data.partition(b"\n")[2]) == 2 * (len(b"FRAME\n") + 160 * 120 * 3 // 2)


def test_raw_pipe_reports_oblong_pixels(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (note,) = write(Path(PIPE), OBLONG, VideoOptions(pipe="rawvideo"))
    assert note == "raw video cannot store the pixel aspect ratio 64:45"
    assert len(capfdbinary.readouterr().out) == 2 * 160 * 120 * 3 // 2


@pytest.mark.parametrize(
    ("info", "options", "ending", "expected"),
    [
        (INFO, VideoOptions(), "mp4", []),
        (
            replace(INFO, width=641, height=361), VideoOptions(), "mp4",
            ["odd size: 4:4:4, which many phones and browsers do not play; --size 640x360"],
        ),
        (
            replace(INFO, height=361), VideoOptions("hevc"), "mkv",
            ["odd size: 4:4:4, which many phones and browsers do not play; --size x360"],
        ),
        (replace(INFO, width=161), VideoOptions(pix_fmt="yuv444p"), "mp4", []),
        (replace(INFO, width=161), VideoOptions("ffv1"), "mkv", []),
        (replace(INFO, width=161), VideoOptions("vp9"), "webm", []),
        (
            replace(INFO, pixels="yuv444p"), VideoOptions(), "mp4",
            ["the input's colors (4:4:4) are stored in less detail (4:2:0); "
             "--pix-fmt yuv444p keeps them, for fewer players"],
        ),
        (
            replace(INFO, pixels="yuv422p10le"), VideoOptions("av1"), "mkv",
            ["the input's colors (4:2:2) are stored in less detail (4:2:0)"],
        ),
        (replace(INFO, pixels="yuvj444p"), VideoOptions(pix_fmt="yuv444p"), "mp4", []),
        (replace(INFO, pixels="yuv422p"), VideoOptions("prores"), "mov", []),
        (replace(INFO, pixels="yuv444p"), VideoOptions("ffv1"), "mkv", []),
        (replace(INFO, pixels="bgr0"), VideoOptions(), "mp4", []),
        (replace(INFO, pixels="yuv420p10le"), VideoOptions(), "mp4", []),
        (replace(INFO, pixels="gray"), VideoOptions(), "mp4", []),
    ],
)  # fmt: skip
def test_lost_color_resolution_is_reported(
    tmp_path: Path, info: StreamInfo, options: VideoOptions, ending: str, expected: list[str]
) -> None:
    assert list(write(tmp_path / f"out.{ending}", info, options)) == expected


def test_source_tells_how_pixels_are_stored(tmp_path: Path) -> None:
    write(tmp_path / "in.mp4", INFO, VideoOptions(pix_fmt="yuv444p"))
    with VideoSource(tmp_path / "in.mp4") as source:
        assert chroma_of(source.info.pixels) == "4:4:4"
    with av.open(str(tmp_path / "in.mp4")) as file:
        assert file.streams.video[0].codec_context.pix_fmt == source.info.pixels
