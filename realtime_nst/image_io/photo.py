"""Pixels of an image file, and the metadata that a result should keep."""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from realtime_nst.frame import Image
from realtime_nst.provenance import to_xmp

ORIENTATION = 0x0112
"""EXIF tag of the orientation."""
BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
"""First bytes of an EXIF block, and the byte order as ``struct`` names it."""
HEADER, ENTRY = 8, 12
"""Size of an EXIF block's header and of a directory entry, in bytes."""
XMP_OF_JPEG, XMP_OF_PNG = b"http://ns.adobe.com/xap/1.0/\0", b"XML:com.adobe.xmp\0\0\0\0\0"
"""Prefix of an XMP packet: in a JPEG's segment, and in a PNG's ``iTXt`` chunk."""
METER = 0.0254
"""Meters per inch: PNG stores dots per meter."""
XMP_TURN = re.compile(rb"(tiff:Orientation\s*(?:=\s*[\"']|>))[2-8]")


@dataclass(frozen=True, slots=True)
class Photo:
    """An upright image with its metadata."""

    image: Image
    """Colors, blended with white where the file is transparent."""
    alpha: NDArray[np.uint8] | None = None
    """Opacity, (height, width); None if every pixel is opaque."""
    exif: bytes = b""
    xmp: bytes = b""
    icc: bytes = b""
    """Color profile of an RGB image."""
    dpi: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    """Notes on what is not kept of the file, one line each."""
    iptc: bytes = b""
    """Records such as caption, credit and keywords, from a JPEG."""

    def with_image(self, image: Image, alpha: NDArray[np.uint8] | None) -> Self:
        """Return a copy with other pixels and the same metadata."""
        return replace(self, image=image, alpha=alpha)

    def with_settings(self, settings: Mapping[str, str]) -> Self:
        """Return a copy whose XMP holds the settings that the pixels were made with."""
        return replace(self, xmp=to_xmp(self.xmp, settings))


def upright(exif: bytes) -> bytes:
    """Return an EXIF block with upright orientation and without the thumbnail.

    The thumbnail would show the image before stylization.
    """
    order = BYTE_ORDERS.get(exif[:4])
    if order is None:
        return exif
    block = bytearray(exif)
    try:
        for entry in _entries(block, order):
            if struct.unpack_from(f"{order}H", block, entry)[0] == ORIENTATION:
                struct.pack_into(f"{order}H", block, entry + 8, 1)
        _end_directories(block, order)
    except struct.error:  # it is cut off
        return b""
    return bytes(block)


def orientation(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if there is none."""
    order = BYTE_ORDERS.get(exif[:4])
    try:
        for entry in _entries(exif, order) if order else ():
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:  # it is cut off
        pass
    return 1


def upright_xmp(xmp: bytes) -> bytes:
    """Return an XMP packet with upright orientation."""
    return XMP_TURN.sub(rb"\g<1>1", xmp)


def _entries(block: bytes | bytearray, order: str) -> range:
    """Return the offsets of the first directory's entries."""
    (start,) = struct.unpack_from(f"{order}I", block, 4)
    (count,) = struct.unpack_from(f"{order}H", block, start)
    return range(start + 2, start + 2 + ENTRY * count, ENTRY)


def _end_directories(block: bytearray, order: str) -> None:
    """Make the first directory, that of the image itself, the last one."""
    struct.pack_into(f"{order}I", block, _entries(block, order).stop, 0)
