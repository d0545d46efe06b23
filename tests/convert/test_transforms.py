"""Other sizes, rates and arrangements of frames."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_nst.convert.transforms import (
    OutputShape,
    arrange_output,
    at_scale,
    output_info,
    transform,
)
from realtime_nst.frame import Frame
from realtime_nst.sources.synthetic import SyntheticSource


def inverted(frame: Frame) -> Frame:
    """A style."""
    return frame.with_image(255 - frame.image)


@pytest.mark.parametrize(
    ("size", "expected"), [((32, 48), (32, 48)), ((32, 0), (32, 24)), ((0, 96), (128, 96))]
)
def test_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    source = transform(SyntheticSource(64, 48, frames=2), OutputShape(size))
    assert (source.info.width, source.info.height) == expected
    assert [frame.image.shape for frame in source] == [(expected[1], expected[0], 3)] * 2
    shown = source.info.pixel_aspect * Fraction(*expected)
    assert shown == Fraction(64, 48)  # whatever the pixels, it looks as before


@pytest.mark.parametrize(
    ("rate", "count"), [(50, 20), (25, 10), (5, 2), (Fraction(24000, 1001), 10)]
)
def test_rate(rate: Fraction, count: int) -> None:
    source = transform(SyntheticSource(32, 24, Fraction(25), 10), OutputShape(rate=Fraction(rate)))
    frames = list(source)
    assert (source.info.rate, len(frames)) == (rate, count)
    assert [frame.pts for frame in frames] == [index / Fraction(rate) for index in range(count)]
    assert [frame.index for frame in frames] == list(range(count))


@settings(deadline=None, max_examples=25)
@given(
    gaps=st.lists(st.fractions(Fraction(1, 90), Fraction(1, 2)), min_size=1, max_size=12),
    rate=st.sampled_from([Fraction(5), Fraction(25), Fraction(30000, 1001)]),
)
def test_rate_keeps_the_frame_of_each_timestamp(gaps: list[Fraction], rate: Fraction) -> None:
    times = [sum(gaps[:count], Fraction(0)) for count in range(len(gaps) + 1)]

    class Uneven(SyntheticSource):
        def __iter__(self) -> Iterator[Frame]:
            for index, time in enumerate(times):
                yield Frame(np.full((16, 16, 3), index, np.uint8), index, time, 0.0)

    for frame in transform(Uneven(16, 16), OutputShape(rate=rate)):
        shown = max(n for n, time in enumerate(times) if time <= frame.pts)
        assert frame.image[0, 0, 0] == shown


def test_render_scale() -> None:
    seen = []

    def style(frame: Frame) -> Frame:
        seen.append(frame.image.shape)
        return frame

    (frame,) = SyntheticSource(65, 49, frames=1)
    assert at_scale(style, OutputShape(render_scale=0.5))(frame).image.shape == (49, 65, 3)
    assert seen == [(24, 32, 3)]


def test_side_by_side() -> None:
    source = SyntheticSource(64, 48, frames=1)
    (frame,) = source
    both = arrange_output(inverted, OutputShape(side_by_side=True))(frame).image
    assert output_info(source.info, OutputShape(side_by_side=True)).width == 128
    assert (both[:, :64] == frame.image).all()
    assert (both[:, 64:] == 255 - frame.image).all()


@pytest.mark.parametrize(
    ("source", "asked", "expected"),
    [
        ((854, 480), (1280, 0), (1280, 720)),  # 719.4
        ((1920, 1080), (0, 480), (854, 480)),  # 853.3
        ((1080, 1920), (240, 0), (240, 426)),  # 426.7
        ((641, 361), (640, 0), (640, 360)),
        ((641, 361), (641, 0), (641, 360)),
        ((641, 361), (641, 361), (641, 361)),  # asked for
        ((64, 4), (16, 0), (16, 2)),
    ],
)
def test_size_zero_gives_even_length(
    source: tuple[int, int], asked: tuple[int, int], expected: tuple[int, int]
) -> None:
    info = transform(SyntheticSource(*source, frames=1), OutputShape(asked)).info
    assert (info.width, info.height) == expected
