"""Supported codecs, their encoder options, and the containers that hold them."""

import os
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
from av.codec import Codec as Library
from av.codec import codecs_available
from av.video.frame import VideoFrame

from realtime_nst.errors import SinkError
from realtime_nst.frame import LARGE_FRAME_PIXELS, StreamInfo

# Read by SVT-AV1 as it starts: only errors, no banner.
os.environ.setdefault("SVT_LOG", "1")


@dataclass(frozen=True, slots=True)
class VideoOptions:
    """Encoding options of a video file; None leaves the choice to the container or codec."""

    codec: str | None = None
    """A key of ``CODECS``."""
    crf: int | None = None
    """Constant rate factor: lower is better and bigger."""
    preset: str | None = None
    """The encoder's own name of a trade-off between time and size."""
    pix_fmt: str | None = None
    """FFmpeg's name of the pixel format."""
    audio: bool = True
    """Whether to keep the audio."""
    skip_broken: bool = False
    """Whether to skip damaged audio where it has to be transcoded."""
    pipe: str = "y4m"
    """Format to write to a pipe: a key of ``PIPES``."""
    live: bool = False
    """Whether to encode in real time, at the cost of quality and size."""


X_PRESETS = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow", "placebo"),
)
NV_PRESETS = tuple(f"p{number}" for number in range(1, 8))


@dataclass(frozen=True, slots=True)
class Codec:
    """Settings of one encoder."""

    encoder: str
    """FFmpeg's name of the encoder."""
    pixels: str = "yuv420p"
    quality: str = ""
    """Name of the encoder's quality option; empty if it has none."""
    crf: int | None = None
    """Default quality: visually clean for frames full of brush strokes."""
    max_quality: int = 51
    """Highest value of the quality option."""
    presets: tuple[str, ...] = ()
    preset: str = ""
    options: dict[str, str] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)
    """Options to encode in real time."""
    large: dict[str, str] = field(default_factory=dict)
    """Options that save memory for large frames."""
    odd_size_pix_fmt: str = ""
    """Pixel format for odd sizes, where the usual one shares chroma between pairs of pixels (x264),
    or smears the last column (ProRes)."""
    tags: dict[str, str] = field(default_factory=dict)
    """Codec tag by muxer that players expect, where FFmpeg writes another one."""
    hardware: str = ""
    """Hardware that it needs; empty for the CPU."""


_VP9 = {"b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"}
_VP9_LIVE = {"deadline": "realtime", "cpu-used": "8"}
_nvidia = partial(
    Codec,
    quality="cq",
    presets=NV_PRESETS,
    preset="p4",
    options={"rc": "vbr", "b": "0"},
    hardware="an NVIDIA GPU with an encoder, and its driver",
)
_intel = partial(
    Codec,
    pixels="nv12",
    quality="global_quality",
    presets=X_PRESETS[2:-1],
    preset="medium",
    hardware="an Intel GPU with Quick Sync, and its driver",
)
_PRORES = {"profile": "hq", "vendor": "apl0"}
# x264's macroblock tree decides differently from run to run, so a resumed conversion would differ
# from an uninterrupted one. Stylized videos are 4 % larger without it.
# The output of x264 and x265 depends on how many frames they encode at once, which they choose by
# the number of cores, but a conversion may be resumed on another machine. Six threads are what x264
# uses on four cores. More of them hardly cost time or size (100 frames of 640x360, 1 to 5 threads:
# 914 to 919 kB), but each delays a frame.
_X264 = {"x264-params": "mbtree=0", "threads": "6"}
# Otherwise x264 stores the time base as the frame rate, and editors take a camera for 90000 fps.
# Frames keep their times.
_X264_LIVE = {"x264-params": "mbtree=0:force-cfr=1"}
_X265 = {"x265-params": "log-level=error:frame-threads=3"}
_HVC1 = {"mp4": "hvc1", "mov": "hvc1"}  # Apple's players do not support hev1
# x264 needs some 25 MB for each 4K frame that it has received and not written.
_LOW_MEMORY = {"rc-lookahead": "5", "threads": "4"}
CODECS = {
    "h264": Codec(
        "libx264",
        "yuv420p",
        "crf",
        18,
        51,
        X_PRESETS,
        "veryfast",
        _X264,
        _X264_LIVE,
        _LOW_MEMORY,
        "yuv444p",
    ),
    "hevc": Codec(
        "libx265",
        "yuv420p",
        "crf",
        22,
        51,
        X_PRESETS,
        "fast",
        _X265,
        odd_size_pix_fmt="yuv444p",
        tags=_HVC1,
    ),
    "av1": Codec("libsvtav1", "yuv420p", "crf", 28, 63, tuple(map(str, range(14))), "9"),
    "vp9": Codec("libvpx-vp9", "yuv420p", "crf", 32, 63, options=_VP9, live=_VP9_LIVE),
    "prores": Codec("prores_ks", "yuv422p10le", options=_PRORES, odd_size_pix_fmt="yuv444p10le"),
    "ffv1": Codec("ffv1", "bgr0", options={"level": "3", "slicecrc": "1"}),
    "gif": Codec("gif", "pal8"),
    "apng": Codec("apng", "rgb24", options={"pred": "mixed"}),
    "webp": Codec("libwebp_anim", "bgra", "quality", 85, 100),
    "y4m": Codec("rawvideo", "yuv420p"),
    "h264_nvenc": _nvidia("h264_nvenc", crf=23),
    "hevc_nvenc": _nvidia("hevc_nvenc", crf=25, tags=_HVC1),
    "av1_nvenc": _nvidia("av1_nvenc", crf=30),
    "h264_qsv": _intel("h264_qsv", crf=23),
    "hevc_qsv": _intel("hevc_qsv", crf=25, tags=_HVC1),
    "av1_qsv": _intel("av1_qsv", crf=30),
}
"""Codecs by option value. Those of a GPU end in the name of the vendor's library."""
SELECTABLE_CODECS = (
    *("h264", "hevc", "av1", "vp9", "prores", "ffv1"),
    *(name for name, codec in CODECS.items() if codec.hardware),
)
"""Codecs that users can choose; the others belong to one file format."""


