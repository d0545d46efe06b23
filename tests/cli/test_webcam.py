"""The command ``webcam`` with an HTTP camera in another process, and its parts."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import StreamInfo
from realtime_nst.image_io.write import write_image
from realtime_nst.models.default_style import DEFAULT_STYLE
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.tee import Tee
from realtime_nst.sources.paced import PacedSource
from realtime_nst.sources.synthetic import SyntheticSource
from tests.helpers.http_camera import running
from tests.helpers.video_clips import content

COMMAND = [sys.executable, "-m", "realtime_nst", "webcam"]
ROOT = Path(__file__).parents[2]
SUMMARY = re.compile(r"(\d+) frames in .* (\d+) dropped")


@pytest.fixture
def camera() -> Iterator[str]:
    """The URL of a camera that gives each viewer 40 frames."""
    command = [sys.executable, "-m", "tests.helpers.http_camera", "--frames", "40"]
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
    assert re.search(r"busy: stylize .* of it the network \d", result.stderr)
    assert all(int(share) <= 100 for share in re.findall(r"(\d+)%", result.stderr))
    assert f"recorded: {out}" in result.stderr
    assert list(content(out).pts) == sorted(set(content(out).pts))


def test_without_a_screen_the_error_says_what_to_add(models: Path, camera: str) -> None:
    result = webcam("--source", camera, "-s", "invert")
    assert result.returncode == 1
    assert "no display" in result.stderr
    assert "hint: add --sink" in result.stderr


def test_a_file_is_played_as_if_live_until_told_to_stop(models: Path) -> None:
    source = "synthetic:64x48,240,6"
    result = webcam("--source", source, "-s", "invert", "--sink", "null", "--frames", 20)
    assert result.returncode == 0, result.stderr
    assert "20 frames" in result.stderr


def test_the_end_of_a_film_is_the_end(models: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    source = ("--source", "synthetic:64x48,120,12", "--no-loop")
    result = webcam(*source, "-s", "invert", "--sink", out, "--sink", "null")
    assert result.returncode == 0, result.stderr
    shown, dropped = (int(n) for n in SUMMARY.findall(result.stderr)[0])
    assert 0 < shown <= 12 - dropped
    assert len(content(out).pts) == shown


def test_a_restart_numbers_its_recording(models: Path, tmp_path: Path) -> None:
    out, second = tmp_path / "live.mp4", tmp_path / "live-2.mp4"
    out.write_text("an older recording")
    source = ("--source", "synthetic:64x48,120,600", "--frames", 2)
    result = webcam(*source, "-s", "invert", "--sink", out)
    assert result.returncode == 0, result.stderr
    assert f"{out} already exists: recording to {second}" in result.stderr
    assert out.read_text() == "an older recording"
    assert content(second).size == (64, 48)


def test_recordings_by_key_go_into_the_folder(models: Path, tmp_path: Path) -> None:
    source = ("--source", "synthetic:64x48,120,600", "--frames", 8, "--record")
    result = webcam(*source, "-s", "invert", "--sink", tmp_path / "shots", "--sink", "null")
    assert result.returncode == 0, result.stderr
    (recording,) = (tmp_path / "shots").iterdir()
    assert f"recorded: {recording}" in result.stderr
    assert len(content(recording).pts) == 7  # it begins between the first frame and the second


def test_a_mosaic_of_styles_and_the_camera(models: Path, tmp_path: Path) -> None:
    source = ("--source", "synthetic:128x96,60,600", "--frames", 3, "--no-mirror")
    names = "invert,identity,black"
    result = webcam(*source, "--mosaic", names, "--stabilise", 0, "--sink", tmp_path / "%d.png")
    assert result.returncode == 0, result.stderr
    shown = cv2.imread(str(sorted(tmp_path.glob("*.png"))[0]))
    assert shown is not None
    first, second = shown[:48, :64].astype(int), shown[:48, 64:].astype(int)
    assert np.abs(first + second - 255).max() <= 1
    assert (shown[48:, :64] == 0).all()
    assert np.array_equal(shown[48:, 64:], shown[:48, 64:])


@pytest.mark.parametrize(("options", "turned"), [((), False), (("--mirror",), True)])
def test_outputs_are_mirrored_only_on_request(
    models: Path, tmp_path: Path, options: tuple[str, ...], turned: bool
) -> None:
    half = np.zeros((48, 64, 3), np.uint8)
    half[:, :32] = 255
    write_image(tmp_path / "half.png", half)
    source = ("--source", tmp_path / "half.png", "--frames", 1, "--stabilize", 0)
    shots = tmp_path / "shots" / "%d.png"
    result = webcam(*source, "-s", "identity", "--sink", shots, *options)
    assert result.returncode == 0, result.stderr
    shown = cv2.imread(str(next(shots.parent.glob("*.png"))))
    assert shown is not None
    assert np.array_equal(shown, half[:, ::-1] if turned else half)


def test_wait_opens_a_camera_that_comes_later(models: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://admin:hunter2@127.0.0.1:{port}/camera.mjpg"
    command = [*COMMAND, "--source", url, "-s", "identity", "--sink", "null", "--frames", "3"]
    with subprocess.Popen([*command, "--wait"], stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr
        first = next(line for line in program.stderr if "waiting" in line)
        with running("--port", port):
            said = program.stderr.read()
            assert program.wait() == 0, said
    assert f"cannot read http://***@127.0.0.1:{port}/...: Connection refused" in first
    assert "3 frames" in said
    assert "hunter2" not in first + said


def test_without_wait_a_missing_camera_is_an_error_without_its_password(models: Path) -> None:
    source = "rtsp://admin:hunter2@127.0.0.1:9/live?token=hunter2"
    result = webcam("--source", source, "-s", "identity", "--sink", "null")
    assert result.returncode == 1
    assert "rtsp://***@127.0.0.1:9/..." in result.stderr
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--size", "big"), "1280x720"),
        (("--working-size", "tiny"), "1280x720"),
        (("--backend", "telepathy"), "v4l2"),
        (("--fps-target", "0"), "fps-target"),
        (("--rotate", "45"), "270"),
        (("--output-size", "720p"), "1280x720"),
        (("--fill", "stretch"), "neither pad nor crop"),
        (("--show-order", "loud"), "in-turn"),
        (("--midi-learn",), "--midi"),
    ],
)
def test_a_wrong_option_says_what_is_right(
    models: Path, options: tuple[str, str], word: str
) -> None:
    result = webcam("--source", "synthetic:64x48", "-s", "invert", "--sink", "null", *options)
    assert result.returncode == 2
    assert word in result.stderr


def test_webcam_without_a_style_uses_the_default() -> None:
    result = webcam("--source", "synthetic:64x48", "--sink", "null", "--frames", "1")
    assert result.returncode == 0, result.stderr
    assert DEFAULT_STYLE in result.stderr


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
    with PacedSource(reopen, clock=lambda: now, sleep=sleep) as source:
        for frame in source:
            frames.append(frame)
            if len(frames) == 7:
                break
    assert [frame.index for frame in frames] == list(range(7))
    assert [frame.pts for frame in frames] == [Fraction(n, 10) for n in range(7)]
    assert waits == pytest.approx([0, *[0.1] * 6])
    with PacedSource(reopen, loop=False, clock=lambda: now, sleep=sleep) as source:
        assert len(list(source)) == 3


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


def test_webcam_rotates_and_sets_the_size_of_outputs(models: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    source = ("--source", "synthetic:128x96,60,600", "--frames", 3, "--rotate", 90)
    result = webcam(*source, "-s", "invert", "--output-size", "120x90", "--sink", out)
    assert result.returncode == 0, result.stderr
    assert content(out).size == (120, 90)
