"""Resolution of a file's colors, and what it costs."""

from collections.abc import Iterator

from av.codec import Codec as Library
from av.video.format import VideoFormat

from realtime_nst.frame import StreamInfo

NAMES = {(16, 16): "4:4:4", (8, 16): "4:2:2", (4, 16): "4:1:1", (8, 8): "4:2:0"}
"""By the color samples among 16x16 pixels."""
FULL = "4:4:4"
PICKY = frozenset(("h264", "hevc"))
"""Codecs that phones and browsers decode in chips, which know 4:2:0."""


def chroma_of(pixels: str) -> str | None:
    """Return how much color a pixel format stores; None: it stores no YUV, or an unusual one.

    >>> chroma_of("nv12"), chroma_of("yuv422p10le"), chroma_of("bgr0")
    ('4:2:0', '4:2:2', None)
    """
    kind = VideoFormat(pixels)
    if kind.is_rgb or len(kind.components) < 3:
        return None
    return NAMES.get((kind.chroma_width(16), kind.chroma_height(16)))


def chroma_notes(info: StreamInfo, encoder: str, pixels: str, *, chosen: bool) -> Iterator[str]:
    """Yield what becomes of colors that do not stay as they are.

    Args:
        info: the frames.
        encoder: FFmpeg's name.
        pixels: how it stores them.
        chosen: whether the user asked for that.
    """
    library, stored = Library(encoder, "w"), chroma_of(pixels)
    odd = info.width % 2 or info.height % 2
    if odd and stored == FULL and library.canonical_name in PICKY and not chosen:
        yield f"odd size: 4:4:4, which many phones and browsers do not play; {even_size(info)}"
    before = chroma_of(info.pixels) if info.pixels else None
    if before in (FULL, "4:2:2") and stored == "4:2:0":
        kept = "yuv444p" if before == FULL else "yuv422p"
        known = {each.name for each in library.video_formats or ()}
        more = f"; --pix-fmt {kept} keeps them, for fewer players" if kept in known else ""
        yield f"the input's colors ({before}) are stored in less detail (4:2:0){more}"


def even_size(info: StreamInfo) -> str:
    """Return the option that makes both sides even. ``--side-by-side`` doubles the width only, so
    that a width that is even already is left to follow."""
    width, height = info.width // 2 * 2, info.height // 2 * 2
    return f"--size {width}x{height}" if info.width % 2 else f"--size x{height}"