@dataclass(frozen=True, slots=True)
class Container:
    """Settings of one file format."""

    codec: str
    """Default codec, a key of ``CODECS``."""
    audio_codec: str = ""
    """Encoder for audio that cannot be copied; empty if the format has no audio."""
    options: dict[str, str] = field(default_factory=dict)
    """Options for any encoder."""
    muxer: dict[str, str] = field(default_factory=dict)
    """Options of the muxer."""
    format: str | None = None
    """FFmpeg's name of the muxer, where the file extension does not determine it."""
    time_base: int | None = None
    """Time base as units per second, if it is fixed."""
    shortest: int = 1
    """Minimum duration of a frame, in units."""
    tagged: bool = True
    """Whether it stores color tags; if not, readers assume them by the size."""
    constant_rate: bool = False
    """Whether it has a constant frame rate and no timestamps."""
    gapless: bool = False
    """Whether frames have no timestamps at all, so that a longer one has to be repeated."""


# A crash (kill -9, power failure) loses about a second and the encoder's lookahead: fragments of a
# second are written at once. After a clean close it is an ordinary MP4. Without delay_moov copied
# AAC would delay the video by its 23 ms of priming.
_FLUSHED = {"flush_packets": "1"}
_FRAGMENTS = {"movflags": "hybrid_fragmented+delay_moov", "frag_duration": "1000000"}
_CLUSTERS = {"cluster_time_limit": "1000", **_FLUSHED}
_AVI = {"avoid_negative_ts": "disabled", **_FLUSHED}
_MP4 = Container("h264", "aac", muxer={**_FRAGMENTS, **_FLUSHED})
_RAW = Container("y4m", format="yuv4mpegpipe", tagged=False, constant_rate=True, gapless=True)
CONTAINERS = {
    ".mp4": _MP4,
    ".m4v": replace(_MP4, format="mp4"),  # FFmpeg's default muxer is for the first iPods
    ".mov": _MP4,
    ".mkv": Container("h264", "aac", muxer=_CLUSTERS),
    ".webm": Container("vp9", "libopus", muxer=_CLUSTERS),
    # AVI stores no presentation times, so frames must not be reordered; nor may timestamps be
    # shifted where audio begins before 0, or the first frame would last twice as long.
    ".avi": Container("h264", "libmp3lame", {"bf": "0"}, _AVI, constant_rate=True),
    # Browsers show a frame of one hundredth of a second for ten.
    ".gif": Container("gif", time_base=100, shortest=2),
    ".apng": Container("apng", muxer={"plays": "0"}, time_base=1000),
    ".webp": Container("webp", muxer={"loop": "0"}, time_base=1000),
    ".y4m": _RAW,
    ".yuv": replace(_RAW, format="rawvideo"),
}
"""File formats by file extension."""
PIPE = "-"
"""Name of standard output."""
PIPES = {"y4m": ".y4m", "rawvideo": ".yuv"}
"""File extension of the format to write to a pipe, by option value."""
REFUSED = {
    "mov": frozenset(("flac", "opus", "truehd", "vp9", "av1")),
    "mp4": frozenset(name for name in codecs_available if name.startswith("pcm_")),
    "avi": frozenset(("flac", "vorbis")),
}
"""Codecs by muxer that FFmpeg lists as supported, but rejects when the file begins, or writes in a
way that hardly any player reads: PCM in MP4 is newer than most players, and each FLAC packet in an
AVI is followed by thousands of empty ones."""


