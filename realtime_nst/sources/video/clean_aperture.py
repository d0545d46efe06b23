"""Clean aperture of QuickTime and MP4 files: the part of each frame to be shown."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

MARK = b"\0\0\0\x28clap"
"""First bytes of the box: its length and type (ISO/IEC 14496-12, 12.1.4)."""
LONGEST_INDEX = 1 << 26
"""Number of bytes of the index that are searched; streams are described before their samples."""


def aperture_notes(path: Path, width: int, height: int) -> Iterator[str]:
    """Yield a note if the clean aperture is smaller than the frame.

    PyAV does not expose it.
    """
    shown = _clean_aperture(path) if path.is_file() else None
    if shown and shown != (Fraction(width), Fraction(height)):
        size = f"{round(shown[0])}x{round(shown[1])}"
        yield f"the input's clean aperture is {size}; the whole frame is kept"


def _clean_aperture(path: Path) -> tuple[Fraction, Fraction] | None:
    found = _index(path).partition(MARK)[2][:16]
    numbers = [int.from_bytes(found[place : place + 4], "big") for place in range(0, 16, 4)]
    if len(found) < 16 or 0 in numbers:
        return None
    return Fraction(numbers[0], numbers[1]), Fraction(numbers[2], numbers[3])


def _index(path: Path) -> bytes:
    """Return the ``moov`` box, which describes all streams; empty in other formats."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8 and head[4:].isalnum():
            size, header = int.from_bytes(head[:4], "big"), 8
            if size == 1:
                size, header = int.from_bytes(file.read(8), "big"), 16
            if head[4:] == b"moov":
                return file.read(min(size - header, LONGEST_INDEX))
            if size < header:  # up to the end
                break
            file.seek(size - header, 1)
    return b""
