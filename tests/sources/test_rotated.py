"""Rotated frames of a live source."""

from fractions import Fraction

import numpy as np
import pytest

from realtime_nst.sources.paced import PacedSource
from realtime_nst.sources.rotated import RotatedSource, rotated
from realtime_nst.sources.synthetic import SyntheticSource


def source() -> PacedSource:
    return PacedSource(
        lambda: SyntheticSource(64, 48, Fraction(30), 2), loop=False, sleep=lambda _: None
    )


@pytest.mark.parametrize(
    ("degrees", "turns", "size"), [(90, -1, (48, 64)), (180, 2, (64, 48)), (270, 1, (48, 64))]
)
def test_rotated_source_turns_clockwise(degrees: int, turns: int, size: tuple[int, int]) -> None:
    with source() as plain:
        before = [frame.image for frame in plain]
    with RotatedSource(source(), degrees) as turned:
        assert (turned.info.width, turned.info.height) == size
        assert turned.live
        assert turned.notice == ""
        for frame, image in zip(turned, before, strict=True):
            assert np.array_equal(frame.image, np.rot90(image, turns))
            assert frame.image.flags.c_contiguous


def test_rotated_by_nothing_is_the_source() -> None:
    with source() as plain:
        assert rotated(plain, 0) is plain
