"""Encoding options of live recordings."""

from fractions import Fraction
from pathlib import Path

import pytest

from realtime_nst.frame import StreamInfo
from realtime_nst.sinks.video import live_options as module
from realtime_nst.sinks.video.codecs import CODECS, CONTAINERS, VideoOptions, encoder_options
from realtime_nst.sinks.video.live_options import live_options, x264_preset


def info(width: int, height: int) -> StreamInfo:
    return StreamInfo("x", width, height, Fraction(30), None)


@pytest.mark.parametrize(
    ("size", "cores", "preset"),
    [
        ((640, 480), 2, "superfast"),
        ((1280, 720), 2, "ultrafast"),
        ((1280, 720), 8, "superfast"),
        ((1920, 1080), 16, "superfast"),
    ],
)
def test_x264_preset(size: tuple[int, int], cores: int, preset: str) -> None:
    assert x264_preset(info(*size), cores) == preset


def test_live_options_prefer_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_hardware", lambda: "h264_nvenc")
    assert live_options(Path("a.mp4"), info(64, 48), 2).codec == "h264_nvenc"
    assert live_options(Path("a.webm"), info(64, 48), 2).codec is None


def test_live_options_encode_vp9_in_real_time() -> None:
    options = live_options(Path("a.webm"), info(64, 48), 2)
    chosen = encoder_options(CODECS["vp9"], CONTAINERS[".webm"], options)
    assert chosen["deadline"] == "realtime"
    usual = encoder_options(CODECS["vp9"], CONTAINERS[".webm"], VideoOptions())
    assert usual["deadline"] == "good"
