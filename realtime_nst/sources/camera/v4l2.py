"""What a camera on Linux can give, asked without switching it on (linux/videodev2.h)."""

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
MOST = 256
"""Answers that are listened to, whatever a driver says."""

Ask = Callable[[int, int, bytearray], object]
"""``fcntl.ioctl``: file, question, and the struct that is asked with and answered in."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A kind of picture that a camera can give."""

    pixels: str
    """Four letters: ``MJPG``, ``YUYV``."""
    width: int
    height: int


def modes(path: Path) -> tuple[Mode, ...]:
    """Of a device; none where it cannot be asked."""
    import fcntl  # only there where V4L2 is

    try:
        file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return ()
    try:
        return tuple(answers(file, fcntl.ioctl))
    finally:
        os.close(file)


def answers(file: int, ask: Ask) -> Iterator[Mode]:
    """What a driver says; of sizes that it can choose freely the largest."""
    for index in range(MOST):
        described = _asked(ask, file, ENUM_FMT, FMTDESC, index, CAPTURE, 0, b"", 0, 0)
        if described is None:
            return
        code = int(described[4])
        pixels = code.to_bytes(4, "little").decode("ascii", "replace").strip()
        yield from _sizes(file, ask, code, pixels)


def _sizes(file: int, ask: Ask, code: int, pixels: str) -> Iterator[Mode]:
    for index in range(MOST):
        size = _asked(ask, file, ENUM_FRAMESIZES, FRMSIZE, index, code, *[0] * 7)
        if size is None:
            return
        if size[2] != DISCRETE:  # from, to, in steps; of the width first
            yield Mode(pixels, size[4], size[7])
            return
        yield Mode(pixels, size[3], size[4])


def _asked(
    ask: Ask, file: int, question: int, form: struct.Struct, *values: object
) -> tuple[int, ...] | None:
    """The answer; None behind the last one, and where the driver does not know the question."""
    answer = bytearray(form.pack(*values))
    try:
        ask(file, question, answer)
    except OSError:
        return None
    return form.unpack(answer)
