"""Options for reading a video."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from realtime_nst.stages import no_op


@dataclass(frozen=True, slots=True)
class RawFormat:
    """Format of raw video in a pipe, which has no header."""

    width: int
    height: int
    rate: Fraction
    """Frames per second."""
    pixels: str
    """FFmpeg's name of the pixel format."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Which part of a video to read, and how to handle damage."""

    start: Fraction = Fraction(0)
    """Start of the part, in seconds after the first frame."""
    end: Fraction | None = None
    """End of the part, in seconds after the first frame; the frame at this time is excluded."""
    skip_broken: bool = False
    """Whether to skip damaged data and report it; otherwise damage is an error."""
    on_skip: Callable[[str], None] = no_op
    """Called with what was skipped, one line each, on the reading thread."""
    on_note: Callable[[str], None] = no_op
    """Called with changes of the stream that are not kept, one line each, on the reading thread."""
    rate: Fraction | None = None
    """Frames per second of an image sequence; None reads images as stills."""
    resume: Fraction = Fraction(0)
    """Seconds after the first frame of the part that an earlier run has finished. Of the frames
    before, only the last one is certain to be read; indices count from the first frame read."""
    raw: RawFormat | None = None
    """Format of a pipe with raw video; None if the pipe has a header."""

    def has(self, seconds: Fraction) -> bool:
        """Return whether the frame at a time is in the part."""
        return seconds >= self.start and not self.is_over(seconds)

    def part_of(self, paths: Sequence[Path]) -> list[Path]:
        """Return the images of a sequence that are in the part."""
        rate = self.rate
        return [path for index, path in enumerate(paths) if not rate or self.has(index / rate)]

    def is_over(self, seconds: Fraction) -> bool:
        """Return whether the part ends at or before a time."""
        return self.end is not None and seconds >= self.end
