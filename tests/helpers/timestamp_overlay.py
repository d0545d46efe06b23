"""The time of day drawn into a picture, to be read back from its pixels wherever it went.

A bit is two blocks one above the other, light over dark or dark over light. Only the two are
compared, so that a painting, a JPEG or a change of size may do to them what it likes.
"""

import time

import numpy as np

from realtime_nst.frame import Image

TIME, CHECK = 16, 8
"""Bits: milliseconds since some moment, which start over after a minute, and a check."""
BITS = TIME + CHECK
DARK, LIGHT = 32, 224


def now() -> int:
    """Milliseconds, on a clock that all processes of this machine share (on Linux and macOS)."""
    return at(time.monotonic())


def at(seconds: float) -> int:
    """Return a moment of ``time.monotonic`` in milliseconds, as it is drawn."""
    return int(seconds * 1000) % (1 << TIME)


def draw(image: Image, moment: int) -> None:
    """Draw a moment as a strip across the top."""
    block = image.shape[1] // BITS
    for place, bit in enumerate(_bits(moment)):
        left = place * block
        upper, lower = (LIGHT, DARK) if bit else (DARK, LIGHT)
        image[:block, left : left + block] = upper
        image[block : 2 * block, left : left + block] = lower


def read(image: Image) -> int | None:
    """The moment that was drawn; None where none can be read."""
    block = image.shape[1] // BITS
    edge = block // 4  # colours run over into the neighbours
    light = image[: 2 * block, : BITS * block].mean(axis=2)
    blocks = light.reshape(2, block, BITS, block)[:, edge : block - edge, :, edge : block - edge]
    rows = blocks.mean(axis=(1, 3))
    bits = rows[0] > rows[1]
    for seen in (bits, ~bits):  # a painting may turn light into dark
        moment = int("".join("01"[int(bit)] for bit in seen[:TIME]), 2)
        if np.array_equal(seen, _bits(moment)):
            return moment
    return None


def age(moment: int) -> float:
    """Seconds since a moment of the last minute."""
    return (now() - moment) % (1 << TIME) / 1000


def _bits(moment: int) -> list[bool]:
    check = (moment * 167 + 41) % 251  # a CRC could not tell a picture from its inversion
    return [digit == "1" for digit in f"{moment:0{TIME}b}{check:0{CHECK}b}"]
