"""Optimizing a picture: the loss falls, the same seed gives the same picture, nothing is silent."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from realtime_nst.errors import TrainError
from realtime_nst.gatys.lbfgs import Point, minimize
from realtime_nst.gatys.optimize import Iterate, OptimizeSettings, levels_for, noise, optimize
from tests.helpers.gatys_images import CONTENT, LAYERS, cat, style, vgg

SETTINGS = OptimizeSettings(style_layers=LAYERS, content_layers=CONTENT, iterations=12)


def run(
    settings: OptimizeSettings = SETTINGS, longer: int = 64, start: Tensor | None = None
) -> list[Iterate]:
    return list(optimize(vgg(), cat(longer), [style()], settings, start))


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_the_loss_falls_on_a_real_photo(optimizer: str) -> None:
    course = run(replace(SETTINGS, optimizer=optimizer, iterations=30))
    totals = [iterate.total for iterate in course]
    assert [iterate.iteration for iterate in course] == list(range(1, 31))
    assert totals[-1] < (0.1 if optimizer == "lbfgs" else 0.7) * totals[0]
    falls = sum(after < before for before, after in pairwise(totals))
    assert falls >= 0.9 * (len(totals) - 1)
    assert all(0 <= iterate.image.min() <= iterate.image.max() <= 1 for iterate in course)
    assert course[-1].left == pytest.approx(0)
    assert not any(iterate.note for iterate in course)


def test_each_iterate_stands_for_itself() -> None:
    """Its losses are those of its own picture, and later steps leave it alone."""
    content = cat(64)
    course = run(replace(SETTINGS, iterations=4))
    kept = [iterate.image.clone() for iterate in course]
    assert all(torch.equal(k, iterate.image) for k, iterate in zip(kept, course, strict=True))
    again = next(iter(optimize(vgg(), content, [style()], SETTINGS, course[1].image)))
    assert again.total < course[1].total


def test_the_same_seed_gives_the_same_picture() -> None:
    first, again, other = (
        run(replace(SETTINGS, init="noise", seed=seed, iterations=5))[-1] for seed in (3, 3, 4)
    )
    assert torch.equal(first.image, again.image)
    assert first.losses == again.losses
    assert not torch.equal(first.image, other.image)
    assert torch.equal(noise(8, 9, 3), noise(8, 9, 3))


def test_a_pyramid_ends_at_the_whole_size() -> None:
    course = run(replace(SETTINGS, levels=2, iterations=7), longer=96)
    assert [max(iterate.image.shape[2:]) for iterate in course] == [48] * 3 + [96] * 4
    assert [levels_for(side) for side in (64, 512, 1024, 2048)] == [1, 1, 3, 4]


def test_bfloat16_comes_near_to_float32() -> None:
    exact, rounded = (run(replace(SETTINGS, bf16=bf16))[-1].total for bf16 in (False, True))
    assert rounded == pytest.approx(exact, rel=0.2)


def bowl(fails_at: int = 10**9, floor: float = 0.0) -> Callable[[Tensor], Point]:
    """Return a quadratic around 0.4 with minimum ``floor``; one call returns NaN."""
    calls = 0

    def evaluate(image: Tensor) -> Point:
        nonlocal calls
        calls += 1
        depth = float((image - 0.4).square().sum()) + floor
        value = math.nan if calls == fails_at else depth
        return Point(image, {"total": value}, 2 * (image - 0.4))

    return evaluate


def start() -> Tensor:
    return torch.linspace(0, 1, 48).view(1, 3, 4, 4)


def test_lbfgs_finds_the_bottom_and_says_that_it_is_there() -> None:
    points = list(minimize(bowl(floor=1.0), start(), 60, "lbfgs", 0.01, 5))
    assert len(points) == 60
    assert points[-1].total == pytest.approx(1.0, abs=1e-4)
    notes = [point.note for point in points if point.note]
    assert len(notes) == 1
    assert "Adam takes over" in notes[0]


def test_a_loss_of_zero_hands_over_to_adam_aloud() -> None:
    points = list(minimize(bowl(), torch.full((1, 3, 4, 4), 0.4), 3, "lbfgs", 0.01, 5))
    assert "nothing is left to improve; Adam takes over" in points[0].note
    assert [point.total for point in points] == pytest.approx([0, 0, 0], abs=1e-9)


def test_lbfgs_steps_around_what_is_no_number() -> None:
    points = list(minimize(bowl(fails_at=3), start(), 2, "lbfgs", 0.01, 5))
    assert all(math.isfinite(point.total) for point in points)
    assert points[1].total < points[0].total
    assert not any(point.note for point in points)


def test_no_number_from_the_start_is_an_error() -> None:
    with pytest.raises(TrainError, match="first image is not finite"):
        next(minimize(bowl(fails_at=1), start(), 3, "lbfgs", 0.01, 5))


def test_adam_does_not_go_on_with_what_is_no_number() -> None:
    with pytest.raises(TrainError, match="after 2 steps of Adam"):
        list(minimize(bowl(fails_at=3), start(), 5, "adam", 0.01, 5))


def test_no_pixel_leaves_the_border_it_should_stay_at() -> None:
    """The best picture of a valley around 1.3 is white."""

    def evaluate(image: Tensor) -> Point:
        return Point(image, {"total": float((image - 1.3).square().sum())}, 2 * (image - 1.3))

    points = list(minimize(evaluate, start(), 20, "lbfgs", 0.01, 5))
    torch.testing.assert_close(points[-1].image, torch.ones(1, 3, 4, 4))


def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(TrainError, match="no optimizer 'sgd'"):
        run(replace(SETTINGS, optimizer="sgd"))
    with pytest.raises(TrainError, match="too small for VGG"):
        run(longer=32)
    with pytest.raises(TrainError, match="cannot initialize from 'grey'"):
        run(replace(SETTINGS, init="grey"))
