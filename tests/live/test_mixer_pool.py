"""Palettes that open beside the painting."""

import threading
from collections.abc import Callable, Mapping

import pytest

from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.live.mixer_pool import KEPT, Paint, Studio, Work

SMALL, LARGE = Work((160, 120)), Work((640, 480))


def palette(image: Image, amounts: Mapping[int, float]) -> Image:
    return image


def opened(studio: Studio, work: Work) -> Paint:
    """Ask until it is there, as frames do."""
    for _ in range(100_000):
        if paint := studio.at(work):
            return paint
        threading.Event().wait(0.001)
    raise AssertionError(f"{work} was never opened")


def test_what_is_kept_is_there_at_once() -> None:
    with Studio(lambda work: palette) as studio:
        studio.keep(LARGE, palette)
        assert studio.at(LARGE) is palette


def test_asking_never_waits() -> None:
    gate = threading.Event()
    asked: list[Work] = []

    def open_for(work: Work) -> Paint:
        asked.append(work)
        gate.wait(10)
        return palette

    with Studio(open_for) as studio:
        studio.keep(LARGE, palette)
        assert studio.at(SMALL) is None
        assert studio.at(SMALL) is None
        assert studio.at(LARGE) is palette
        gate.set()
        assert opened(studio, SMALL) is palette
    assert asked == [SMALL]


def test_one_nobody_wants_any_more_is_kept_for_later() -> None:
    gate, other = threading.Event(), Work((320, 240))

    def open_for(work: Work) -> Paint:
        gate.wait(10)
        return palette

    with Studio(open_for) as studio:
        assert studio.at(SMALL) is None
        assert studio.at(other) is None  # has to queue up
        gate.set()
        opened(studio, other)
        assert studio.at(SMALL) is palette


def test_those_out_of_use_are_let_go() -> None:
    count: list[Work] = []

    def open_for(work: Work) -> Paint:
        count.append(work)
        return palette

    with Studio(open_for) as studio:
        works = [Work((100 + n, 100)) for n in range(KEPT + 1)]
        for work in works:
            opened(studio, work)
        assert studio.at(works[-1])
        assert studio.at(works[0]) is None
    assert count[: len(works)] == works


def test_an_error_comes_out_where_it_was_asked_for() -> None:
    def open_for(work: Work) -> Paint:
        raise ModelError("broken")

    with Studio(open_for) as studio, pytest.raises(ModelError, match="broken"):
        opened(studio, SMALL)


def test_closing_waits_for_the_one_being_opened() -> None:
    gate = threading.Event()
    done: list[Work] = []

    def open_for(work: Work) -> Paint:
        gate.wait(10)
        done.append(work)
        return palette

    def close(studio: Studio) -> Callable[[], None]:
        return lambda: studio.__exit__(None, None, None)

    studio = Studio(open_for)
    assert studio.at(SMALL) is None
    closing = threading.Thread(target=close(studio))
    closing.start()
    gate.set()
    closing.join(10)
    assert done == [SMALL]


@pytest.mark.parametrize(
    ("work", "sizes"),
    [
        (LARGE, {(640, 480)}),
        (Work((640, 480), 4), {(320, 240)}),
        (Work((640, 480), 2), {(320, 480)}),
        (Work((641, 480), 4), {(320, 240), (321, 240)}),
    ],
)
def test_the_sizes_a_model_gets(work: Work, sizes: set[tuple[int, int]]) -> None:
    assert work.sizes() == sizes
