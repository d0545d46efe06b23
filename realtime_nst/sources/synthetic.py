"""Synthetic video for tests and demos: moving bars with the frame number."""

import re
from collections.abc import Iterator
from fractions import Fraction
from time import perf_counter
from typing import Self

import cv2
import numpy as np

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, Image, StreamInfo

COLORS = np.array([[32, 32, 224], [32, 224, 224], [224, 128, 32], [240, 240, 240]], np.uint8)
"""BGR colors of the bars."""


class SyntheticSource(Closing):
    """Bars that move four pixels to the right per frame."""

    live = False

    def __init__(
        self,
        width: int = 640,
        height: int = 480,
        rate: Fraction = Fraction(30),
        frames: int = 90,
    ) -> None:
        self.info = StreamInfo("synthetic", width, height, rate, frames)
        self._rate, self._frames = rate, frames

    @classmethod
    def from_address(cls, details: str) -> Self:
        """Create a source from ``WIDTHxHEIGHT,RATE,FRAMES``; omitted values keep their default.

        Raises:
            SourceError: the details cannot be parsed.
        """
        match = re.fullmatch(r"(?:(\d+)x(\d+)(?:,([\d./]+)(?:,(\d+))?)?)?", details)
        if match is None:
            raise SourceError(f"cannot read synthetic:{details}", "e.g. synthetic:640x480,30,90")
        kinds = zip((int, int, Fraction, int), match.groups(), strict=True)
        return cls(*(kind(text) for kind, text in kinds if text is not None))

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self._frames):
            yield Frame(self._draw(index), index, index / self._rate, perf_counter())

    def _draw(self, index: int) -> Image:
        columns = (np.arange(self.info.width) - 4 * index) // 32 % len(COLORS)
        bars = np.broadcast_to(COLORS[columns], (self.info.height, self.info.width, 3))
        image = np.ascontiguousarray(bars)
        place = (8, self.info.height // 2)
        cv2.putText(image, str(index), place, cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 4)
        return image
