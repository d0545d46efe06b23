"""Timing with a simulated clock that only calls advance."""

import pytest

from realtime_nst.timing import (
    Budget,
    Timing,
    format_3digits,
    interleave,
    quantile,
    ratio,
    time_call,
    together,
)


class Watch:
    """Simulated clock, advanced by calls and sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []

    def __call__(self) -> float:
        return self.now

    def taking(self, name: str, *seconds: float) -> "Taking":
        return Taking(self, name, list(seconds))

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.log.append("rest")


class Taking:
    """A call with given durations; the last one is repeated."""

    def __init__(self, watch: Watch, name: str, seconds: list[float]) -> None:
        self.watch, self.name, self.seconds = watch, name, seconds
        self.calls = 0

    def __call__(self) -> None:
        self.watch.now += self.seconds[min(self.calls, len(self.seconds) - 1)]
        self.watch.log.append(self.name)
        self.calls += 1


def test_quantile_interpolates() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([1.0, 2.0], 0.5) == 1.5
    assert quantile([0.0, 10.0, 20.0, 30.0, 40.0], 0.95) == pytest.approx(38.0)
    assert quantile([7.0], 0.95) == 7.0


def test_time_call_skips_warm_up() -> None:
    watch = Watch()
    call = watch.taking("call", 9.0, 9.0, 0.5)
    timing = time_call(call, Budget(warmup=2, seconds=2.0, least=1), watch)
    assert timing.seconds == (0.5, 0.5, 0.5, 0.5)


def test_time_call_minimum_number() -> None:
    watch = Watch()
    timing = time_call(watch.taking("call", 5.0), Budget(warmup=0, seconds=1.0, least=3), watch)
    assert timing.seconds == (5.0, 5.0, 5.0)


def test_timing_outliers_affect_p95_only() -> None:
    timing = Timing((0.01,) * 18 + (1.0, 1.0))
    assert timing.median == 0.01
    assert timing.p95 == pytest.approx(1.0)


def test_interleave_reverses_every_second_round() -> None:
    watch = Watch()
    calls = {name: watch.taking(name, 1.0) for name in "ab"}
    turn, rounds = Budget(warmup=0, seconds=0.0, least=1), list[int]()
    interleave(calls, 3, turn, clock=watch, sleep=watch.sleep, on_round=rounds.append)
    assert [name for name in watch.log if name != "rest"] == ["a", "b", "b", "a", "a", "b"]
    assert watch.log.count("rest") == 6
    assert rounds == [1, 2, 3]


def test_ratio_ignores_common_slowdown() -> None:
    """The machine becomes ten times slower halfway; b always takes three times as long as a."""
    watch = Watch()
    times = (0.1, 0.1, 1.0, 1.0)
    calls = {
        "a": watch.taking("a", *times),
        "b": watch.taking("b", *(3 * time for time in times)),
    }
    turn = Budget(warmup=0, seconds=0.0, least=1)
    turns = interleave(calls, 4, turn, clock=watch, sleep=watch.sleep)
    found = ratio(turns["b"], turns["a"])
    assert found.median == pytest.approx(3.0)
    assert found.low == pytest.approx(3.0)
    assert found.high == pytest.approx(3.0)
    assert found.pairs == 4
    assert together(turns["a"]).seconds == pytest.approx(times)


def test_ratio_quartiles() -> None:
    longer = [Timing((each,)) for each in (1.0, 2.0, 3.0, 4.0, 100.0)]
    found = ratio(longer, [Timing((1.0,))] * 5)
    assert (found.low, found.median, found.high) == (2.0, 3.0, 4.0)


@pytest.mark.parametrize(
    ("value", "text"), [(0.1234, "0.123"), (6.204, "6.2"), (99.96, "100"), (2392.4, "2392")]
)
def test_format_3digits(value: float, text: str) -> None:
    assert format_3digits(value) == text
