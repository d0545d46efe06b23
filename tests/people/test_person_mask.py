"""People are found, in one image as in a video, and a video can be continued."""

from pathlib import Path

import numpy as np
import pytest

from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.people import networks
from realtime_nst.people.person_mask import Mask, PersonMask
from tests.helpers.scenes import noisy, panned, photo

NOSE, SUIT, FLAG, SHUTTLE = (115, 222), (400, 200), (100, 20), (60, 420)
"""Row and column in the photo of the astronaut."""


def changes(masks: list[Mask]) -> float:
    return float(np.abs(np.diff(masks, axis=0)).mean())


def views() -> list[Image]:
    return noisy(panned(1, 6, (300, 400)))


def test_person_mask_is_one_on_people_and_zero_elsewhere() -> None:
    mask = PersonMask(steady=False)(photo())
    assert mask.shape == (512, 512)
    assert mask.dtype == np.float32
    assert mask[NOSE] > 0.95
    assert mask[SUIT] > 0.95
    assert mask[FLAG] < 0.05
    assert mask[SHUTTLE] < 0.05


def test_person_mask_is_soft_at_outlines() -> None:
    mask = PersonMask(steady=False)(photo())
    assert (mask.min(), mask.max()) == (0, 1)
    between = (mask > 0.05) & (mask < 0.95)
    assert 0.001 < between.mean() < 0.1


@pytest.mark.parametrize("size", [(480, 640), (33, 47), (300, 20), (1, 1)])
def test_person_mask_is_empty_without_people(size: tuple[int, int]) -> None:
    mask = PersonMask(steady=True)(np.full((*size, 3), 90, np.uint8))
    assert mask.shape == size
    assert mask.max() < 0.2


def test_person_mask_is_steadier_in_a_video() -> None:
    steady, single = PersonMask(steady=True), PersonMask(steady=False)
    frames = views()
    assert changes([steady(each) for each in frames]) < changes([single(each) for each in frames])


def test_person_mask_keeps_nothing_after_a_cut_or_another_size() -> None:
    mask = PersonMask(steady=True)
    mask(np.zeros_like(photo()))
    after_cut = mask(photo())
    assert np.array_equal(after_cut, PersonMask(steady=True)(photo()))
    mask(np.ascontiguousarray(photo()[:, 100:300]))
    assert np.array_equal(mask(photo()), after_cut)


def test_person_mask_continues_from_its_memory() -> None:
    whole, first, second = (PersonMask(steady=True) for _ in range(3))
    frames = views()
    expected = [whole(each) for each in frames]
    for each in frames[:3]:
        first(each)
    second.memory = first.memory
    assert np.array_equal([second(each) for each in frames[3:]], expected[3:])


def test_person_mask_names_a_missing_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(networks, "shipped_folders", lambda: [tmp_path])
    with pytest.raises(ModelError, match=r"cannot open selfie\.onnx: it is missing"):
        PersonMask(steady=False)(photo())