def container_of(path: Path, options: VideoOptions) -> Container:
    """Return the settings of a path's file format."""
    return CONTAINERS[PIPES[options.pipe] if str(path) == PIPE else path.suffix.lower()]


def codec_of(container: Container, options: VideoOptions) -> Codec:
    """Return the codec that was chosen, or the container's default.

    Raises:
        SinkError: there is no such codec, preset or quality, or it does not run here.
    """
    name = options.codec or container.codec
    if name not in (*SELECTABLE_CODECS, container.codec):
        raise SinkError(f"there is no codec {name!r}", f"use one of {', '.join(SELECTABLE_CODECS)}")
    codec = CODECS[name]
    if options.preset is not None and options.preset not in codec.presets:
        hint = (
            f"use one of {', '.join(codec.presets)}" if codec.presets else "drop --encoder-preset"
        )
        raise SinkError(f"{name} has no preset {options.preset!r}", hint)
    if options.crf is not None and codec.quality and options.crf > codec.max_quality:
        hint = f"use at most {codec.max_quality}"
        raise SinkError(f"{name} has no --crf {options.crf}", hint)
    if options.crf is not None and not codec.quality:
        raise SinkError(f"{name} has no --crf: its quality is fixed", "drop --crf")
    if codec.encoder not in codecs_available:
        raise SinkError(f"this build of PyAV has no {codec.encoder}", "pip install --upgrade av")
    if codec.hardware:
        check_encoder(codec)
    return codec


def encoder_options(
    codec: Codec, container: Container, options: VideoOptions, pixels: int = 0
) -> dict[str, str]:
    """Return the encoder's options.

    Args:
        codec: the encoder.
        container: the file format.
        options: what the user chose.
        pixels: number of pixels per frame; large frames get options that save memory.
    """
    large = codec.large if pixels > LARGE_FRAME_PIXELS else {}
    live = codec.live if options.live else {}
    chosen = {**codec.options, **container.options, **large, **live}
    crf = codec.crf if options.crf is None else options.crf
    if codec.quality:
        chosen[codec.quality] = str(crf)
    if codec.preset:
        chosen["preset"] = options.preset or codec.preset
    return chosen


def pixels_of(codec: Codec, info: StreamInfo, options: VideoOptions) -> str:
    """Return the pixel format to encode.

    Raises:
        SinkError: the encoder does not support it.
    """
    odd = codec.odd_size_pix_fmt if info.width % 2 or info.height % 2 else ""
    chosen = options.pix_fmt or odd or codec.pixels
    known = [pixels.name for pixels in Library(codec.encoder, "w").video_formats or ()]
    if known and chosen not in known:
        message = f"{codec.encoder} does not support the pixel format {chosen}"
        raise SinkError(message, f"use one of {', '.join(known)}")
    return chosen


def supports_codec(output: Any, codec: str) -> bool:
    """Return whether an open output container supports a codec, by FFmpeg's name."""
    kind = output.format.name
    return codec in output.supported_codecs and codec not in REFUSED.get(kind, ())


def check_encoder(codec: Codec) -> None:
    """Encode a frame to check that an encoder's hardware is present.

    Raises:
        SinkError: the encoder does not run on this machine.
    """
    hint = f"it needs {codec.hardware}; use --codec h264, hevc or av1 instead"
    try:
        context = Library(codec.encoder, "w").create("video")
        context.width, context.height, context.pix_fmt = 256, 256, codec.pixels
        context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
        frame = VideoFrame(256, 256, codec.pixels)
        frame.pts, frame.time_base = 0, context.time_base
        packets = [*context.encode(frame), *context.encode(None)]
    except av.FFmpegError as error:
        message = f"{codec.encoder} does not run on this machine: {error.strerror}"
        raise SinkError(message, hint) from error
    if not packets:
        raise SinkError(f"{codec.encoder} produced no output on this machine", hint)
