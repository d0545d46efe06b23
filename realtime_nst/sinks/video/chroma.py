"""Chroma subsampling of a file, and notes on what it loses."""

from collections.abc import Iterator

from av.codec import Codec as Library
from av.video.format import VideoFormat

from realtime_nst.frame import StreamInfo

NAMES = {(16, 16): "4:4:4", (8, 16): "4:2:2", (4, 16): "4:1:1", (8, 8): "4:2:0"}
"""Names by the chroma samples per 16x16 pixels, (horizontal, vertical)."""
FULL = "4:4:4"
HARDWARE_DECODED = frozenset(("h264", "hevc"))
"""Codecs that phones and browsers decode in hardware, which supports 4:2:0 only."""


def chroma_of(pixels: str) -> str | None:
    """Return the chroma subsampling of a pixel format; None for RGB and unusual formats.

    >>> chroma_of("nv12"), chroma_of("yuv422p10le"), chroma_of("bgr0")
    ('4:2:0', '4:2:2', None)
    """
    kind = VideoFormat(pixels)
    if kind.is_rgb or len(kind.components) < 3:
        return None
    return NAMES.get((kind.chroma_width(16), kind.chroma_height(16)))


def chroma_notes(info: StreamInfo, encoder: str, pixels: str, *, chosen: bool) -> Iterator[str]:
    """Yield notes on colors that are not stored as in the input.

    Args:
        info: properties of the frames.
        encoder: FFmpeg's name of the encoder.
        pixels: its pixel format.
        chosen: whether the user chose the pixel format.
    """
    library, stored = Library(encoder, "w"), chroma_of(pixels)
    odd = info.width % 2 or info.height % 2
    if odd and stored == FULL and library.canonical_name in HARDWARE_DECODED and not chosen:
        yield f"odd size: 4:4:4, which many phones and browsers do not play; {even_size(info)}"
    before = chroma_of(info.pixels) if info.pixels else None
    if before in (FULL, "4:2:2") and stored == "4:2:0":
        kept = "yuv444p" if before == FULL else "yuv422p"
        known = {each.name for each in library.video_formats or ()}
        more = f"; --pix-fmt {kept} keeps them, for fewer players" if kept in known else ""
        yield f"the input's colors ({before}) are stored in less detail (4:2:0){more}"


def even_size(info: StreamInfo) -> str:
    """Return the option that makes both sides even.

    ``--side-by-side`` doubles the width only, so an even width is left to follow from the height.
    """
    width, height = info.width // 2 * 2, info.height // 2 * 2
    return f"--size {width}x{height}" if info.width % 2 else f"--size x{height}"
