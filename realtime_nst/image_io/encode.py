"""Encode an image with the metadata of its input file."""

import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np

from realtime_nst.frame import Image
from realtime_nst.image_io.jpeg import iptc_segment, profile_segments, with_segments
from realtime_nst.image_io.photo import METER, XMP_OF_JPEG, XMP_OF_PNG, Photo

JPEGS = (".jpg", ".jpeg")
SEGMENT = 65_000
"""Maximum bytes of a block of metadata in a JPEG: OpenCV writes each as one segment."""
AFTER_HEADER = 33
"""Offset of the first chunk after a PNG's header, in bytes."""


def encode_photo(
    suffix: str, photo: Photo, parameters: list[int]
) -> tuple[bytes | None, list[str]]:
    """Encode a photo in the format of a file extension.

    Args:
        suffix: ``.png``, ``.jpg``, ``.jpeg``, ``.webp`` or ``.avif``.
        photo: pixels and metadata.
        parameters: OpenCV's encoding parameters for the format.

    Returns:
        The content of the file, or None if the format cannot hold so many pixels; and notes on
        what is not kept.
    """
    suffix = suffix.lower()
    notes: list[str] = []
    blocks = _blocks(photo, suffix, notes)
    kinds, values = [kind for kind, _ in blocks], [value for _, value in blocks]
    done, coded = cv2.imencodeWithMetadata(
        suffix, _pixels(photo, suffix, notes), kinds, values, parameters
    )
    if not done:
        return None, notes
    file = _with_dpi(coded.tobytes(), photo, suffix, notes)
    if suffix in JPEGS:
        file = with_segments(file, _segments(photo, notes))
    elif photo.iptc:
        notes.append(f"IPTC is not kept in {suffix}")
    if suffix == ".png" and photo.xmp:  # OpenCV writes it where other programs do not look
        file = _with_chunk(file, b"iTXt", XMP_OF_PNG + photo.xmp)
    return file, notes


def _pixels(photo: Photo, suffix: str, notes: list[str]) -> Image:
    if photo.alpha is None:
        return photo.image
    if suffix in JPEGS:
        notes.append(f"transparency is not kept in {suffix}")
        return photo.image
    return np.dstack([photo.image, photo.alpha])


def _blocks(
    photo: Photo, suffix: str, notes: list[str]
) -> list[tuple[int, "np.ndarray[tuple[int], np.dtype[np.uint8]]"]]:
    """Return the metadata blocks in the form that OpenCV expects."""
    blocks = []
    for kind, name, block in _named(photo, suffix):
        if suffix in JPEGS and len(block) > SEGMENT:
            notes.append(f"{name} of {len(block)} bytes does not fit into {suffix}")
        elif block:
            blocks.append((kind, np.frombuffer(block, np.uint8)))
    return blocks


def _named(photo: Photo, suffix: str) -> Iterator[tuple[int, str, bytes]]:
    yield cv2.IMAGE_METADATA_EXIF, "EXIF", photo.exif
    if photo.xmp and suffix != ".png":
        yield cv2.IMAGE_METADATA_XMP, "XMP", XMP_OF_JPEG * (suffix in JPEGS) + photo.xmp
    if suffix not in JPEGS or len(photo.icc) <= SEGMENT:
        yield cv2.IMAGE_METADATA_ICCP, "color profile", photo.icc


def _segments(photo: Photo, notes: list[str]) -> Iterator[bytes]:
    """Yield the segments of a JPEG that OpenCV does not write."""
    if len(photo.icc) > SEGMENT:
        yield from profile_segments(photo.icc)
    if len(photo.iptc) > SEGMENT:
        notes.append(f"IPTC of {len(photo.iptc)} bytes does not fit into a JPEG")
    elif photo.iptc:
        yield iptc_segment(photo.iptc)


def _with_dpi(coded: bytes, photo: Photo, suffix: str, notes: list[str]) -> bytes:
    """Write the dots per inch into a file's header, which OpenCV cannot do."""
    if photo.dpi is None:
        return coded
    across, down = photo.dpi
    if suffix == ".png":
        meters = (round(across / METER), round(down / METER))
        return _with_chunk(coded, b"pHYs", struct.pack(">IIB", *meters, 1))
    if suffix in JPEGS and coded[6:11] == b"JFIF\0":
        return coded[:13] + struct.pack(">BHH", 1, across, down) + coded[18:]
    notes.append(f"{across} dpi are not kept in {suffix}")
    return coded


def _with_chunk(png: bytes, kind: bytes, content: bytes) -> bytes:
    body = kind + content
    chunk = struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
    return png[:AFTER_HEADER] + chunk + png[AFTER_HEADER:]
