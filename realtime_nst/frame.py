"""A frame and the description of a stream of frames."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Image as (height, width, 3) uint8 BGR, C-contiguous."""

Cell = tuple[slice, slice]
"""Rows and columns of a part of an image."""

LARGE_FRAME_PIXELS = 6_000_000
"""Pixels from which less memory is used at the cost of time or file size: 4K, not 1440p."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a stream, passed from a source to a sink. Treat its pixels as read-only."""

    image: Image
    """(height, width, 3) uint8 BGR, C-contiguous, upright."""
    index: int
    """Position in the source, from 0; a gap means that frames were dropped."""
    pts: Fraction
    """Seconds since the first frame, exact."""
    captured_at: float
    """``time.perf_counter()`` when the frame left the source."""
    duration: Fraction | None = None
    """Display time in seconds, if the source gives it. Only the last frame's is used: the others
    are shown until the next frame's ``pts``."""
    cells: tuple[Cell, ...] = ()
    """Parts that show an image each, such as tiles of styles; empty if the frame is one image."""

    def with_image(self, image: Image) -> Self:
        """Return a copy of the frame with other pixels and the same times."""
        return replace(self, image=image)


UNSPECIFIED = 2
"""ITU-T H.273 code for color properties that a file does not specify."""


@dataclass(frozen=True, slots=True)
class ColorSpec:
    """Color space of a video, in the codes of ITU-T H.273, which FFmpeg uses too."""

    matrix: int = UNSPECIFIED
    """YUV to RGB matrix: 1 is BT.709, 5 and 6 are BT.601, 9 is BT.2020."""
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    full: bool = False
    """Full range: black is 0 instead of 16."""


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """Properties of a source, known before its first frame."""

    name: str
    """Human-readable name: a file name, ``camera 0``."""
    width: int
    height: int
    rate: Fraction | None
    """Average frames per second; None if there is no frame rate (still images)."""
    frames: int | None
    """Number of frames according to the container; None if unknown."""
    path: Path | None = None
    """File behind the stream, for sinks that copy its other streams."""
    file_size: int | None = None
    """Bytes of that file when it was opened; data appended later is ignored."""
    start: Fraction = Fraction(0)
    """Timestamp of the first frame in seconds, on the file's clock, which its audio shares."""
    time_range: tuple[Fraction, Fraction | None] | None = None
    """Requested part of the file on its own clock, possibly without an end; None: all of it."""
    time_base: Fraction | None = None
    """Time base of the file in seconds: every pts is a multiple of it."""
    base_rate: Fraction | None = None
    """Lowest frame rate that represents every timestamp, according to the container."""
    pixels: str = ""
    """FFmpeg's name of the stored pixel format, for sinks that store less."""
    pixel_aspect: Fraction = Fraction(1)
    """Pixel aspect ratio (width / height), after rotation to upright."""
    colours: ColorSpec = ColorSpec()
    """Color space of the stored frames, for sinks that keep it."""
    stream_index: int = 0
    """Index of the video stream in the file; sinks copy the other streams."""
    notes: tuple[str, ...] = ()
    """Human-readable notes, one line each, on properties that the output will not keep."""
    image_paths: tuple[Path, ...] = ()
    """Image file behind each frame, for sinks that name their files after them."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings that the frames were stylized with, for sinks that store them in the file."""
