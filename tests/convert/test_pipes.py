"""Between two ffmpegs, through real pipes."""

import os
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from realtime_nst.frame import Frame
from realtime_nst.sinks import open_sink
from realtime_nst.sources.options import RawFormat, ReadOptions
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.sources.video.source import VideoSource
from tests.helpers.video_clips import Clip, content, make

OURS = [
    sys.executable,
    "-m",
    "realtime_nst",
    "video",
    "-",
    "-",
    "-s",
    "identity",
    "--stabilise",
    "0",
]
FFMPEG = ["ffmpeg", "-v", "error", "-y"]
RAW = ["-f", "rawvideo", "-pix_fmt"]

needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")


def through(clip: Path, out: Path, before: list[str], ours: list[str], after: list[str]) -> None:
    """ffmpeg | realtime-nst | ffmpeg."""
    first = [*FFMPEG, "-i", str(clip), *before, "-"]
    last = [*FFMPEG, *after, "-i", "-", "-c:v", "ffv1", str(out)]
    with (
        subprocess.Popen(first, stdout=subprocess.PIPE) as reads,
        subprocess.Popen(
            [*OURS, *ours], stdin=reads.stdout, stdout=subprocess.PIPE, env=os.environ
        ) as paints,
    ):
        assert reads.stdout
        reads.stdout.close()  # ours alone reads it
        assert subprocess.run(last, stdin=paints.stdout, check=False).returncode == 0
    assert (reads.returncode, paints.returncode) == (0, 0)


def picture(path: Path) -> np.ndarray:
    with av.open(str(path)) as file:
        return next(file.decode(video=0)).to_ndarray(format="bgr24").astype(float)


@needs_ffmpeg
@pytest.mark.parametrize("size", [(64, 48), (66, 50), (65, 49)])
def test_y4m(models: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    pixels = "yuv444p" if size[0] % 2 else "yuv420p"
    clip, out = make(tmp_path / "in.mp4", Clip(*size, pixels=pixels)), tmp_path / "out.mkv"
    through(clip, out, ["-f", "yuv4mpegpipe"], ["--pix-fmt", "yuv444p"], [])
    assert content(out).pts == content(clip).pts
    assert content(out).size == size
    assert np.abs(picture(out) - picture(clip)).mean() < 2


@needs_ffmpeg
@pytest.mark.parametrize("pixels", ["bgr24", "yuv420p", "rgba"])
def test_rawvideo(models: Path, tmp_path: Path, pixels: str) -> None:
    clip, out = make(tmp_path / "in.mp4", Clip()), tmp_path / "out.mkv"
    told = ["--size", "64x48", "--fps", "25", "--pix-fmt", pixels]
    after = [*RAW, pixels, "-s", "64x48", "-r", "25"]
    through(clip, out, [*RAW, pixels], ["--format", "rawvideo", *told], after)
    assert content(out).pts == content(clip).pts
    assert np.abs(picture(out) - picture(clip)).mean() < 2


def test_y4m_repeats_frames_of_longer_duration(tmp_path: Path) -> None:
    """There is only a rate."""
    info, levels, times = SyntheticSource(16, 16, Fraction(25)).info, (50, 100, 150), (0, 2, 5)
    with open_sink(tmp_path / "out.y4m", info) as sink:
        for index, (level, time) in enumerate(zip(levels, times, strict=True)):
            image = np.full((16, 16, 3), level, np.uint8)
            sink.write(Frame(image, index, Fraction(time, 25), 0.0))
    with VideoSource(tmp_path / "out.y4m") as source:
        shown = [round(float(frame.image.mean()), -1) for frame in source]
    assert shown == [50, 50, 100, 100, 100, 150]


def test_rawvideo_is_bit_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (3, 4, 6, 3), np.uint8)
    read, write = os.pipe()
    os.write(write, frames.tobytes())
    os.close(write)
    stdin = os.dup(0)
    os.dup2(read, 0)
    try:
        raw = RawFormat(6, 4, Fraction(10), "bgr24")
        with VideoSource(Path("-"), ReadOptions(raw=raw)) as source:
            seen = list(source)
    finally:
        os.dup2(stdin, 0)
        os.close(stdin)
        os.close(read)
    assert (np.stack([frame.image for frame in seen]) == frames).all()
    assert [frame.pts for frame in seen] == [0, Fraction(1, 10), Fraction(1, 5)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--format", "rawvideo"], "rawvideo needs --size and --fps"),
        (
            ["--format", "rawvideo", "--size", "64x", "--fps", "5"],
            "rawvideo needs --size and --fps",
        ),
        (["--format", "avi"], "'avi' is none of y4m, rawvideo"),
    ],
)
def test_rawvideo_needs_size_and_rate(models: Path, options: list[str], said: str) -> None:
    result = subprocess.run(
        [*OURS, *options], input=b"", capture_output=True, check=False, env=os.environ
    )
    assert result.returncode == 2
    assert said in " ".join(result.stderr.decode().split()).replace(" │ │ ", " ")
    assert not result.stdout


def test_rawvideo_unknown_pix_fmt_prints_one_error(models: Path) -> None:
    told = ["--format", "rawvideo", "--size", "64x48", "--fps", "25", "--pix-fmt", "yuv"]
    result = subprocess.run(
        [*OURS, *told], input=b"", capture_output=True, check=False, env=os.environ
    )
    assert result.returncode == 1
    assert b"error: cannot read the pipe as yuv" in result.stderr


def test_rawvideo_truncated_input_is_an_error(models: Path, tmp_path: Path) -> None:
    told = ["--format", "rawvideo", "--size", "64x48", "--fps", "25", "--pix-fmt", "bgr24"]
    command = [*OURS[:5], str(tmp_path / "out.mp4"), *OURS[6:], *told]
    data = bytes(64 * 48 * 3 * 4 + 1000)
    result = subprocess.run(command, input=data, capture_output=True, check=False, env=os.environ)
    assert result.returncode == 1
    assert b"error: - breaks off" in result.stderr
    assert not (tmp_path / "out.mp4").exists()
