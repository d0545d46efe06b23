"""A video through an identity style is the video: compared by decoding both, clip by clip."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from realtime_nst.frame import Frame, Image
from realtime_nst.inference.session import open_session
from realtime_nst.pipeline import run
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources import open_source
from realtime_nst.sources.video.source import VideoSource
from realtime_nst.stylize.stylizer import SessionStylizer
from tests.helpers import onnx_models
from tests.helpers.ffprobe import THERE, probe
from tests.helpers.video_clips import NTSC, Clip, content, found, make, make_rich

UNEVEN = (0, 512, 700, 2048, 2100, 4096, 6144, 6200)
HD = Clip(96, 720, ticks=(0, 512, 1024))
MADE = {
    "plain": Clip(),
    "ntsc": Clip(rate=NTSC, tick=1 / NTSC, ticks=tuple(range(30)), sound="aac"),
    "uneven": Clip(ticks=UNEVEN, sound="aac"),
    "late": Clip(ticks=tuple(range(5120, 10240, 512)), sound="aac"),
    "odd": Clip(65, 49, pixels="yuv444p"),
    "full": Clip(full_range=True, colorspace=6),
    "hd": replace(HD, colorspace=1, primaries=1, transfer=1),
    "bt601 in hd": replace(HD, colorspace=6, primaries=6, transfer=6),
    "bt709 in sd": Clip(colorspace=1, primaries=1, transfer=1),
    "wide colours": Clip(colorspace=9, primaries=9, transfer=1),
    "turned": Clip(rotation=-90, sound="aac"),
    "on its head": Clip(rotation=180),
    "deep": Clip(pixels="yuv420p10le"),
}
CLIPS = {path.name: path for path in found()}
COMPARED = 12
"""Frames of a clip whose pixels are compared; the times of all are."""


@dataclass(frozen=True)
class Looks:
    """What is not in the pixels."""

    size: tuple[int, int]
    aspect: Fraction
    rotation: int
    tags: tuple[int, int, int, int]


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> SessionStylizer:
    path = onnx_models.identity(tmp_path_factory.mktemp("model") / "model.onnx")
    return SessionStylizer(open_session(path, "cpu", threads=1))


def convert(source: Path, target: Path, style: SessionStylizer, options: VideoOptions) -> None:
    with open_source(source) as frames, open_sink(target, frames.info, options) as sink:
        run(frames, style, sink)


def looks(path: Path) -> Looks:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        frame = next(file.decode(stream))
        aspect = stream.sample_aspect_ratio
        tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
        shown = Fraction(aspect.numerator, aspect.denominator) if aspect else Fraction(1)
        return Looks((frame.width, frame.height), shown, frame.rotation, tags)


def pictures(path: Path) -> Iterator[Frame]:
    with VideoSource(path) as source:
        yield from islice(source, COMPARED)


def luma(image: Image) -> np.ndarray:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.float64)


def psnr(before: Path, after: Path) -> float:
    """Of the brightness, as it is usual for films, over all the frames compared."""
    pairs = zip(pictures(before), pictures(after), strict=True)
    error = np.mean([np.mean((luma(a.image) - luma(b.image)) ** 2) for a, b in pairs])
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def prove(before: Path, after: Path) -> None:
    """Everything the output promises to keep."""
    one, other = content(before), content(after)
    assert other.pts == one.pts  # to the tick, and so their number
    assert other.sound == one.sound
    if one.last and other.last:
        assert abs(other.last - one.last) < Fraction(1, 500)  # Matroska counts in milliseconds
    was, now = looks(before), looks(after)
    turned = abs(was.rotation) == 90
    assert now.rotation == 0
    assert now.size == (was.size[::-1] if turned else was.size)
    assert now.aspect == (1 / was.aspect if turned else was.aspect)
    if was.tags[2] not in (16, 18):  # HDR is tone-mapped
        said = zip(was.tags, now.tags, strict=True)
        assert all(tag == kept or tag in (0, 2) for tag, kept in list(said)[:3])
        assert (now.tags[3] == 2) is (was.tags[3] == 2)
    assert psnr(before, after) > 38
    if THERE:
        assert probe(after) == probe(before)


@pytest.mark.parametrize("name", MADE)
def test_round_trip_synthetic_clip(tmp_path: Path, identity: SessionStylizer, name: str) -> None:
    before = make(tmp_path / "in.mp4", MADE[name])
    convert(before, tmp_path / "out.mp4", identity, VideoOptions())
    prove(before, tmp_path / "out.mp4")


def test_round_trip_clip_with_many_streams(tmp_path: Path, identity: SessionStylizer) -> None:
    before = make_rich(tmp_path / "in.mkv")
    convert(before, tmp_path / "out.mkv", identity, VideoOptions())
    prove(before, tmp_path / "out.mkv")


@pytest.mark.skipif(not CLIPS, reason="no real clips on this machine")
@pytest.mark.parametrize("name", CLIPS)
def test_round_trip_real_clip(tmp_path: Path, identity: SessionStylizer, name: str) -> None:
    convert(CLIPS[name], tmp_path / "out.mp4", identity, VideoOptions())
    prove(CLIPS[name], tmp_path / "out.mp4")


@pytest.mark.parametrize("name", ["plain", "odd", "hd", "turned", "full"])
def test_round_trip_ffv1_is_lossless(tmp_path: Path, identity: SessionStylizer, name: str) -> None:
    before, after = make(tmp_path / "in.mp4", MADE[name]), tmp_path / "out.mkv"
    convert(before, after, identity, VideoOptions("ffv1"))
    for one, other in zip(pictures(before), pictures(after), strict=True):
        assert (one.image == other.image).all()
