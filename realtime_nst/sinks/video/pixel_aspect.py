"""Pixels that are not square, in files that cannot say so."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from av.codec import Codec as Library

from realtime_nst.frame import Image, StreamInfo

CARRYING_CODECS = frozenset(("h264", "hevc"))
"""Codecs whose own bits hold the shape of a pixel, in any container."""
CARRYING_MUXERS = frozenset(("mp4", "mov"))
"""Muxers that take it from the encoder. Matroska's takes it from a field that PyAV cannot set."""
STDOUT = 1
"""The file descriptor of standard output."""
HEADERS = frozenset(("yuv4mpegpipe", "rawvideo"))
"""Muxers for programs that expect the very size that went in: y4m, whose header is written here,
and raw bytes, whose reader has to know everything anyway."""


def stored_as(info: StreamInfo, encoder: str, muxer: str) -> StreamInfo:
    """Return how frames are stored: as they are, or stretched to square pixels."""
    codec = Library(encoder, "w").canonical_name
    carried = codec in CARRYING_CODECS or muxer in CARRYING_MUXERS | HEADERS
    aspect = info.pixel_aspect
    if aspect == 1 or carried:
        return info
    width = _even(info.width * aspect) if aspect > 1 else info.width
    height = _even(info.height / aspect) if aspect < 1 else info.height
    return replace(info, width=width, height=height, pixel_aspect=Fraction(1))


def shape_notes(info: StreamInfo, stored: StreamInfo, muxer: str) -> Iterator[str]:
    """Yield what happens to oblong pixels, if they do not stay as they are."""
    aspect = f"{info.pixel_aspect.numerator}:{info.pixel_aspect.denominator}"
    if stored.pixel_aspect != info.pixel_aspect:
        size = f"{stored.width}x{stored.height}"
        yield f"the pixels are oblong ({aspect}), which this file cannot hold: it becomes {size}"
    elif muxer == "rawvideo" and info.pixel_aspect != 1:
        yield f"the pixels are oblong ({aspect}), which raw video cannot hold"


def stretched(image: Image, stored: StreamInfo) -> Image:
    """Return an image in the size that it is stored in."""
    size = (stored.width, stored.height)
    if image.shape[1::-1] == size:
        return image
    return np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _even(length: Fraction) -> int:
    return 2 * round(length / 2)


class Y4mFile:
    """A y4m file or pipe whose header tells the shape of a pixel.

    FFmpeg's muxer takes it from a field that PyAV cannot set, and writes that it is unknown.
    """

    def __init__(self, path: Path | int, aspect: Fraction) -> None:
        self._file: BinaryIO = open(path, "wb", closefd=path != STDOUT)  # noqa: SIM115
        self._header: bytes | None = f" A{aspect.numerator}:{aspect.denominator}".encode()

    def write(self, data: bytes) -> int:
        """Write bytes; the header is in the first ones."""
        if self._header:
            data = re.sub(rb" A\d+:\d+", self._header, bytes(data), count=1)
            self._header = None
        return self._file.write(data)

    def close(self) -> None:
        """Write what is buffered and close the file; standard output stays open."""
        self._file.close()
