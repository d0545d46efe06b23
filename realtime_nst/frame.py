"""The one thing that flows: a picture with its time."""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""(height, width, 3) uint8 BGR, C-contiguous."""

LARGE_FRAME_PIXELS = 6_000_000
"""Pixels from which on memory is spared where that costs time or size: 4K, not 1440 lines."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture on its way from a source to a sink. Treat the pixels as read-only."""

    image: Image
    """(height, width, 3) uint8 BGR, C-contiguous, upright."""
    index: int
    """Position in the source, from 0; a gap means that frames were dropped."""
    pts: Fraction
    """Seconds since the first frame, exact."""
    captured_at: float
    """``time.perf_counter()`` when the frame left the source."""
    duration: Fraction | None = None
    """Seconds it is shown, where the source says so. Only the last frame's counts: of every other
    one the next one's time tells."""

    def with_image(self, image: Image) -> Self:
        """The same moment with new pixels."""
        return replace(self, image=image)


UNSPECIFIED = 2
"""ITU-T H.273's number for colours that a file says nothing about."""


@dataclass(frozen=True, slots=True)
class ColorSpec:
    """How a file's numbers become light, in the numbers of ITU-T H.273 that FFmpeg uses, too."""

    matrix: int = UNSPECIFIED
    """From YUV to RGB: 1 is BT.709, 5 and 6 are BT.601, 9 is BT.2020."""
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    full: bool = False
    """Whether black is 0 instead of 16."""


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a source really gives, known before its first frame."""

    name: str
    """For people: a file name, ``camera 0``."""
    width: int
    height: int
    rate: Fraction | None
    """Average frames per second; None where there is no such thing (stills)."""
    frames: int | None
    """How many frames will come, as far as the container says; None when unknown."""
    path: Path | None = None
    """The file behind the stream, for sinks that copy its other tracks."""
    file_size: int | None = None
    """Bytes of that file as it was opened; what it grows by meanwhile is left out by everybody."""
    start: Fraction = Fraction(0)
    """Seconds of the first frame on the file's own clock, the one its audio goes by."""
    time_range: tuple[Fraction, Fraction | None] | None = None
    """The part of the file that was asked for, on its own clock, open or not; None: all of it."""
    time_base: Fraction | None = None
    """The file's unit of time in seconds: every pts is a multiple of it."""
    base_rate: Fraction | None = None
    """The lowest rate at which every frame has its place, as far as the container says."""
    pixels: str = ""
    """FFmpeg's name for how the pixels were stored, for sinks that store less."""
    pixel_aspect: Fraction = Fraction(1)
    """Width of a pixel by its height, upright."""
    colours: ColorSpec = ColorSpec()
    """Of the pictures behind the frames, for sinks that keep them."""
    stream_index: int = 0
    """Which of the file's streams the frames are of; sinks copy the others."""
    notes: tuple[str, ...] = ()
    """What is special about the stream and will not be as before, a line each, for people."""
    image_paths: tuple[Path, ...] = ()
    """The picture behind each frame, for sinks that name their files after them."""
