"""Stages end in order, with their error and without a thread left, for live sources and files."""

import threading
from collections.abc import Iterable, Iterator

import pytest

from realtime_nst.stages import FILE, LIVE, QueuePolicy, StagePipeline, StageQueue

POLICIES = pytest.mark.parametrize("policy", [LIVE, FILE], ids=["live", "file"])


class BrokenError(Exception):
    """Error raised in these tests."""


def breaking(count: int) -> Iterator[int]:
    """Yield some numbers, then raise an error."""
    yield from range(count)
    raise BrokenError("source")


def through(policy: QueuePolicy, items: Iterable[int], dropped: list[int]) -> Iterator[int]:
    """Run two stages, the second of which doubles the items."""
    with StagePipeline(policy, dropped.append) as stages:
        first = stages.add_stage(items, "source", patience=2.0)
        yield from stages.add_stage((2 * item for item in first), "stylizer")


@POLICIES
def test_stages_end_of_stream(policy: QueuePolicy) -> None:
    dropped: list[int] = []
    shown = list(through(policy, range(100), dropped))
    assert shown == sorted(shown)
    assert len(shown) + len(dropped) == 100
    assert policy is LIVE or not dropped


@POLICIES
def test_stages_consumer_quits(policy: QueuePolicy) -> None:
    with StagePipeline(policy) as stages:
        for item in stages.add_stage(iter(range(10**9)), "source"):
            if item > 10:
                break


@POLICIES
def test_stages_source_raises_after_last_item(policy: QueuePolicy) -> None:
    shown: list[int] = []
    with pytest.raises(BrokenError, match="source"):
        shown.extend(through(policy, breaking(20), []))
    assert shown == sorted(shown)
    assert shown[-1] == 38


@POLICIES
def test_stages_stylizer_raises(policy: QueuePolicy) -> None:
    def model(item: int) -> int:
        if item >= 3:
            raise BrokenError("model")
        return item

    with pytest.raises(BrokenError, match="model"), StagePipeline(policy) as stages:
        numbers = stages.add_stage(iter(range(10**9)), "source")
        list(stages.add_stage(map(model, numbers), "stylizer"))


@POLICIES
def test_stages_sink_raises(policy: QueuePolicy) -> None:
    with pytest.raises(BrokenError, match="sink"), StagePipeline(policy) as stages:
        for item in stages.add_stage(iter(range(10**9)), "source"):
            if item > 3:
                raise BrokenError("sink")


@POLICIES
def test_stages_ctrl_c_in_sink(policy: QueuePolicy) -> None:
    with pytest.raises(KeyboardInterrupt), StagePipeline(policy) as stages:
        for _ in stages.add_stage(iter(range(10**9)), "source"):
            raise KeyboardInterrupt


@POLICIES
def test_stages_close_generator_on_its_thread(policy: QueuePolicy) -> None:
    closed_by = []

    def numbers() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            closed_by.append(threading.current_thread().name)

    with StagePipeline(policy) as stages:
        next(stages.add_stage(numbers(), "source"))
    assert closed_by == ["source"]


def test_stage_queue_live_drops_oldest() -> None:
    dropped: list[int] = []
    queue: StageQueue[int] = StageQueue(LIVE, dropped.append, threading.Event())
    for item in range(5):
        assert queue.put(item)
    queue.end()
    assert (list(queue), dropped) == ([4], [0, 1, 2, 3])


def test_stage_queue_iter_with_timeout() -> None:
    stop = threading.Event()
    queue: StageQueue[int] = StageQueue(LIVE, lambda item: None, stop)
    answers = queue.iter_with_timeout(0)
    assert next(answers) is None
    queue.put(1)
    assert next(answers) == 1
    assert next(answers) is None
    queue.end()
    assert list(answers) == []


def test_stage_queue_iter_with_timeout_raises() -> None:
    queue: StageQueue[int] = StageQueue(LIVE, lambda item: None, threading.Event())
    queue.end(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        next(queue.iter_with_timeout(0))


def test_stage_queue_file_waits() -> None:
    ahead = []

    def numbers() -> Iterator[int]:
        for item in range(20):
            ahead.append(item)
            yield item

    with StagePipeline(FILE) as stages:
        shown = []
        for item in stages.add_stage(numbers(), "source"):
            # The queue, one item held by the source, one here.
            assert len(ahead) <= item + FILE.depth + 2
            shown.append(item)
    assert shown == list(range(20))


def test_stages_abandon_hanging_source() -> None:
    hanging, released = threading.Event(), threading.Event()

    def camera() -> Iterator[int]:
        yield 0
        hanging.set()
        released.wait()

    threads: list[threading.Thread] = []
    with pytest.warns(UserWarning, match="the camera hangs"), StagePipeline(LIVE) as stages:
        for _ in stages.add_stage(camera(), "camera", patience=0.01):
            hanging.wait()
            threads = [thread for thread in threading.enumerate() if thread.name == "camera"]
            break
    released.set()
    threads[0].join()
