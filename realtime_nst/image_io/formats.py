"""Properties in an image file's header that OpenCV does not report."""

import re
import struct
from collections.abc import Iterator

from realtime_nst.extras import install_command
from realtime_nst.image_io.photo import METER, XMP_OF_PNG

JPEG, PNG, RIFF, GIF, BMP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8", b"BM"
TIFF = (b"II*\0", b"MM\0*")
HEIF = re.compile(rb"....ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL)
AVIF = re.compile(rb"....ftyp.{0,40}?avi[fs]", re.DOTALL)
JP2 = b"jP  "
"""Bytes 4 to 7 of a JPEG 2000 file."""
JXL = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")
"""First bytes of a bare JPEG XL image, and of one with metadata."""
AVIF_TURNS = (b"irot", b"imir")
"""Names of the boxes that rotate and mirror an AVIF image."""
AVIF_CODEC, HIGH_DEPTH = b"av1C", 0x40
"""Name of the box with an AVIF's coding parameters, and the bit of its third byte for more than 8
bits per channel."""
BEGINNINGS = {
    **{"JPEG": (JPEG,), "PNG": (PNG,), "GIF": (GIF,), "BMP": (BMP,)},
    **{"TIFF": TIFF, "JPEG XL": JXL, "JPEG 2000": (b"\0\0\0\x0cjP  ",)},
    "Netpbm": (b"P5", b"P6"),
}
"""First bytes of each format."""
INCH = 1
"""JPEG's unit number for dots per inch."""


def format_of(coded: bytes) -> str | None:
    """Return the name of an image's format; None if it is no image."""
    if is_avif(coded):
        return "AVIF"
    if is_heif(coded):
        return "HEIC"
    if coded.startswith(RIFF):  # so do AVI files
        return "WebP" if coded[8:12] == b"WEBP" else None
    return next((name for name, begin in BEGINNINGS.items() if coded.startswith(begin)), None)


def is_image(coded: bytes) -> bool:
    """Return whether a file begins like an image."""
    return coded.startswith((JPEG, PNG, RIFF, GIF, BMP, *TIFF, *JXL)) or is_avif(coded)


def is_avif(coded: bytes) -> bool:
    """Return whether a file is AVIF."""
    return bool(AVIF.match(coded[:48]))


def is_heif(coded: bytes) -> bool:
    """Return whether a file is HEIF with HEVC content, as written by iPhones (.heic)."""
    return bool(HEIF.match(coded[:12])) and not is_avif(coded)


def is_jxl(coded: bytes) -> bool:
    """Return whether a file is JPEG XL."""
    return coded.startswith(JXL)


def is_deep_avif(coded: bytes) -> bool:
    """Return whether an AVIF has more than 8 bits per channel."""
    at = coded.find(AVIF_CODEC) + len(AVIF_CODEC) + 2
    return at > len(AVIF_CODEC) + 1 and at < len(coded) and bool(coded[at] & HIGH_DEPTH)


def is_animated(coded: bytes) -> bool:
    """Return whether a GIF, PNG or WebP is animated."""
    if coded.startswith(GIF):
        return coded.count(b"\x21\xf9\x04") > 1
    if coded.startswith(PNG):
        return any(kind == b"acTL" for kind, _ in png_chunks(coded))
    return coded.startswith(RIFF) and coded[8:16] == b"WEBPVP8X" and bool(coded[20] & 2)


def png_chunks(coded: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and content of each chunk before the pixels of a PNG."""
    at = len(PNG)
    while at + 8 <= len(coded):
        length, kind = struct.unpack_from(">I4s", coded, at)
        if kind == b"IDAT":
            return
        yield kind, coded[at + 8 : at + 8 + length]
        at += 12 + length


def xmp_of_png(coded: bytes) -> bytes:
    """Return the XMP packet of a PNG, which OpenCV does not find."""
    if not coded.startswith(PNG):
        return b""
    packets = [text for kind, text in png_chunks(coded) if kind == b"iTXt"]
    return next((text[len(XMP_OF_PNG) :] for text in packets if text.startswith(XMP_OF_PNG)), b"")


def png_text(coded: bytes, keyword: str) -> str:
    """Return the international text of a PNG with a keyword; empty if there is none."""
    begin = keyword.encode("latin-1") + bytes(5)  # neither compressed nor translated
    texts = (text for kind, text in png_chunks(coded) if kind == b"iTXt")
    found = next((text for text in texts if text.startswith(begin)), begin)
    return found[len(begin) :].decode("utf-8", "replace")


def dpi_of(coded: bytes) -> tuple[int, int] | None:
    """Return the horizontal and vertical dots per inch in the header of a JPEG or PNG."""
    if coded.startswith(JPEG) and coded[6:11] == b"JFIF\0" and len(coded) >= 18:
        unit, across, down = struct.unpack_from(">BHH", coded, 13)
        return (across, down) if unit == INCH else None
    if coded.startswith(PNG):
        for kind, content in png_chunks(coded):
            if kind == b"pHYs" and len(content) == 9 and content[8] == 1:
                across, down = struct.unpack_from(">II", content)
                return round(across * METER), round(down * METER)
    return None


def unread_metadata(coded: bytes) -> str | None:
    """Return a note on metadata that OpenCV does not read; None if it reads all."""
    if coded.startswith(TIFF) or coded[4:8] == JP2:
        return "tags and color profile of this format are not kept"
    if is_avif(coded):
        return f"XMP and color profile of AVIF need Pillow to be kept: {install_command('avif')}"
    if coded.startswith(PNG):
        kinds = (b"tEXt", b"zTXt", b"iTXt")
        texts = [text for kind, text in png_chunks(coded) if kind in kinds]
        other = [text for text in texts if not text.startswith(XMP_OF_PNG[:17])]
        return "text in a PNG is not kept" if other else None
    return None
