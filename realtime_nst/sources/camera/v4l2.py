"""Query the modes of a camera on Linux without switching it on (linux/videodev2.h)."""

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ENUM_FMT, ENUM_FRAMESIZES = 0xC0405602, 0xC02C564A
"""VIDIOC_ENUM_FMT and VIDIOC_ENUM_FRAMESIZES."""
FMTDESC, FRMSIZE = struct.Struct("=III32sII12x"), struct.Struct("=III6I8x")
"""struct v4l2_fmtdesc and v4l2_frmsizeenum."""
CAPTURE, DISCRETE = 1, 1
"""V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_FRMSIZE_TYPE_DISCRETE."""
MAX_ENTRIES = 256
"""Maximum number of entries read from a driver, in case it never ends its list."""

Ioctl = Callable[[int, int, bytearray], object]
"""``fcntl.ioctl``: file, request, and the struct with the query, which receives the reply."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A pixel format and resolution that a camera supports."""

    pixels: str
    """Four-character code: ``MJPG``, ``YUYV``."""
    width: int
    height: int


def modes(path: Path) -> tuple[Mode, ...]:
    """Return the modes of a device; none if it cannot be queried."""
    import fcntl  # missing on Windows

    try:
        file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return ()
    try:
        return tuple(query_modes(file, fcntl.ioctl))
    finally:
        os.close(file)


def query_modes(file: int, ioctl: Ioctl) -> Iterator[Mode]:
    """Yield the modes that a driver reports; of a range of sizes only the largest."""
    for index in range(MAX_ENTRIES):
        described = _query(ioctl, file, ENUM_FMT, FMTDESC, index, CAPTURE, 0, b"", 0, 0)
        if described is None:
            return
        code = int(described[4])
        pixels = code.to_bytes(4, "little").decode("ascii", "replace").strip()
        yield from _sizes(file, ioctl, code, pixels)


def _sizes(file: int, ioctl: Ioctl, code: int, pixels: str) -> Iterator[Mode]:
    for index in range(MAX_ENTRIES):
        size = _query(ioctl, file, ENUM_FRAMESIZES, FRMSIZE, index, code, *[0] * 7)
        if size is None:
            return
        if size[2] != DISCRETE:  # from, to, in steps; of the width first
            yield Mode(pixels, size[4], size[7])
            return
        yield Mode(pixels, size[3], size[4])


def _query(
    ioctl: Ioctl, file: int, request: int, form: struct.Struct, *values: object
) -> tuple[int, ...] | None:
    """Return the driver's reply; None after the last entry, or if the request is unsupported."""
    reply = bytearray(form.pack(*values))
    try:
        ioctl(file, request, reply)
    except OSError:
        return None
    return form.unpack(reply)
