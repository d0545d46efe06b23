"""Every codec in every container that supports it keeps frames, times, size and colors."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, Image
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.codecs import CODECS, CONTAINERS, SELECTABLE_CODECS, VideoOptions
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.sources.video.source import VideoSource
from tests.helpers.video_clips import content

CPU = [name for name in SELECTABLE_CODECS if not CODECS[name].hardware]
GPU = [name for name in SELECTABLE_CODECS if CODECS[name].hardware]
PAIRS = [
    ("h264", "mp4"),
    ("h264", "mkv"),
    ("hevc", "mp4"),
    ("hevc", "mov"),
    ("av1", "mp4"),
    ("av1", "webm"),
    ("vp9", "mp4"),
    ("vp9", "webm"),
    ("prores", "mov"),
    ("prores", "mkv"),
    ("ffv1", "mkv"),
    ("ffv1", "avi"),
]
NAMES = {"h264": "h264", "hevc": "hevc", "av1": "av1", "vp9": "vp9", "prores": "prores"}


def write(path: Path, options: VideoOptions, source: SyntheticSource) -> list[Frame]:
    """Return the input frames."""
    frames = list(source)
    with open_sink(path, source.info, options) as sink:
        for frame in frames:
            sink.write(frame)
    return frames


def psnr(one: Image, other: Image) -> float:
    error = float(np.mean((one.astype(float) - other) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


@pytest.mark.parametrize("size", [(128, 96), (129, 97)])
@pytest.mark.parametrize(("codec", "ending"), PAIRS)
def test_a_codec(tmp_path: Path, codec: str, ending: str, size: tuple[int, int]) -> None:
    path = tmp_path / f"out.{ending}"
    before = write(path, VideoOptions(codec), SyntheticSource(*size, Fraction(25), 5))
    with VideoSource(path) as source:
        after = list(source)
    assert [frame.pts for frame in after] == [frame.pts for frame in before]
    assert content(path).size == size
    with av.open(str(path)) as file:
        assert file.streams.video[0].codec_context.codec.canonical_name == NAMES.get(codec, codec)
    lowest = min(psnr(a.image, b.image) for a, b in zip(before, after, strict=True))
    # Half the colour of bars this sharp is lost where neighbours share it; ffv1 keeps RGB itself.
    assert lowest == float("inf") if codec == "ffv1" else lowest > 25


def test_every_codec_of_the_cpu_is_tried() -> None:
    assert {codec for codec, _ in PAIRS} == set(CPU)


def test_apple_plays_hevc(tmp_path: Path) -> None:
    write(tmp_path / "out.mp4", VideoOptions("hevc"), SyntheticSource(64, 48, frames=2))
    with av.open(str(tmp_path / "out.mp4")) as file:
        assert file.streams.video[0].codec_context.codec_tag == "hvc1"


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9"])
def test_the_shortest_videos(tmp_path: Path, codec: str, count: int) -> None:
    """x265 makes the moments of decoding up where it gets less than three frames."""
    for turn in range(4):
        path = tmp_path / f"{turn}.mp4"
        write(path, VideoOptions(codec), SyntheticSource(64, 48, Fraction(25), count))
        assert content(path).pts == [Fraction(index, 25) for index in range(count)]


def test_a_lower_crf_is_bigger_and_better(tmp_path: Path) -> None:
    for codec, ending in (("h264", "mp4"), ("hevc", "mp4"), ("av1", "mp4"), ("vp9", "webm")):
        sizes = []
        for crf in (10, 50):
            path = tmp_path / f"{codec}{crf}.{ending}"
            write(path, VideoOptions(codec, crf), SyntheticSource(128, 96, frames=5))
            sizes.append(path.stat().st_size)
        assert sizes[0] > sizes[1]


def test_pixels_can_be_chosen(tmp_path: Path) -> None:
    for pixels in ("yuv444p", "yuv420p10le", "yuv422p"):
        path = tmp_path / f"{pixels}.mkv"
        write(path, VideoOptions(pix_fmt=pixels), SyntheticSource(64, 48, frames=2))
        with av.open(str(path)) as file:
            assert file.streams.video[0].codec_context.pix_fmt == pixels


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("out.mp4", VideoOptions("xvid"), "there is no codec 'xvid'"),
        ("out.mp4", VideoOptions("gif"), "there is no codec 'gif'"),
        ("out.mp4", VideoOptions("prores"), "cannot store prores in .mp4"),
        ("out.mov", VideoOptions("vp9"), "cannot store vp9 in .mov"),
        ("out.webm", VideoOptions("h264"), "cannot store h264 in .webm"),
        ("out.gif", VideoOptions("h264"), "cannot store h264 in .gif"),
        ("out.mp4", VideoOptions(preset="quick"), "h264 has no preset 'quick'"),
        ("out.mov", VideoOptions("prores", crf=20), "prores has no --crf"),
        ("out.mp4", VideoOptions("h264", crf=60), "h264 has no --crf 60"),
        ("out.mp4", VideoOptions(pix_fmt="yuv4"), "libx264 does not support the pixel format yuv4"),
    ],
)
def test_what_does_not_go_together(
    tmp_path: Path, name: str, options: VideoOptions, said: str
) -> None:
    with pytest.raises(SinkError, match=said) as caught:
        open_sink(tmp_path / name, SyntheticSource(64, 48).info, options)
    assert caught.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("codec", GPU)
def test_a_gpu_encodes_or_says_that_it_cannot(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "out.mkv"
    options, source = VideoOptions(codec), SyntheticSource(256, 256, frames=5)
    if Path("/dev/nvidia0").exists():
        write(path, options, source)
        assert len(content(path).pts) == 5
        return
    with pytest.raises(SinkError, match=f"{codec} does not run on this machine"):
        write(path, options, source)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["gif", "apng"])
def test_animations_for_the_web(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    before = write(path, VideoOptions(), SyntheticSource(64, 48, Fraction(25), 6))
    with VideoSource(path) as source:
        after = list(source)
    assert [frame.pts for frame in after] == [frame.pts for frame in before]
    lowest = min(psnr(a.image, b.image) for a, b in zip(before, after, strict=True))
    assert lowest > (30 if ending == "gif" else 1000)
    data = path.read_bytes()
    endless = b"NETSCAPE2.0\x03\x01\0\0" if ending == "gif" else b"acTL\0\0\0\x06\0\0\0\0"
    assert endless in data


def test_a_moving_webp(tmp_path: Path) -> None:
    """FFmpeg writes them, but cannot read them."""
    path = tmp_path / "out.webp"
    before = write(path, VideoOptions(), SyntheticSource(64, 48, Fraction(25), 6))
    read, after = cv2.imreadanimation(str(path))
    assert read
    assert len(after.frames) == 6
    assert list(after.durations) == [40] * 6
    # OpenCV 4 enlarges the halved colors less smoothly than OpenCV 5: 28.6 and over 30 dB.
    assert psnr(before[0].image, np.asarray(after.frames[0][..., :3], np.uint8)) > 28


def test_every_container_has_a_codec_we_know() -> None:
    assert {container.codec for container in CONTAINERS.values()} <= set(CODECS)
