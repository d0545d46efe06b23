"""Every way a line can end, live and from a file: in order, with its error, with no thread left."""

import threading
from collections.abc import Iterable, Iterator

import pytest

from realtime_nst.stages import FILE, LIVE, QueuePolicy, StagePipeline, StageQueue

POLICIES = pytest.mark.parametrize("policy", [LIVE, FILE], ids=["live", "file"])


class BrokenError(Exception):
    """What goes wrong in these tests."""


def breaking(count: int) -> Iterator[int]:
    """Some numbers, then an error."""
    yield from range(count)
    raise BrokenError("source")


def through(policy: QueuePolicy, items: Iterable[int], dropped: list[int]) -> Iterator[int]:
    """A line of two stages; the second one doubles."""
    with StagePipeline(policy, dropped.append) as line:
        first = line.add_stage(items, "source", patience=2.0)
        yield from line.add_stage((2 * item for item in first), "stylizer")


@POLICIES
def test_the_end_of_the_stream(policy: QueuePolicy) -> None:
    dropped: list[int] = []
    shown = list(through(policy, range(100), dropped))
    assert shown == sorted(shown)
    assert len(shown) + len(dropped) == 100
    assert policy is LIVE or not dropped


@POLICIES
def test_the_consumer_quits(policy: QueuePolicy) -> None:
    with StagePipeline(policy) as line:
        for item in line.add_stage(iter(range(10**9)), "source"):
            if item > 10:
                break


@POLICIES
def test_the_source_raises_behind_its_last_frame(policy: QueuePolicy) -> None:
    shown: list[int] = []
    with pytest.raises(BrokenError, match="source"):
        shown.extend(through(policy, breaking(20), []))
    assert shown == sorted(shown)
    assert shown[-1] == 38


@POLICIES
def test_the_model_raises(policy: QueuePolicy) -> None:
    def model(item: int) -> int:
        if item >= 3:
            raise BrokenError("model")
        return item

    with pytest.raises(BrokenError, match="model"), StagePipeline(policy) as line:
        numbers = line.add_stage(iter(range(10**9)), "source")
        list(line.add_stage(map(model, numbers), "stylizer"))


@POLICIES
def test_the_sink_raises(policy: QueuePolicy) -> None:
    with pytest.raises(BrokenError, match="sink"), StagePipeline(policy) as line:
        for item in line.add_stage(iter(range(10**9)), "source"):
            if item > 3:
                raise BrokenError("sink")


@POLICIES
def test_ctrl_c_in_the_sink(policy: QueuePolicy) -> None:
    with pytest.raises(KeyboardInterrupt), StagePipeline(policy) as line:
        for _ in line.add_stage(iter(range(10**9)), "source"):
            raise KeyboardInterrupt


@POLICIES
def test_a_generator_is_closed_on_its_own_thread(policy: QueuePolicy) -> None:
    closed_by = []

    def numbers() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            closed_by.append(threading.current_thread().name)

    with StagePipeline(policy) as line:
        next(line.add_stage(numbers(), "source"))
    assert closed_by == ["source"]


def test_a_full_box_drops_the_oldest_when_live() -> None:
    dropped: list[int] = []
    box: StageQueue[int] = StageQueue(LIVE, dropped.append, threading.Event())
    for item in range(5):
        assert box.put(item)
    box.end()
    assert (list(box), dropped) == ([4], [0, 1, 2, 3])


def test_a_box_can_be_asked_to_answer_in_time() -> None:
    stop = threading.Event()
    box: StageQueue[int] = StageQueue(LIVE, lambda item: None, stop)
    answers = box.iter_with_timeout(0)
    assert next(answers) is None
    box.put(1)
    assert next(answers) == 1
    assert next(answers) is None
    box.end()
    assert list(answers) == []


def test_an_error_comes_through_where_answers_are_wanted_in_time() -> None:
    box: StageQueue[int] = StageQueue(LIVE, lambda item: None, threading.Event())
    box.end(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        next(box.iter_with_timeout(0))


def test_a_full_box_makes_a_file_wait() -> None:
    ahead = []

    def numbers() -> Iterator[int]:
        for item in range(20):
            ahead.append(item)
            yield item

    with StagePipeline(FILE) as line:
        shown = []
        for item in line.add_stage(numbers(), "source"):
            # In the box, one in the hand of the source, one here.
            assert len(ahead) <= item + FILE.depth + 2
            shown.append(item)
    assert shown == list(range(20))


def test_a_source_that_hangs_is_named_and_left() -> None:
    hanging, released = threading.Event(), threading.Event()

    def camera() -> Iterator[int]:
        yield 0
        hanging.set()
        released.wait()

    threads: list[threading.Thread] = []
    with pytest.warns(UserWarning, match="the camera hangs"), StagePipeline(LIVE) as line:
        for _ in line.add_stage(camera(), "camera", patience=0.01):
            hanging.wait()
            threads = [thread for thread in threading.enumerate() if thread.name == "camera"]
            break
    released.set()
    threads[0].join()
