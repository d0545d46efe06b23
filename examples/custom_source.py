"""Run the pipeline on a source of your own: here, frames that a function draws."""

from collections.abc import Iterator
from fractions import Fraction
from time import perf_counter

import numpy as np

import realtime_nst as nst


class DrawnFrames:
    """A source of drawn frames: a square that moves to the right.

    A source has ``info`` and ``live``, is a context manager, and yields frames.
    """

    live = False
    """False: no frame is dropped where the stylizer is too slow."""

    def __init__(self, frames: int = 50, width: int = 320, height: int = 240) -> None:
        self.info = nst.StreamInfo("drawn", width, height, rate=Fraction(25), frames=frames)

    def __iter__(self) -> Iterator[nst.Frame]:
        """Yield the frames: index from 0, timestamps in seconds from 0."""
        for index in range(self.info.frames or 0):
            image = np.full((self.info.height, self.info.width, 3), 220, np.uint8)
            left = 4 * index % self.info.width
            image[80:160, left : left + 80] = (40, 90, 200)
            yield nst.Frame(image, index, Fraction(index, 25), perf_counter())

    def __enter__(self) -> "DrawnFrames":
        return self

    def __exit__(self, *raised: object) -> None:
        """Close the source; there is nothing to close here."""


def main(result: str = "drawn.mp4", style: str = "starry-night", frames: int = 50) -> None:
    """Stylize the drawn frames and write them as a video."""
    stylizer = nst.Stylizer(style)
    with DrawnFrames(frames) as source, nst.open_sink(result, source.info) as sink:
        nst.run(source, stylizer.stylize_frame, sink)


if __name__ == "__main__":
    main()
