"""An area is stylized, the rest stays as it is, and a video can be resumed."""

from fractions import Fraction

import numpy as np
import pytest

from realtime_nst.errors import ImageError
from realtime_nst.frame import Frame, Image
from realtime_nst.stylize.masked import AREAS, MaskedStylizer, check_area, composite
from tests.helpers.scenes import noisy, panned, photo

NOSE, FLAG = (115, 222), (100, 20)
"""Row and column in the photo of the astronaut: of a person, and of the background."""


def frame(image: Image, index: int = 0) -> Frame:
    return Frame(image, index, Fraction(index, 25), 0.0)


def negative(given: Frame) -> Frame:
    return given.with_image(255 - given.image)


@pytest.mark.parametrize(
    ("area", "values"), [("person", [20, 60, 220]), ("background", [220, 180, 20])]
)
def test_composite_mixes_by_the_mask(area: str, values: list[int]) -> None:
    mask = np.array([[0, 0.2, 1]], np.float32)
    before, after = np.full((1, 3, 3), 20, np.uint8), np.full((1, 3, 3), 220, np.uint8)
    assert composite(before, after, mask, area)[0, :, 0].tolist() == values


@pytest.mark.parametrize("area", AREAS)
def test_masked_stylizer_changes_the_area_only(area: str) -> None:
    given = frame(photo(), 4)
    result = MaskedStylizer(negative, area)(given)
    inside, outside = (NOSE, FLAG) if area == "person" else (FLAG, NOSE)
    assert np.abs(result.image[inside].astype(int) - (255 - given.image[inside])).max() <= 9
    assert np.abs(result.image[outside].astype(int) - given.image[outside]).max() <= 9
    assert (result.index, result.pts) == (4, given.pts)


def test_masked_stylizer_continues_from_a_state() -> None:
    frames = [frame(each, index) for index, each in enumerate(noisy(panned(1, 6, (300, 400))))]
    whole, first, second = (MaskedStylizer(negative, "person", every=3) for _ in range(3))
    expected = [whole(each).image for each in frames]
    for each in frames[:3]:
        first(each)
    second.restore(first.state(3))
    assert np.array_equal([second(each).image for each in frames[3:]], expected[3:])
    assert whole.state(6)
    assert whole.state(3) == ()


def test_check_area_names_the_areas() -> None:
    check_area(None)
    check_area("person")
    with pytest.raises(ImageError, match="no such area") as caught:
        check_area("people")
    assert caught.value.hint == "use person or background"
