"""Which codecs there are, what each is told, and which file takes it."""

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
    """What a user can choose about a video file; None leaves it to the container or codec."""

    codec: str | None = None
    """A key of ``CODECS``."""
    crf: int | None = None
    """Quality: lower is better and bigger."""
    preset: str | None = None
    """The encoder's trade of time for size, in its own words."""
    pix_fmt: str | None = None
    """FFmpeg's name for how pixels are stored."""
    audio: bool = True
    """Whether the sound comes along."""
    skip_broken: bool = False
    """Whether damaged sound is left out, where it has to be encoded again."""
    pipe: str = "y4m"
    """What goes through a pipe: a key of ``PIPES``."""


X_PRESETS = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow", "placebo"),
)
NV_PRESETS = tuple(f"p{number}" for number in range(1, 8))


@dataclass(frozen=True, slots=True)
class Codec:
    """How one encoder is told what we want."""

    encoder: str
    """FFmpeg's name."""
    pixels: str = "yuv420p"
    quality: str = ""
    """The encoder's option for quality; empty: it has none."""
    crf: int | None = None
    """Visually clean, for pictures full of brush strokes."""
    max_quality: int = 51
    """The highest number for quality."""
    presets: tuple[str, ...] = ()
    preset: str = ""
    options: dict[str, str] = field(default_factory=dict)
    large: dict[str, str] = field(default_factory=dict)
    """What spares memory where frames are large."""
    odd_size_pix_fmt: str = ""
    """Pixels for odd sizes, where it shares one colour between pairs of pixels and needs whole
    pairs (x264), or smears the last column (ProRes)."""
    tags: dict[str, str] = field(default_factory=dict)
    """By muxer the code that players want, where FFmpeg writes another one."""
    hardware: str = ""
    """What it runs on, where that is not the processor."""


