"""What a user can choose about reading a video."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from realtime_nst.stages import no_op


@dataclass(frozen=True, slots=True)
class RawFormat:
    """What a pipe that says nothing about itself holds."""

    width: int
    height: int
    rate: Fraction
    """Frames per second."""
    pixels: str
    """FFmpeg's name for how pixels are stored."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Which part of a video is read, and what happens where it is damaged."""

    start: Fraction = Fraction(0)
    """Seconds after the first frame."""
    end: Fraction | None = None
    """Seconds after the first frame; the frame of this moment does not come any more."""
    skip_broken: bool = False
    """True: go on behind what cannot be read, and tell; False: that is an error."""
    on_trouble: Callable[[str], None] = no_op
    """Told of what was skipped, a line each, on the thread that reads."""
    on_note: Callable[[str], None] = no_op
    """Receives what changes on the way and is not kept, a line each, on the thread that reads."""
    rate: Fraction | None = None
    """Frames per second of pictures, which have none; None takes them for stills."""
    resume: Fraction = Fraction(0)
    """Seconds after the first wanted frame: what was done before. Of the frames before it only the
    last one comes for certain; indices count from what comes."""
    raw: RawFormat | None = None
    """What a pipe holds; None: it says so itself."""

    def has(self, seconds: Fraction) -> bool:
        """Whether the frame of this moment is wanted."""
        return seconds >= self.start and not self.is_over(seconds)

    def part_of(self, paths: Sequence[Path]) -> list[Path]:
        """The pictures wanted of those of a film."""
        rate = self.rate
        return [path for index, path in enumerate(paths) if not rate or self.has(index / rate)]

    def is_over(self, seconds: Fraction) -> bool:
        """Whether nothing from this moment on is wanted."""
        return self.end is not None and seconds >= self.end
