"""Text and logarithmic axes of plots."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_nst.plotting import LogAxis, blank, write


def test_log_axis_around_values() -> None:
    axis = LogAxis.around([3.0, 0.0, 250.0], 100, 400)
    assert axis.ticks == [1.0, 10.0, 100.0, 1000.0]
    assert [axis.position(tick) for tick in axis.ticks] == [100, 200, 300, 400]
    assert axis.position(0.0) == 100  # no logarithm: drawn at the end
    assert axis.position(1e9) == 400


def test_log_axis_of_nothing_has_a_decade() -> None:
    assert LogAxis.around([], 0, 10).ticks == [1.0, 10.0]


@given(st.lists(st.floats(1e-6, 1e6), min_size=1), st.booleans())
def test_log_axis_keeps_order(values: list[float], upwards: bool) -> None:
    start, end = (400, 20) if upwards else (20, 400)
    axis = LogAxis.around(values, start, end)
    positions = [axis.position(value) for value in sorted(values)]
    assert positions == sorted(positions, reverse=upwards)
    assert all(20 <= position <= 400 for position in positions)


@pytest.mark.parametrize("width", [30, 60])
def test_write_shrinks_long_text(width: int) -> None:
    paper = blank(30, 200)
    write(paper, "a text that is longer than that", (10, 20), width=width)
    drawn = np.nonzero((paper < 255).any(axis=(0, 2)))[0]
    assert 10 <= drawn.min() <= drawn.max() <= 10 + width
