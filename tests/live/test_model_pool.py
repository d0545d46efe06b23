"""Models are prepared behind the running session, which never waits for them."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.live.adaptive_resolution import Size
from realtime_nst.live.model_pool import ModelPool, Paint
from realtime_nst.live.render_config import RenderConfig

LARGE, SMALL = (640, 480), (320, 240)


@dataclass(eq=False)
class Model:
    """Takes as long to prepare as the gate is closed."""

    error: Exception | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    prepared: list[Size] = field(default_factory=list)
    released: list[Size] = field(default_factory=list)

    def prepare(self, size: Size) -> None:
        self.begun.set()
        assert self.gate.wait(10)
        if self.error:
            raise self.error
        self.prepared.append(size)

    def release(self, size: Size) -> None:
        self.released.append(size)


def models(count: int, *, gate_open: bool = True) -> list[Model]:
    made = [Model() for _ in range(count)]
    for model in made if gate_open else []:
        model.gate.set()
    return made


def paint(image: Image, amounts: Mapping[int, float]) -> Image:
    return image


def pool_of(made: list[Model], max_pixels: int = 10**7, settled_frames: int = 0) -> ModelPool:
    names = [f"style-{number}" for number in range(len(made))]
    return ModelPool(paint, made, names, max_pixels, settled_frames=settled_frames)


def config(size: Size, *styles: int, tiles: int = 0) -> RenderConfig:
    return RenderConfig(size, tiles, frozenset(styles))


def until(pool: ModelPool, wanted: RenderConfig, done: Callable[[], bool]) -> Paint | None:
    """Ask as a session does, once per frame, until something has happened."""
    for _ in range(5000):
        ready = pool.get(wanted)
        if done():
            return ready
        threading.Event().wait(0.001)
    raise AssertionError("nothing has happened")


def ready(pool: ModelPool, wanted: RenderConfig) -> Paint | None:
    return until(pool, wanted, lambda: pool.get(wanted) is not None)


def test_get_never_waits_and_says_what_is_missing() -> None:
    made = models(2, gate_open=False)
    with pool_of(made) as pool:
        made[0].gate.set()
        pool.prepare(config(LARGE, 0))
        assert pool.get(config(LARGE, 0)) is paint
        assert pool.notice == ""
        assert pool.get(config(LARGE, 1)) is None
        assert pool.notice == "preparing style-1 ..."
        assert pool.get(config(LARGE, 0)) is paint
        assert pool.notice == ""
        made[1].gate.set()
        assert ready(pool, config(LARGE, 1)) is paint
    assert made[1].prepared == [LARGE]


def test_notice_names_the_size_of_a_known_style() -> None:
    made = models(1)
    with pool_of(made) as pool:
        pool.prepare(config(LARGE, 0))
        made[0].gate.clear()
        assert pool.get(config(SMALL, 0)) is None
        assert pool.notice == "preparing 320x240 ..."
        made[0].gate.set()


def test_tiles_prepare_every_style_at_the_size_of_its_tile() -> None:
    made = models(4)
    tiled = config(LARGE, 0, 1, 2, 3, tiles=4)
    with pool_of(made) as pool:
        assert pool.get(tiled) is None
        assert pool.notice == "preparing tiles: 0 of 4 ..."
        assert pool.is_busy
        ready(pool, tiled)
        assert not pool.is_busy
    assert [model.prepared for model in made] == [[SMALL]] * 4


def test_neighbors_are_prepared_once_the_present_style_is_shown() -> None:
    made = models(5)
    present = config(LARGE, 0)
    with pool_of(made) as pool:
        pool.prepare(present)
        pool.get(present)
        assert not any(model.prepared for model in made[1:])
        until(pool, present, lambda: all(model.prepared for model in made))
    assert [model.prepared for model in made] == [[LARGE]] * 5


def test_only_the_nearest_are_prepared_before_the_session_has_settled() -> None:
    made, present = models(5), config(LARGE, 0)
    with pool_of(made, settled_frames=10**9) as pool:
        pool.prepare(present)
        until(pool, present, lambda: bool(made[1].prepared and made[4].prepared))
        until(pool, present, lambda: not pool.is_busy)
        pool.get(present)
        assert not pool.is_busy
    assert [len(model.prepared) for model in made] == [1, 1, 0, 0, 1]


def test_neighbors_are_prepared_in_the_order_of_their_distance() -> None:
    made = models(7)
    order: list[int] = []

    @dataclass(eq=False)
    class Noted(Model):
        position: int = 0

        def prepare(self, size: Size) -> None:
            order.append(self.position)

    noted = [Noted(position=position) for position in range(len(made))]
    with pool_of(list(noted)) as pool:
        pool.prepare(config(LARGE, 5))
        until(pool, config(LARGE, 5), lambda: len(order) == len(noted))
    assert order == [5, 4, 6, 0, 3, 1, 2]


def test_styles_of_one_model_are_prepared_together() -> None:
    (shared,) = models(1)
    with pool_of([shared, shared, shared]) as pool:
        pool.prepare(config(LARGE, 0))
        for style in range(3):
            assert pool.get(config(LARGE, style)) is paint
            assert pool.get(config(LARGE, style)) is paint
    assert shared.prepared == [LARGE]


def test_what_is_out_of_use_is_released_but_never_what_is_shown() -> None:
    (model,) = made = models(1)
    sizes = [(100 + 10 * step, 100) for step in range(5)]
    with pool_of(made, max_pixels=30_000) as pool:
        pool.prepare(config(sizes[0], 0))
        for size in sizes[1:]:
            ready(pool, config(size, 0))
    assert model.prepared == sizes
    assert model.released == sizes[:3]


def test_neighbors_stay_within_the_limit() -> None:
    made = models(4)
    with pool_of(made, max_pixels=2 * 640 * 480) as pool:
        pool.prepare(config(LARGE, 0))
        until(pool, config(LARGE, 0), lambda: bool(made[1].prepared))
        for _ in range(20):
            pool.get(config(LARGE, 0))
    assert sum(len(model.prepared) for model in made) == 2
    assert not any(model.released for model in made)


def test_the_number_of_models_is_limited() -> None:
    made = models(5)
    with ModelPool(paint, made, list("abcde"), max_ready=3, settled_frames=0) as pool:
        pool.prepare(config(SMALL, 0))
        until(pool, config(SMALL, 0), lambda: sum(len(m.prepared) for m in made) == 3)
        tiled = config(LARGE, 0, 1, 2, 3, 4, tiles=5)
        ready(pool, tiled)
        ready(pool, config(SMALL, 0))
    assert [len(model.released) for model in made] == [0, 1, 0, 0, 1]


def test_what_nobody_waits_for_any_more_is_not_prepared() -> None:
    made = models(4, gate_open=False)
    with pool_of(made) as pool:
        assert pool.get(config(LARGE, 0, 1, 2, tiles=3)) is None
        assert made[0].begun.wait(10)  # the others wait behind it
        assert pool.get(config(LARGE, 3)) is None
        for model in made:
            model.gate.set()
        ready(pool, config(LARGE, 3))
    tiles = [model.prepared.count(SMALL) for model in made]
    assert tiles == [1, 0, 0, 0]
    assert made[3].prepared == [LARGE]  # and perhaps its neighbors, once it is shown


def test_a_style_that_cannot_be_opened_leaves_the_previous_one_on() -> None:
    made = models(2)
    made[1].error = ModelError("cannot use udnie.onnx: it is damaged")
    with pool_of(made) as pool:
        pool.prepare(config(LARGE, 0))
        until(pool, config(LARGE, 1), lambda: "damaged" in pool.notice)
        assert pool.get(config(LARGE, 1)) is None
        assert pool.get(config(LARGE, 0)) is paint
        assert pool.notice == ""


def test_the_first_configuration_raises() -> None:
    made = models(1)
    made[0].error = ModelError("broken")
    with pool_of(made) as pool, pytest.raises(ModelError, match="broken"):
        pool.prepare(config(LARGE, 0))


def test_closing_waits_for_the_model_being_prepared() -> None:
    made = models(1, gate_open=False)
    pool = pool_of(made)
    assert pool.get(config(LARGE, 0)) is None
    closing = threading.Thread(target=lambda: pool.__exit__(None, None, None))
    closing.start()
    made[0].gate.set()
    closing.join(10)
    assert made[0].prepared == [LARGE]
