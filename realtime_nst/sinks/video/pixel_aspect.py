"""Store non-square pixels in files that cannot hold a pixel aspect ratio."""

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
"""Codecs whose bitstream stores the pixel aspect ratio, in any container."""
CARRYING_MUXERS = frozenset(("mp4", "mov"))
"""Muxers that read it from the encoder. Matroska's reads it from a field that PyAV cannot set."""
STDOUT = 1
"""File descriptor of standard output."""
HEADERS = frozenset(("yuv4mpegpipe", "rawvideo"))
"""Muxers for programs that expect the original size: y4m, whose header is written here, and raw
video, whose reader has to know the format in any case."""


def stored_as(info: StreamInfo, encoder: str, muxer: str) -> StreamInfo:
    """Return the properties of the stored frames: unchanged, or scaled to square pixels.

    Args:
        info: properties of the frames.
        encoder: FFmpeg's name of the encoder.
        muxer: FFmpeg's name of the muxer.
    """
    codec = Library(encoder, "w").canonical_name
    carried = codec in CARRYING_CODECS or muxer in CARRYING_MUXERS | HEADERS
    aspect = info.pixel_aspect
    if aspect == 1 or carried:
        return info
    width = _even(info.width * aspect) if aspect > 1 else info.width
    height = _even(info.height / aspect) if aspect < 1 else info.height
    return replace(info, width=width, height=height, pixel_aspect=Fraction(1))


def shape_notes(info: StreamInfo, stored: StreamInfo, muxer: str) -> Iterator[str]:
    """Yield notes on non-square pixels that are not kept."""
    aspect = f"{info.pixel_aspect.numerator}:{info.pixel_aspect.denominator}"
    if stored.pixel_aspect != info.pixel_aspect:
        size = f"{stored.width}x{stored.height}"
        yield f"this file cannot store the pixel aspect ratio {aspect}: it is scaled to {size}"
    elif muxer == "rawvideo" and info.pixel_aspect != 1:
        yield f"raw video cannot store the pixel aspect ratio {aspect}"


def stretched(image: Image, stored: StreamInfo) -> Image:
    """Return an image scaled to the size in which it is stored."""
    size = (stored.width, stored.height)
    if image.shape[1::-1] == size:
        return image
    return np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _even(length: Fraction) -> int:
    return 2 * round(length / 2)


class Y4mFile:
    """A y4m file or pipe whose header contains the pixel aspect ratio.

    FFmpeg's muxer reads it from a field that PyAV cannot set, and writes that it is unknown.

    Args:
        path: the file, or the descriptor of a pipe.
        aspect: pixel aspect ratio (width / height).
    """

    def __init__(self, path: Path | int, aspect: Fraction) -> None:
        self._file: BinaryIO = open(path, "wb", closefd=path != STDOUT)  # noqa: SIM115
        self._header: bytes | None = f" A{aspect.numerator}:{aspect.denominator}".encode()

    def write(self, data: bytes) -> int:
        """Write bytes, the first of which contain the header."""
        if self._header:
            data = re.sub(rb" A\d+:\d+", self._header, bytes(data), count=1)
            self._header = None
        return self._file.write(data)

    def close(self) -> None:
        """Flush and close the file; standard output stays open."""
        self._file.close()
