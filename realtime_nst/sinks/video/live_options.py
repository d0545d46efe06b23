"""Choose encoding options that keep up with a live session."""

from functools import cache
from pathlib import Path

from realtime_nst.errors import SinkError
from realtime_nst.frame import StreamInfo
from realtime_nst.sinks.video.codecs import CODECS, CONTAINERS, VideoOptions, check_encoder

HARDWARE = ("h264_nvenc", "h264_qsv")
"""Encoders that leave the CPU to the network, in order of preference."""
SUPERFAST_PIXELS = 6_000_000
"""Pixels per second and core up to which x264 uses ``superfast``; above, ``ultrafast``, which needs
half its time and makes larger files."""
FRAME_RATE = 30
"""Frames per second assumed of cameras that report none."""


def live_options(path: Path, info: StreamInfo, cores: int) -> VideoOptions:
    """Return the options for a recording.

    Args:
        path: the file, whose extension selects the codec.
        info: properties of the frames.
        cores: number of CPU cores.
    """
    if CONTAINERS[path.suffix.lower()].codec != "h264":
        return VideoOptions(live=True)
    if hardware := _hardware():
        return VideoOptions(codec=hardware, live=True)
    return VideoOptions(preset=x264_preset(info, cores), live=True)


def x264_preset(info: StreamInfo, cores: int) -> str:
    """Return the preset of x264 that leaves most of the CPU to the network."""
    pixels = info.width * info.height * (info.rate or FRAME_RATE)
    return "superfast" if pixels <= SUPERFAST_PIXELS * cores else "ultrafast"


@cache
def _hardware() -> str:
    """Return the first hardware encoder that runs here; empty if there is none."""
    return next((name for name in HARDWARE if _runs(name)), "")


def _runs(name: str) -> bool:
    try:
        check_encoder(CODECS[name])
    except SinkError:
        return False
    return True
