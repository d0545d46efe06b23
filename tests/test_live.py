"""Live: an HTTP camera in another process, a real window, keys, and settings that change."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from realtime_nst.cli.live import View
from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.meter import Meter
from realtime_nst.settings import Controls, Settings
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.tee import Tee
from realtime_nst.sinks.window import Window, written_on
from realtime_nst.sources.paced import Paced
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.stylize.live import LiveStylizer, blend
from tests.clips import content

COMMAND = [sys.executable, "-m", "realtime_nst", "webcam"]
ROOT = Path(__file__).parents[1]


@pytest.fixture
def camera() -> Iterator[str]:
    """The URL of a camera that gives each viewer 40 frames."""
    command = [sys.executable, "-m", "tests.camera", "--frames", "40"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.kill()


def webcam(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**known, **environment}
    )


def test_a_camera_is_painted_recorded_and_summed_up(
    models: Path, camera: str, tmp_path: Path
) -> None:
    out = tmp_path / "live.mp4"
    sinks = ("--sink", out, "--frames", 20)
    result = webcam("--source", camera, "-s", "invert", "-s", "keep", *sinks)
    assert result.returncode == 0, result.stderr
    assert len(content(out).pts) == 20
    assert "20 frames" in result.stderr
    assert f"recorded: {out}" in result.stderr
    assert list(content(out).pts) == sorted(set(content(out).pts))


def test_without_a_screen_the_error_says_what_to_add(models: Path, camera: str) -> None:
    result = webcam("--source", camera, "-s", "invert")
    assert result.returncode == 1
    assert "no screen" in result.stderr
    assert "hint: add --sink" in result.stderr


def test_a_file_is_played_as_if_live_until_told_to_stop(models: Path) -> None:
    source = "synthetic:64x48,240,6"
    result = webcam("--source", source, "-s", "invert", "--sink", "null", "--frames", 20)
    assert result.returncode == 0, result.stderr
    assert "20 frames" in result.stderr


def test_a_wrong_size_is_a_usage_error(models: Path) -> None:
    assert webcam("--source", "99", "-s", "invert", "--size", "big").returncode == 2


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb")
def test_a_window_opens_shows_and_closes(models: Path) -> None:
    """On a virtual screen of its own, which ends with the test."""
    read, write = os.pipe()
    screen = ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24"]
    with subprocess.Popen(screen, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as answer:
            display = f":{answer.readline().strip()}"
        source = ("--source", "synthetic:64x48,120,6")
        result = webcam(*source, "-s", "invert", "--frames", 10, DISPLAY=display)
        server.terminate()
    assert result.returncode == 0, result.stderr
    assert "10 frames" in result.stderr


def test_a_window_without_a_screen_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SinkError, match="no screen"):
        Window(StreamInfo("x", 64, 48, None, None))


def test_a_paced_file_keeps_its_times_and_starts_over() -> None:
    now = 0.0
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        waits.append(seconds)
        now += seconds

    def reopen() -> SyntheticSource:
        return SyntheticSource(32, 32, Fraction(10), 3)

    frames = []
    with Paced(reopen, clock=lambda: now, sleep=sleep) as source:
        for frame in source:
            frames.append(frame)
            if len(frames) == 7:
                break
    assert [frame.index for frame in frames] == list(range(7))
    assert [frame.pts for frame in frames] == [Fraction(n, 10) for n in range(7)]
    assert waits == pytest.approx([0, *[0.1] * 6])
    with Paced(reopen, loop=False, clock=lambda: now, sleep=sleep) as source:
        assert len(list(source)) == 3


def test_settings_are_swapped_whole_and_kept_in_range() -> None:
    controls = Controls(Settings(), styles=3)
    before = controls.settings
    controls.change(lambda s: replace(s, style=s.style - 1, strength=1.7))
    assert (controls.settings.style, controls.settings.strength) == (2, 1.0)
    assert before == Settings()


def frame(value: int = 100, index: int = 0) -> Frame:
    image = np.full((20, 20, 3), value, np.uint8)
    image[:, 0] = 7
    return Frame(image, index, Fraction(index), perf_counter())


def invert(given: Frame) -> Frame:
    return given.with_image(255 - given.image)


def paint(settings: Settings, *frames: Frame) -> list[Frame]:
    painter = LiveStylizer([invert, lambda f: f], lambda: settings)
    return [painter(each) for each in frames]


def test_strength_zero_is_the_picture_itself_and_one_the_painting() -> None:
    plain = Settings(mirror=False)
    assert np.array_equal(paint(replace(plain, strength=0), frame())[0].image, frame().image)
    assert np.array_equal(paint(plain, frame())[0].image, 255 - frame().image)
    half = paint(replace(plain, strength=0.5), frame())[0].image
    assert np.abs(half.astype(int) - 127.5).max() <= 1


def test_a_mirror_turns_left_and_right() -> None:
    shown = paint(Settings(style=1), frame())[0].image
    assert (shown[:, -1] == 7).all()
    assert (shown[:, 0] == 100).all()


def test_a_frozen_picture_stands_still_while_time_goes_on() -> None:
    settings = Settings(style=1, frozen=True)
    shown = paint(settings, frame(10, 0), frame(20, 1))
    assert np.array_equal(shown[0].image, shown[1].image)
    assert [each.index for each in shown] == [0, 1]


def test_blending_is_exact_at_its_ends() -> None:
    before, after = frame(10).image, frame(20).image
    assert blend(before, after, 0) is before
    assert blend(before, after, 1) is after


def test_keys_change_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    controls = Controls(Settings(), styles=2)
    view = View(controls, ["a", "b"], "20x20", meter=Meter(), last=frame())
    for key in "nn2-m hs":
        view.key(key)
    expected = Settings(style=1, strength=0.9, mirror=False, frozen=True, hud=False)
    assert controls.settings == expected
    assert [path.suffix for path in tmp_path.iterdir()] == [".png"]
    assert view.hud() == []
    view.key("?")
    assert any("snapshot" in line for line in view.hud())
    view.key("q")
    assert controls.is_stopped()


def test_numbers_are_drawn_on_a_copy() -> None:
    image = np.full((60, 320, 3), 100, np.uint8)
    before = image.copy()
    assert not np.array_equal(written_on(image, ["30 fps"]), image)
    assert np.array_equal(image, before)


def test_a_tee_closes_what_it_opened_when_one_cannot_be_opened() -> None:
    closed: list[str] = []

    class Noted(NullSink):
        def __exit__(self, *details: object) -> None:
            closed.append("first")

    def fails() -> NullSink:
        raise SinkError("no", "try again")

    info = StreamInfo("x", 20, 20, None, None)
    with pytest.raises(SinkError), Tee([lambda: Noted(info), fails]):
        pass
    assert closed == ["first"]
