"""Controls of a style: ranges, defaults and their order."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_nst.errors import ImageError
from realtime_nst.frame import Frame
from realtime_nst.image_ops import blend, keep_colors
from realtime_nst.stylize.controls import (
    StyleControls,
    apply_controls,
    reduced_size,
    stroke_scale,
    with_controls,
    with_stroke_size,
)
from realtime_nst.stylize.guided_filter import exchange_palette
from tests.helpers.scenes import photo


def negative(frame: Frame) -> Frame:
    return frame.with_image(255 - frame.image)


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"strength": 2}, "strength 2", "give a strength from 0 to 1"),
        ({"palette": -0.5}, "palette -0.5", "give a palette from 0 to 1"),
        ({"palette": float("nan")}, "palette nan", "give a palette from 0 to 1"),
        ({"stroke_size": 0.5}, "stroke size 0.5", "give a stroke size from 1 to 4, or auto"),
        ({"stroke_size": "big"}, "stroke size 'big'", "give a stroke size from 1 to 4, or auto"),
    ],
)
def test_values_out_of_range(values: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(ImageError, match=f"cannot use the {message}") as caught:
        StyleControls(**values)
    assert caught.value.hint == hint


def test_changed_has_no_defaults() -> None:
    assert StyleControls().changed == {}
    assert StyleControls(0.5, True, 0.25, "auto").changed == {
        "strength": "0.5",
        "keep-colors": "yes",
        "palette": "0.25",
        "stroke-size": "auto",
    }


@pytest.mark.parametrize(
    ("size", "width", "height", "scale"),
    [
        (2, 640, 480, 2),
        ("auto", 640, 480, 1),
        ("auto", 1080, 1920, 2.25),
        ("auto", 9000, 9000, 4),
        ("auto", 32, 32, 1),
    ],
)
def test_stroke_scale(size: Any, width: int, height: int, scale: float) -> None:
    assert stroke_scale(size, width, height) == scale


@settings(deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.floats(1, 4))
def test_reduced_size_is_never_empty(width: int, height: int, scale: float) -> None:
    assert min(reduced_size(width, height, scale)) >= 1
    assert reduced_size(width, height, 1) == (width, height)


def test_defaults_are_the_stylizer_itself() -> None:
    assert with_stroke_size(negative, 1) is negative
    assert with_controls(negative, StyleControls()) is negative
    assert with_controls(negative, StyleControls(stroke_size=2)) is negative
    after = 255 - photo()
    assert apply_controls(photo(), after, StyleControls()) is after


def test_order_of_the_controls() -> None:
    """The palette is exchanged before colors are kept, and the strength comes last."""
    before, after = photo(), 255 - photo()
    wanted = blend(before, keep_colors(before, exchange_palette(before, after, 0.5)), 0.25)
    result = apply_controls(before, after, StyleControls(0.25, True, 0.5))
    assert np.array_equal(result, wanted)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 60), st.integers(1, 60), st.floats(1, 4), st.floats(0, 1), st.booleans())
def test_any_size(height: int, width: int, size: float, palette: float, kept: bool) -> None:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    frame = Frame(image, 3, Fraction(1, 8), 0.0)
    controls = StyleControls(0.7, kept, palette, size)
    result = with_controls(with_stroke_size(negative, size), controls)(frame)
    assert result.image.shape == image.shape
    assert (result.index, result.pts) == (3, frame.pts)
