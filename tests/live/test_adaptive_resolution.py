"""The working size, with machines made of arithmetic and clocks of our own."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_nst.live.adaptive_resolution import RISE_SECONDS, AdaptiveResolution, Size, sizes

VGA = sizes(640, 480)


class Machine:
    """Takes so long per frame and per million pixels; frames come at the rate of the camera."""

    def __init__(
        self, resolution: AdaptiveResolution, camera: float = 1 / 30, noise: float = 0.0
    ) -> None:
        self.resolution, self.camera, self.noise = resolution, camera, noise
        self.now = 50.0
        self.random = random.Random(1)
        self.history: list[Size] = []

    def run(self, seconds: float, fixed: float, per_megapixel: float) -> list[float]:
        """The times of the frames of so many seconds."""
        end, taken = self.now + seconds, []
        while self.now < end:
            width, height = self.resolution.size
            took = fixed + per_megapixel * width * height / 1e6
            took *= 1 + self.noise * self.random.uniform(-1, 1)
            self.now += took
            self.resolution.record(took, self.now)
            taken.append(took)
            self.now += max(0.0, self.camera - took)
            self.history.append(self.resolution.size)
        return taken

    def changes(self) -> int:
        return sum(a != b for a, b in pairwise(self.history))


@given(st.integers(64, 4096), st.integers(64, 4096))
def test_steps_are_multiples_of_16_and_keep_the_proportions(width: int, height: int) -> None:
    steps = sizes(width, height)
    assert steps[0] == (width, height)
    for before, after in pairwise(steps):
        assert after[0] * after[1] < before[0] * before[1]
        assert after[0] <= width
        assert after[1] <= height
        assert after[0] % 16 == after[1] % 16 == 0
        assert abs(after[0] / width - after[1] / height) <= 16 / min(width, height)


def test_a_fast_machine_works_at_full_size() -> None:
    machine = Machine(AdaptiveResolution(VGA, 24))
    machine.run(60, 0.002, 0.06)
    assert set(machine.history) == {(640, 480)}


def test_a_slow_machine_falls_within_a_second_and_holds_the_rate() -> None:
    machine = Machine(AdaptiveResolution(VGA, 24))
    machine.run(1.2, 0.004, 0.3)
    assert machine.resolution.size < (640, 480)
    settled = machine.run(60, 0.004, 0.3)
    assert max(settled) <= 1 / 24
    assert machine.changes() <= 3


def test_it_rises_when_the_load_has_gone() -> None:
    machine = Machine(AdaptiveResolution(VGA, 24))
    machine.run(5, 0.004, 0.4)
    assert machine.resolution.size < (640, 480)
    machine.run(8 * RISE_SECONDS, 0.002, 0.05)
    assert machine.resolution.size == (640, 480)


def test_a_single_slow_frame_is_no_reason() -> None:
    resolution = AdaptiveResolution(VGA, 24)
    for frame in range(100):
        resolution.record(0.5 if frame == 50 else 0.02, frame / 30)
    assert resolution.size == (640, 480)


def test_the_smallest_size_is_the_end() -> None:
    machine = Machine(AdaptiveResolution(VGA, 24))
    machine.run(20, 0.2, 1.0)
    assert machine.resolution.size == VGA[-1]


@pytest.mark.parametrize("load", [0.08, 0.11, 0.125, 0.13, 0.135, 0.15, 0.17, 0.2])
def test_it_does_not_swing_near_the_limit(load: float) -> None:
    """Ten minutes on a noisy machine; a change every half minute would be the least to annoy."""
    machine = Machine(AdaptiveResolution(VGA, 24), noise=0.3)
    machine.run(600, 0.003, load)
    assert machine.changes() <= 20


def test_a_step_up_in_vain_is_tried_ever_more_rarely() -> None:
    """A size that is slow for a reason of its own: larger than a cache, for example."""
    resolution = AdaptiveResolution(((320, 240), (160, 128)), 24)
    now, tries = 0.0, []
    while now < 600:
        took = 0.05 if resolution.size == (320, 240) else 0.008
        now += max(took, 1 / 30)
        before = resolution.size
        resolution.record(took, now)
        if resolution.size == (320, 240) != before:
            tries.append(now)
    assert 5 < len(tries) < 20
    assert tries[-1] - tries[-2] > 8 * (tries[1] - tries[0])


def test_one_step_is_a_fixed_size() -> None:
    machine = Machine(AdaptiveResolution(((320, 240),), 24))
    machine.run(5, 0.2, 1.0)
    assert set(machine.history) == {(320, 240)}


@pytest.mark.parametrize(
    ("seconds", "size"),
    [(0.02, (640, 480)), (0.0415, (640, 480)), (0.07, (480, 352)), (5.0, VGA[-1])],
)
def test_it_begins_with_a_size_that_keeps_up(seconds: float, size: Size) -> None:
    resolution = AdaptiveResolution(VGA, 24)
    resolution.begin(seconds)
    assert resolution.size == size


class Session:
    """A camera and an output, simulated frame by frame.

    Args:
        resolution: is told what happens.
        arriving: frames per second from the camera, given the size that is stylized.
        shown: frames per second that the output manages, given that size.
    """

    def __init__(
        self,
        resolution: AdaptiveResolution,
        *,
        arriving: Callable[[Size], float],
        shown: Callable[[Size], float],
    ) -> None:
        self.resolution, self.arriving, self.shown = resolution, arriving, shown
        self.now = 10.0
        self.arrived = self.done = 0.0
        self.history: list[Size] = []

    def run(self, seconds: float, took: float = 0.01) -> None:
        end = self.now + seconds
        while self.now < end:
            size = self.resolution.size
            arriving = self.arriving(size)
            self.now += 1 / arriving
            self.arrived += 1
            self.done += min(self.shown(size), arriving) / arriving
            self.resolution.observe(int(self.arrived), int(self.done), self.now)
            self.resolution.record(took, self.now)
            self.history.append(self.resolution.size)

    def changes(self) -> int:
        return sum(a != b for a, b in pairwise(self.history))


def resolution_at(fps: float = 24, camera_fps: float | None = 30) -> AdaptiveResolution:
    return AdaptiveResolution(VGA, fps, camera_fps)


def test_a_slow_output_makes_the_size_fall_until_the_rate_is_shown() -> None:
    """An encoder on the same cores: it shows more frames the less is stylized."""
    session = Session(
        resolution_at(),
        arriving=lambda size: 30,
        shown=lambda size: 30 - 25 * size[0] * size[1] / (640 * 480),
    )
    session.run(20)
    width, height = session.resolution.size
    assert session.shown((width, height)) >= 0.9 * 24
    assert (width, height) < (640, 480)


def test_a_starved_decoder_makes_the_size_fall() -> None:
    """Nothing is dropped, but the camera delivers less than it promises."""

    def rate(size: Size) -> float:
        return 30 - 20 * size[0] * size[1] / (640 * 480)

    session = Session(resolution_at(), arriving=rate, shown=rate)
    session.run(20)
    assert rate(session.resolution.size) >= 0.9 * 24


def test_a_slow_camera_keeps_its_size() -> None:
    """In a dark room it delivers half of what it promises, whatever is stylized."""
    session = Session(resolution_at(), arriving=lambda size: 15, shown=lambda size: 15)
    session.run(600)
    assert session.resolution.size == (640, 480)
    assert session.changes() <= 8
    full = sum(size == (640, 480) for size in session.history)
    assert full > 0.98 * len(session.history)


@pytest.mark.parametrize("rate", [10, 15, 24, 25])
def test_a_camera_that_keeps_its_promise_changes_nothing(rate: int) -> None:
    session = Session(
        resolution_at(camera_fps=rate), arriving=lambda size: rate, shown=lambda size: rate
    )
    session.run(60)
    assert set(session.history) == {(640, 480)}


def test_the_size_does_not_rise_while_too_few_frames_are_shown() -> None:
    shown = [12.0]
    session = Session(resolution_at(), arriving=lambda size: 30, shown=lambda size: shown[0])
    session.resolution.begin(0.15)
    start = session.resolution.size
    session.run(60)
    assert max(session.history) == start
    shown[0] = 30.0
    session.run(60)
    assert session.resolution.size == (640, 480)


def test_a_camera_that_was_away_changes_nothing() -> None:
    session = Session(resolution_at(), arriving=lambda size: 30, shown=lambda size: 30)
    for _ in range(5):
        session.run(5)
        session.now += 20
    assert set(session.history) == {(640, 480)}
