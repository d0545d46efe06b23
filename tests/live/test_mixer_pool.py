"""Palettes that open beside the painting."""

import threading
from collections.abc import Callable, Mapping

import pytest

from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.live.mixer_pool import MAX_OPEN_MIXERS, MixerPool, Paint, RenderConfig

SMALL, LARGE = RenderConfig((160, 120)), RenderConfig((640, 480))


def palette(image: Image, amounts: Mapping[int, float]) -> Image:
    return image


def opened(studio: MixerPool, work: RenderConfig) -> Paint:
    """Ask until it is there, as frames do."""
    for _ in range(100_000):
        if paint := studio.get(work):
            return paint
        threading.Event().wait(0.001)
    raise AssertionError(f"{work} was never opened")


def test_what_is_kept_is_there_at_once() -> None:
    with MixerPool(lambda work: palette) as studio:
        studio.add(LARGE, palette)
        assert studio.get(LARGE) is palette


def test_asking_never_waits() -> None:
    gate = threading.Event()
    asked: list[RenderConfig] = []

    def open_for(work: RenderConfig) -> Paint:
        asked.append(work)
        gate.wait(10)
        return palette

    with MixerPool(open_for) as studio:
        studio.add(LARGE, palette)
        assert studio.get(SMALL) is None
        assert studio.get(SMALL) is None
        assert studio.get(LARGE) is palette
        gate.set()
        assert opened(studio, SMALL) is palette
    assert asked == [SMALL]


def test_one_nobody_wants_any_more_is_kept_for_later() -> None:
    gate, other = threading.Event(), RenderConfig((320, 240))

    def open_for(work: RenderConfig) -> Paint:
        gate.wait(10)
        return palette

    with MixerPool(open_for) as studio:
        assert studio.get(SMALL) is None
        assert studio.get(other) is None  # has to queue up
        gate.set()
        opened(studio, other)
        assert studio.get(SMALL) is palette


def test_those_out_of_use_are_let_go() -> None:
    count: list[RenderConfig] = []

    def open_for(work: RenderConfig) -> Paint:
        count.append(work)
        return palette

    with MixerPool(open_for) as studio:
        works = [RenderConfig((100 + n, 100)) for n in range(MAX_OPEN_MIXERS + 1)]
        for work in works:
            opened(studio, work)
        assert studio.get(works[-1])
        assert studio.get(works[0]) is None
    assert count[: len(works)] == works


def test_an_error_comes_out_where_it_was_asked_for() -> None:
    def open_for(work: RenderConfig) -> Paint:
        raise ModelError("broken")

    with MixerPool(open_for) as studio, pytest.raises(ModelError, match="broken"):
        opened(studio, SMALL)


def test_closing_waits_for_the_one_being_opened() -> None:
    gate = threading.Event()
    done: list[RenderConfig] = []

    def open_for(work: RenderConfig) -> Paint:
        gate.wait(10)
        done.append(work)
        return palette

    def close(studio: MixerPool) -> Callable[[], None]:
        return lambda: studio.__exit__(None, None, None)

    studio = MixerPool(open_for)
    assert studio.get(SMALL) is None
    closing = threading.Thread(target=close(studio))
    closing.start()
    gate.set()
    closing.join(10)
    assert done == [SMALL]


@pytest.mark.parametrize(
    ("work", "sizes"),
    [
        (LARGE, {(640, 480)}),
        (RenderConfig((640, 480), 4), {(320, 240)}),
        (RenderConfig((640, 480), 2), {(320, 480)}),
        (RenderConfig((641, 480), 4), {(320, 240), (321, 240)}),
    ],
)
def test_the_sizes_a_model_gets(work: RenderConfig, sizes: set[tuple[int, int]]) -> None:
    assert work.sizes() == sizes
