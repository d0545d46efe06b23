"""Results that exist already: asked about on a terminal, else kept unless told otherwise."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.errors import SinkError
from realtime_nst.image_io.write import write_image
from tests.helpers.video_clips import Clip, make

COMMAND = [sys.executable, "-m", "realtime_nst"]
OLD = b"an older result"
HINT = "add --overwrite (-y) to replace it, or --no-clobber (-n) to keep it"


@pytest.fixture(autouse=True)
def folder(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "in.mp4", Clip())
    for name in ("in.png", "photos/in.png"):
        write_image(tmp_path / name, np.full((48, 64, 3), 50, np.uint8))
    return tmp_path


COMMANDS = [
    ("video in.mp4 out.mp4 -s invert", "out.mp4"),
    ("video in.mp4 -o out.mp4 -s invert", "out.mp4"),
    ("video in.mp4 -s Invert", "in.invert.mp4"),
    ("image in.png -s invert", "in.invert.png"),
    ("image in.png out.webp -s invert", "out.webp"),
    ("styles sheet in.png", "sheet.jpg"),
    ("styles sheet in.png --output all.png", "all.png"),
    ("bench -s invert --seconds 0 --size 64x64 --chart chart.png", "chart.png"),
    ("evaluate stability invert --content photos --size 64 --plot plot.png", "plot.png"),
]


def run(command: str) -> Result:
    return CliRunner().invoke(app, command.split())


@pytest.mark.parametrize(("command", "made"), COMMANDS)
def test_existing_result_is_refused_without_terminal(command: str, made: str) -> None:
    Path(made).write_bytes(OLD)
    result = run(command)
    assert isinstance(result.exception, SinkError), result.output
    assert str(result.exception) == f"cannot write {made}: it exists already"
    assert result.exception.hint.startswith(HINT)
    assert Path(made).read_bytes() == OLD


@pytest.mark.parametrize(("command", "made"), COMMANDS)
def test_no_clobber_keeps_existing_result(command: str, made: str) -> None:
    Path(made).write_bytes(OLD)
    for option in ("-n", "--no-clobber", "--skip-existing"):
        result = run(f"{command} {option}")
        assert result.exit_code == 0, result.output
        assert f"{made} exists already: nothing was done" in result.stderr
        assert Path(made).read_bytes() == OLD


@pytest.mark.parametrize(("command", "made"), COMMANDS[:6])
def test_overwrite_replaces_existing_result(command: str, made: str) -> None:
    Path(made).write_bytes(OLD)
    for option in ("-y", "--overwrite"):
        result = run(f"{command} {option}")
        assert result.exit_code == 0, result.output
        assert Path(made).read_bytes() != OLD


@pytest.mark.parametrize("command", ["video", "image"])
def test_default_style_is_announced(command: str, folder: Path) -> None:
    source = "in.mp4" if command == "video" else "in.png"
    result = run(f"{command} {source} --device cpu")
    assert result.exit_code == 0, result.output
    assert "style starry-night, the default; " in result.stderr
    made = Path(source).with_suffix(f".starry-night{Path(source).suffix}")
    assert made.is_file()
    assert f"{made}: " in result.stderr


def test_output_makes_every_argument_an_input(folder: Path) -> None:
    write_image(folder / "b.png", np.full((48, 64, 3), 90, np.uint8))
    result = run("image in.png b.png -o out -s invert")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in Path("out").iterdir()) == ["b.png", "in.png"]


def test_input_in_place_of_result_is_kept(folder: Path) -> None:
    make(folder / "b.mp4", Clip())
    before = (folder / "b.mp4").read_bytes()
    result = run("video in.mp4 b.mp4 -s invert")
    assert isinstance(result.exception, SinkError)
    assert "--output OUT" in result.exception.hint
    assert (folder / "b.mp4").read_bytes() == before


def test_several_results_are_refused_together(folder: Path) -> None:
    write_image(folder / "b.png", np.full((48, 64, 3), 90, np.uint8))
    assert run("image in.png b.png out -s invert").exit_code == 0
    result = run("image in.png b.png out -s invert")
    assert str(result.exception).endswith("it exists already, and 1 more results")
    (folder / "out" / "b.png").unlink()
    assert run("image in.png b.png out -s invert -n").exit_code == 0
    assert (folder / "out" / "b.png").is_file()


def test_dry_run_reports_existing_result() -> None:
    Path("out.mp4").write_bytes(OLD)
    result = run("video in.mp4 out.mp4 -s invert --dry-run")
    assert "out.mp4 exists already: add --overwrite to replace it" in result.stdout
    assert "-> out.mp4" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
@pytest.mark.parametrize(
    ("command", "made"), [COMMANDS[0], COMMANDS[3], COMMANDS[5]], ids=["video", "image", "sheet"]
)
@pytest.mark.parametrize(
    ("answer", "code", "replaced"),
    [(b"y\n", 0, True), (b"n\n", 0, False), (b"\n", 0, False), (b"\x03", 130, False)],
    ids=["yes", "no", "default", "ctrl-c"],
)
def test_terminal_is_asked(
    command: str, made: str, answer: bytes, code: int, replaced: bool
) -> None:
    Path(made).write_bytes(OLD)
    returned, shown = in_terminal([*COMMAND, *command.split()], answer)
    assert f"{made} exists already. Overwrite it? [y/N]: " in shown
    assert returned == code, shown
    assert (Path(made).read_bytes() != OLD) is replaced


def in_terminal(command: list[str], answer: bytes) -> tuple[int, str]:
    """Run a command in a terminal, answer its question, and return its exit code and output."""
    import pty

    terminal, inside = pty.openpty()
    environment = {**os.environ, "TERM": "dumb"}

    def attach() -> None:
        os.login_tty(inside)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests may not listen

    with subprocess.Popen(command, env=environment, preexec_fn=attach) as process:
        os.close(inside)
        shown = _read(terminal)
        while b"[y/N]: " not in shown and (piece := _read(terminal)):
            shown += piece
        _wait_for_reading(process.pid)
        os.write(terminal, answer)
        while piece := _read(terminal):
            shown += piece
    os.close(terminal)
    return process.returncode, shown.decode()


def _wait_for_reading(pid: int) -> None:
    """Python loses a Ctrl-C that comes between the question and the system call that reads."""
    status = Path(f"/proc/{pid}/stat")
    while status.is_file() and status.read_text().rpartition(")")[2].split()[0] == "R":
        os.sched_yield()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the program has ended
        return b""


def test_refusal_is_one_line_of_a_process(folder: Path) -> None:
    Path("out.mp4").write_bytes(OLD)
    command = [*COMMAND, "video", "in.mp4", "out.mp4", "-s", "invert"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert result.returncode == 1
    assert result.stderr.startswith("error: cannot write out.mp4: it exists already\nhint: ")
