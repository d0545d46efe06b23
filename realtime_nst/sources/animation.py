"""Animated WebP and PNG: all frames with their own durations.

FFmpeg's demuxers do not support animated WebP; OpenCV decodes it, and PNG as well.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, count
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.conversion import on_white

MAGIC = {".webp": b"RIFF", ".png": b"\x89PNG"}
"""First bytes of files that may be animations, by file extension."""
MAX_BLOCK_BYTES = 1 << 28
"""Memory for decoded frames, in bytes: OpenCV decodes as many at once as requested."""
DEFAULT_DURATION = 100
"""Milliseconds that a frame without a duration is shown, as in browsers."""
MILLISECOND = Fraction(1, 1000)


def is_animation(path: Path) -> bool:
    """Return whether an image file contains more than one frame.

    Raises:
        SourceError: the file cannot be read.
    """
    magic = MAGIC.get(path.suffix.lower())
    if magic is None:
        return False
    coded = _read(path)
    known = coded[: len(magic)].tobytes() == magic
    return known and len(_decode(coded, 0, 2)[0]) > 1


class AnimationSource(Closing):
    """Frames of one animated image, in order.

    Args:
        path: the image file.
        reading: which part to read.

    Raises:
        SourceError: the file cannot be read, or has no frame in the requested part.
    """

    live = False

    def __init__(self, path: Path, reading: ReadOptions = ReadOptions()) -> None:  # noqa: B008  (frozen)
        self._path, self._coded = path, _read(path)
        (first,), _ = _decode(self._coded, 0, 1)
        height, width = first.shape[:2]
        self._block = max(1, MAX_BLOCK_BYTES // first.nbytes)
        durations = [duration for _, block in self._blocks() for duration in block]
        self._begins = [begin * MILLISECOND for begin in accumulate(durations, initial=0)]
        self._wanted = [n for n in range(len(durations)) if reading.has(self._begins[n])]
        if not self._wanted:
            length = float(self._begins[-1])
            message = f"{path} is {length:g} s long and has no frame in the requested part"
            raise SourceError(message, "check --start and --end")
        rate = Fraction(len(durations)) / self._begins[-1]
        frames = len(self._wanted)
        self.info = StreamInfo(
            path.name, width, height, rate, frames, path=path, time_base=MILLISECOND
        )

    def __iter__(self) -> Iterator[Frame]:
        wanted, start = set(self._wanted), self._begins[self._wanted[0]]
        images = (image for block, _ in self._blocks() for image in block)
        for number, image in enumerate(images):
            if number in wanted:
                begin, end = self._begins[number : number + 2]
                index = number - self._wanted[0]
                yield Frame(_opaque(image), index, begin - start, perf_counter(), end - begin)

    def _blocks(self) -> Iterator[tuple[Sequence[NDArray[Any]], list[int]]]:
        """Yield frames and their durations in milliseconds."""
        for start in count(0, self._block):
            frames, durations = _decode(self._coded, start, self._block)
            if frames:
                yield frames, durations
            if len(frames) < self._block:
                return


def _read(path: Path) -> NDArray[np.uint8]:
    try:
        return np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}", "check the path") from error


def _decode(
    coded: NDArray[np.uint8], start: int, frames: int
) -> tuple[Sequence[NDArray[Any]], list[int]]:
    try:
        _, animation = cv2.imdecodeanimation(coded, start, frames)
    except cv2.error as error:
        raise SourceError(
            f"the animation cannot be decoded: {error.err}", "check the file"
        ) from error
    durations = [int(duration) or DEFAULT_DURATION for duration in np.ravel(animation.durations)]
    return animation.frames, durations[: len(animation.frames)]


def _opaque(image: NDArray[Any]) -> Image:
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    flat = on_white(image) if image.shape[2] == 4 else image
    return np.ascontiguousarray(flat, np.uint8)
