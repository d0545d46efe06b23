"""Where the commands put their results: never over an input, one process at a time, any name."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.errors import SinkError
from realtime_nst.image_io.write import write_image
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.journal import Journal
from realtime_nst.sinks.video.recording import RecordingSink
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.sources.video.source import VideoSource
from tests.helpers.video_clips import Clip, content, make

COMMAND = [sys.executable, "-m", "realtime_nst"]
STYLE = ["-s", "invert", "--device", "cpu", "--threads", "1"]
LONG = "l" * 251
"""With an ending of four letters 255 bytes, the longest name there is."""


def call(*arguments: object, code: int = 0) -> str:
    """What a whole command says."""
    command = [*COMMAND, *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    write_image(path, np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8))
    return path


@pytest.mark.parametrize("name", ["photo.png", "hard.png", "soft.png"])
@pytest.mark.parametrize(
    "command",
    [
        "styles sheet {photo} -o {name}",
        "evaluate stability invert --content {photo.parent} --plot {name}",
        "evaluate stability invert --content {photo.parent} --strip {name}",
        "evaluate stability invert --clips clips --style {photo} --strip {name}",
        "evaluate fidelity invert --content {photo.parent} --grid {name}",
        "evaluate fidelity invert --content clips --style {photo} --grid {name}",
        "bench -s invert --pipeline --source {photo} --chart {name}",
        "export {photo} {name}.onnx",
        "image {photo} {name} -s invert",
    ],
)
def test_no_command_replaces_its_input(
    models: Path, photo: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    if command.startswith(("export", "evaluate fidelity")):
        pytest.importorskip("safetensors", reason="needs the [train] extra")
    monkeypatch.chdir(photo.parent)
    Path("clips").mkdir()
    Path("hard.png").hardlink_to(photo)
    Path("soft.png").symlink_to(photo)
    Path(f"{name}.onnx").hardlink_to(photo)
    before = {path: path.read_bytes() for path in photo.parent.glob("*.*")}
    result = CliRunner().invoke(app, command.format(photo=photo, name=name).split())
    assert isinstance(result.exception, SinkError), result.output
    assert "it is the input" in str(result.exception)
    assert {path: path.read_bytes() for path in photo.parent.glob("*.*")} == before


def test_sheet_default_name_is_checked(
    models: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photo.parent)
    photo.rename("sheet.jpg")
    result = CliRunner().invoke(app, ["styles", "sheet", "sheet.jpg"])
    assert "sheet.jpg: it is the input" in str(result.exception)


def test_recording_does_not_replace_what_it_records(tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", Clip())
    with VideoSource(clip) as source, pytest.raises(SinkError, match="is the input"):
        RecordingSink(clip, source.info)


@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("video in.mp4 new/er/out.mp4 -s invert", "new/er/out.mp4"),
        ("video in.mp4 new/er/%d.png -s invert", "new/er/10.png"),
        ("video in.mp4 new/er/ -s invert", "new/er/in.mp4"),
        ("image photo.png new/er/a.png -s invert", "new/er/a.png"),
        ("styles sheet photo.png -o new/er/a.png", "new/er/a.png"),
        ("bench -s invert --seconds 0 --size 64x64 --chart new/er/a.png", "new/er/a.png"),
        ("bench -s invert --seconds 0 --size 64x64 --save new/er", "new/er/*.json"),
    ],
)
def test_every_command_makes_folders(
    models: Path, photo: Path, monkeypatch: pytest.MonkeyPatch, command: str, made: str
) -> None:
    monkeypatch.chdir(photo.parent)
    make(photo.parent / "in.mp4", Clip())
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 0, result.output
    (path,) = photo.parent.glob(made)
    assert not list(path.parent.glob(".*"))


def test_second_process_is_refused_and_harms_nothing(models: Path, tmp_path: Path) -> None:
    ticks = tuple(range(0, 3000 * 512, 512))
    clip, out = make(tmp_path / "in.mp4", Clip(320, 240, ticks=ticks)), tmp_path / "out.mp4"
    command = [*COMMAND, "video", str(clip), str(out), *STYLE, "--preset", "slow"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as first:
        growing = tmp_path / "out.partial.mp4"
        while not growing.exists() or growing.stat().st_size < 4096:
            with suppress(subprocess.TimeoutExpired):
                first.wait(0.05)
            assert first.poll() is None
        for more in ((), ("--resume",), ("--dry-run",)):
            said = call("video", clip, out, "-s", "identity", *more, code=1)
            assert f"error: another realtime-nst ({first.pid}) is writing {out}" in said
            assert "on ONNX Runtime" not in said
        first.send_signal(signal.SIGINT)
        first.communicate()
    assert 0 < len(content(out).pts) < 3000
    assert first.returncode == 130
    call("video", clip, out, *STYLE, "--duration", "0.4", "--overwrite")
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["in.mp4", "out.mp4"]


def test_longest_names(models: Path, photo: Path, tmp_path: Path) -> None:
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    names = ["a.mp4", f"{LONG}.mp4", "z.mp4"]
    for name in names:
        make(clips / name, Clip())
    call("video", clips, out, *STYLE)
    call("image", photo, out / f"{LONG}.png", *STYLE)
    assert sorted(path.name for path in out.iterdir()) == sorted([*names, f"{LONG}.png"])
    too_long = call("video", clips / "a.mp4", out / f"l{LONG}.mp4", *STYLE, code=1)
    assert "File name too long" in too_long
    assert "hint: choose a shorter name" in too_long


def test_partial_file_of_someone_else_is_kept(tmp_path: Path) -> None:
    info = SyntheticSource(64, 48).info
    for name in ("out.partial.mp4", "out.older.partial.mp4"):
        (tmp_path / name).write_text("of a user")
        with pytest.raises(SinkError, match=f"{name} already exists") as caught:
            open_sink(tmp_path / "out.mp4", info)
        assert caught.value.hint
        assert (tmp_path / name).read_text() == "of a user"
        (tmp_path / name).unlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["pipe.mp4", "pipe.png", "pipe"])
@pytest.mark.parametrize("command", ["image", "video"])
def test_pipe_as_result_is_kept(models: Path, photo: Path, command: str, name: str) -> None:
    clip, pipe = make(photo.parent / "in.mp4", Clip()), photo.parent / name
    os.mkfifo(pipe)
    said = call(command, photo if command == "image" else clip, pipe, *STYLE, code=1)
    assert f"cannot write {pipe}: it is a pipe or a device" in said
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["out.mp4", "--codec", "prores"], "cannot store prores in .mp4"),
        (["out.mp4", "--codec", "mpeg9"], "there is no codec 'mpeg9'"),
        (["out.mp4", "--crf", "60"], "h264 has no --crf 60"),
        (["out.mp4", "--encoder-preset", "warp"], "h264 has no preset 'warp'"),
        (["out.mp4", "--pix-fmt", "rgb7"], "libx264 does not support the pixel format rgb7"),
        (["out.mp4", "--size", "20000x20000"], "cannot write out.mp4: "),
        (["out.mp4", "--size", "20000x20000", "--dry-run"], "cannot write out.mp4: "),
        (["out.xyz"], "cannot write out.xyz: unknown file extension"),
        (["out.png"], "out.png holds one image only"),
        (["out"], "cannot write out: it has no extension"),
    ],
)
def test_options_are_checked_before_a_network_is_opened(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "in.mp4", Clip())
    result = CliRunner().invoke(app, ["video", "in.mp4", *options, *STYLE])
    assert isinstance(result.exception, SinkError), result.output
    assert str(result.exception).startswith(said)
    assert "on ONNX Runtime" not in result.output
    assert [path.name for path in tmp_path.glob("*.*")] == ["in.mp4"]


def test_notes_of_another_conversion_do_not_outlive_its_partial_file(tmp_path: Path) -> None:
    source, out = SyntheticSource(64, 48, frames=2), tmp_path / "out.mp4"
    Journal(out, {"--style": "another"}).begin()
    (tmp_path / "out.partial.mp4").write_text("of another")
    with open_sink(out, source.info) as sink:  # as with a pipe, which cannot be resumed
        for frame in source:
            sink.write(frame)
    assert list(tmp_path.iterdir()) == [out]


def test_video_of_images_replaces_none_of_them(tmp_path: Path) -> None:
    write_image(tmp_path / "a.webp", np.zeros((48, 64, 3), np.uint8))
    with (
        open_source(tmp_path, ReadOptions(rate=Fraction(25))) as source,
        pytest.raises(SinkError, match="is the input"),
    ):
        open_sink(tmp_path / "a.webp", source.info)
