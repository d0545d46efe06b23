"""Segments of a JPEG file that OpenCV neither reads nor writes: IPTC, and large color profiles."""

import struct
from collections.abc import Iterable, Iterator

START = b"\xff\xd8"
APP0, APP2, APP13, APP15 = 0xE0, 0xE2, 0xED, 0xEF
"""Markers of segments with metadata; the pixels follow them."""
PHOTOSHOP, RESOURCE, IPTC = b"Photoshop 3.0\0", b"8BIM", 0x0404
"""Prefix of the segments with Photoshop's resources, of each resource, and the number of IPTC."""
PROFILE, PROFILE_PART = b"ICC_PROFILE\0", 65_000
"""Prefix of a color profile's segments, and the bytes of the profile in each."""


def segments(coded: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield marker, content and end offset of each segment before the pixels."""
    at = len(START)
    while coded.startswith(START) and at + 4 <= len(coded) and coded[at] == 0xFF:
        marker, length = struct.unpack_from(">xBH", coded, at)
        if not APP0 <= marker <= APP15:
            return
        at += 2 + length
        yield marker, coded[at - length + 2 : at], at


def iptc_of(coded: bytes) -> bytes:
    """Return the IPTC records of a JPEG, without Photoshop's thumbnail and other resources."""
    found = (
        content.removeprefix(PHOTOSHOP)
        for marker, content, _ in segments(coded)
        if marker == APP13 and content.startswith(PHOTOSHOP)
    )
    resources = b"".join(found)  # a long one continues in the next segment
    return next((content for number, content in _resources(resources) if number == IPTC), b"")


def _resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of Photoshop's resources."""
    at = 0
    while block.startswith(RESOURCE, at) and at + 12 <= len(block):
        number, name = struct.unpack_from(">HB", block, at + 4)
        at += 6 + _even(1 + name)
        length = int.from_bytes(block[at : at + 4], "big")
        if at + 4 + length > len(block):
            return
        yield number, block[at + 4 : at + 4 + length]
        at += 4 + _even(length)


def iptc_segment(iptc: bytes) -> bytes:
    """Return the segment with IPTC records."""
    resource = RESOURCE + struct.pack(">HHI", IPTC, 0, len(iptc)) + iptc + bytes(len(iptc) % 2)
    return _segment(APP13, PHOTOSHOP + resource)


def profile_segments(icc: bytes) -> Iterator[bytes]:
    """Yield the segments with a color profile, each with a part of it."""
    parts = [icc[at : at + PROFILE_PART] for at in range(0, len(icc), PROFILE_PART)]
    for number, part in enumerate(parts, 1):
        yield _segment(APP2, PROFILE + bytes((number, len(parts))) + part)


def with_segments(coded: bytes, added: Iterable[bytes]) -> bytes:
    """Return a JPEG with further segments of metadata before its pixels."""
    at = max((end for *_, end in segments(coded)), default=len(START))
    return coded[:at] + b"".join(added) + coded[at:]


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def _even(length: int) -> int:
    return length + length % 2