_VP9 = {"b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"}
_nvidia = partial(
    Codec,
    quality="cq",
    presets=NV_PRESETS,
    preset="p4",
    options={"rc": "vbr", "b": "0"},
    hardware="an NVIDIA GPU that encodes, and its driver",
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
# With its macroblock tree x264 decides otherwise from run to run, and a conversion that was resumed
# would not be what an uninterrupted one is. Painted films grow by 4 % without it.
# What x264 and x265 write depends on how many frames they encode at once, which they choose by the
# number of cores: a conversion may be resumed where there are others. x264's threads are those it
# takes for four cores. More cost time and size less than measurements tell apart (100 frames of
# 640x360, 1 to 5 threads: 914 to 919 kB), but each keeps a frame waiting.
_X264 = {"x264-params": "mbtree=0", "threads": "6"}
_X265 = {"x265-params": "log-level=error:frame-threads=3"}
_HVC1 = {"mp4": "hvc1", "mov": "hvc1"}  # Apple plays no hev1
# x264 holds some 25 MB for each frame of 4K that it has seen and not written.
_FEW = {"rc-lookahead": "5", "threads": "4"}
CODECS = {
    "h264": Codec(
        "libx264", "yuv420p", "crf", 18, 51, X_PRESETS, "veryfast", _X264, _FEW, "yuv444p"
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
    "vp9": Codec("libvpx-vp9", "yuv420p", "crf", 32, 63, options=_VP9),
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
"""By the name a user types. Those of a GPU end in the name of their maker's library."""
SELECTABLE_CODECS = (
    *("h264", "hevc", "av1", "vp9", "prores", "ffv1"),
    *(name for name, codec in CODECS.items() if codec.hardware),
)
"""Those a user can choose; the others belong to one kind of file."""


@dataclass(frozen=True, slots=True)
class Container:
    """How we fill one kind of file."""

    codec: str
    """A key of ``CODECS``, where the user names none."""
    audio_codec: str = ""
    """The encoder for sound that cannot be copied; empty: it takes no sound."""
    options: dict[str, str] = field(default_factory=dict)
    """For whichever encoder."""
    muxer: dict[str, str] = field(default_factory=dict)
    """Of the container."""
    format: str | None = None
    """FFmpeg's name, where the ending does not tell."""
    time_base: int | None = None
    """Units of time per second, where it has its own."""
    shortest: int = 1
    """Units that a frame is shown at least."""
    tagged: bool = True
    """Whether it can say which colours it has; if not, readers guess by its size."""
    constant_rate: bool = False
    """Whether it has nothing but a rate: every frame lasts as long as the next one."""
    gapless: bool = False
    """Whether frames only follow one another, so that one that lasts longer must come again."""


# A crash (kill -9, no more power) costs about a second, and what the encoder looks ahead: pieces of
# a second go to the disk at once. After a clean close it is an ordinary MP4. Without delay_moov
# copied AAC would shift the picture by its 23 ms of priming.
_AT_ONCE = {"flush_packets": "1"}
_PIECES = {"movflags": "hybrid_fragmented+delay_moov", "frag_duration": "1000000"}
_CLUSTERS = {"cluster_time_limit": "1000", **_AT_ONCE}
_AVI = {"avoid_negative_ts": "disabled", **_AT_ONCE}
_MP4 = Container("h264", "aac", muxer={**_PIECES, **_AT_ONCE})
_RAW = Container("y4m", format="yuv4mpegpipe", tagged=False, constant_rate=True, gapless=True)
CONTAINERS = {
    ".mp4": _MP4,
    ".m4v": replace(_MP4, format="mp4"),  # FFmpeg's own choice is for the first iPods
    ".mov": _MP4,
    ".mkv": Container("h264", "aac", muxer=_CLUSTERS),
    ".webm": Container("vp9", "libopus", muxer=_CLUSTERS),
    # AVI keeps no presentation times, so frames must not be reordered; and nothing may be moved to
    # later, where sound begins before 0, or the first frame would last twice as long.
    ".avi": Container("h264", "libmp3lame", {"bf": "0"}, _AVI, constant_rate=True),
    # Browsers take one hundredth of a second for ten.
    ".gif": Container("gif", time_base=100, shortest=2),
    ".apng": Container("apng", muxer={"plays": "0"}, time_base=1000),
    ".webp": Container("webp", muxer={"loop": "0"}, time_base=1000),
    ".y4m": _RAW,
    ".yuv": replace(_RAW, format="rawvideo"),
}
"""By ending of the file name."""
PIPE = "-"
"""The name of standard output."""
PIPES = {"y4m": ".y4m", "rawvideo": ".yuv"}
"""What goes through it, by the word that people type: as into files with these endings."""
REFUSED = {
    "mov": frozenset(("flac", "opus", "truehd", "vp9", "av1")),
    "mp4": frozenset(name for name in codecs_available if name.startswith("pcm_")),
    "avi": frozenset(("flac", "vorbis")),
}
"""By muxer: what FFmpeg says it takes, and then refuses when the file begins, or writes in a way
that hardly any player reads: PCM in MP4 is younger than most of them, and each packet of FLAC in an
AVI is followed by thousands of empty ones."""


def container_of(path: Path, options: VideoOptions) -> Container:
    """What belongs to a file's ending, or goes through a pipe."""
    return CONTAINERS[PIPES[options.pipe] if str(path) == PIPE else path.suffix.lower()]


def codec_of(container: Container, options: VideoOptions) -> Codec:
    """The codec asked for, or else the container's.

    Raises:
        SinkError: there is no such codec or preset.
    """
    name = options.codec or container.codec
    if name not in (*SELECTABLE_CODECS, container.codec):
        raise SinkError(f"there is no codec {name!r}", f"one of: {', '.join(SELECTABLE_CODECS)}")
    codec = CODECS[name]
    if options.preset is not None and options.preset not in codec.presets:
        known = f"one of: {', '.join(codec.presets)}" if codec.presets else "leave --preset out"
        raise SinkError(f"{name} has no preset {options.preset!r}", known)
    if options.crf is not None and codec.quality and options.crf > codec.max_quality:
        raise SinkError(f"{name} has no --crf {options.crf}", f"it ends at {codec.max_quality}")
    if options.crf is not None and not codec.quality:
        raise SinkError(f"{name} has no --crf", "leave it out; its quality is fixed")
    if codec.encoder not in codecs_available:
        raise SinkError(f"this build of PyAV has no {codec.encoder}", "pip install --upgrade av")
    if codec.hardware:
        check_encoder(codec)
    return codec


def encoder_options(
    codec: Codec, container: Container, options: VideoOptions, pixels: int = 0
) -> dict[str, str]:
    """The encoder's options for frames of so many pixels."""
    large = codec.large if pixels > LARGE_FRAME_PIXELS else {}
    chosen = {**codec.options, **container.options, **large}
    crf = codec.crf if options.crf is None else options.crf
    if codec.quality:
        chosen[codec.quality] = str(crf)
    if codec.preset:
        chosen["preset"] = options.preset or codec.preset
    return chosen


def pixels_of(codec: Codec, info: StreamInfo, options: VideoOptions) -> str:
    """How pixels are stored.

    Raises:
        SinkError: the encoder does not know that way.
    """
    odd = codec.odd_size_pix_fmt if info.width % 2 or info.height % 2 else ""
    chosen = options.pix_fmt or odd or codec.pixels
    known = [pixels.name for pixels in Library(codec.encoder, "w").video_formats or ()]
    if known and chosen not in known:
        raise SinkError(f"{codec.encoder} has no pixels {chosen}", f"one of: {', '.join(known)}")
    return chosen


def supports_codec(output: Any, codec: str) -> bool:
    """Whether a container that is open for writing takes a codec, by FFmpeg's name of it."""
    kind = output.format.name
    return codec in output.supported_codecs and codec not in REFUSED.get(kind, ())


def check_encoder(codec: Codec) -> None:
    """Encode a frame: that a build knows an encoder does not mean that there is a chip for it.

    Raises:
        SinkError: it does not run on this machine.
    """
    cure = f"it needs {codec.hardware}; --codec h264, hevc or av1 need none"
    try:
        context = Library(codec.encoder, "w").create("video")
        context.width, context.height, context.pix_fmt = 256, 256, codec.pixels
        context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
        frame = VideoFrame(256, 256, codec.pixels)
        frame.pts, frame.time_base = 0, context.time_base
        packets = [*context.encode(frame), *context.encode(None)]
    except av.FFmpegError as error:
        message = f"{codec.encoder} does not run on this machine: {error.strerror}"
        raise SinkError(message, cure) from error
    if not packets:
        raise SinkError(f"{codec.encoder} gives nothing on this machine", cure)
