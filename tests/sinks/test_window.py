"""A real window on a virtual screen, driven by key presses."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import StreamInfo
from realtime_nst.sinks.window import TITLE, Window
from tests.helpers.video_clips import content
from tests.test_imports import FILES, name_of

ROOT = Path(__file__).parents[2]
PRESSES = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)
SOURCE = ("--source", "synthetic:64x48,60,600", "--frames", "3000")
"""A minute of it, in case nobody presses a key."""
CLOSED_BY_HAND = """
import cv2
from realtime_nst.sinks.window import TITLE, Window
from realtime_nst.sources.synthetic import SyntheticSource

closed = []
source = SyntheticSource(64, 48, frames=100_000)
with Window(
    source.info,
    on_key=lambda key: cv2.destroyWindow(TITLE),
    on_close=lambda: closed.append(True),
) as window:
    for frame in source:
        window.write(frame)
        if closed:
            break
print("closed once" if closed == [True] else closed)
"""


LOST = """
import sys
from realtime_nst.errors import SinkError
from realtime_nst.sinks.window import Window
from realtime_nst.sources.synthetic import SyntheticSource

source = SyntheticSource(64, 48, frames=2)
first, second = source
with Window(source.info) as window:
    window.write(first)
    print("shown", flush=True)
    sys.stdin.readline()
    window.poll()
    try:
        window.write(second)
    except SinkError as error:
        print(error)
"""
"""Shows a frame, waits for a line of input, and shows another one."""


@contextmanager
def virtual_screen() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a new virtual screen; yield its server and its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as answer:
            yield server, f":{answer.readline().strip()}"
        server.terminate()


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """Return the name of a new virtual screen."""
    with virtual_screen() as (_, name):
        yield name


def at(screen: str) -> dict[str, str]:
    """Return the environment for programs on a screen."""
    return {**os.environ, "DISPLAY": screen, "PYTHONPATH": str(ROOT)}


class Person:
    """Runs a program with a window, presses keys and reads its output."""

    def __init__(self, program: subprocess.Popen[str], screen: str) -> None:
        self._program, self._screen = program, screen
        self.read: list[str] = []
        search = ("search", "--sync", "--onlyvisible", "--name", f"^{TITLE}$")
        self._window = self._xdotool(*search).split()[0]
        self._xdotool("windowfocus", "--sync", self._window)

    def press(self, key: str) -> None:
        self._xdotool("key", key)

    def click(self, across: float, down: float) -> None:
        """Click at a place in the window, given as fractions of its size."""
        shape = self._xdotool("getwindowgeometry", "--shell", self._window)
        size = dict(line.split("=") for line in shape.split())
        x, y = round(across * int(size["WIDTH"])), round(down * int(size["HEIGHT"]))
        self._xdotool("mousemove", "--sync", "--window", self._window, str(x), str(y))
        self._xdotool("click", "1")

    def wait_for(self, word: str) -> str:
        """The line with the word."""
        assert self._program.stderr
        for line in self._program.stderr:
            self.read.append(line)
            if word in line:
                return line
        raise AssertionError(f"no {word} in {self.read}")

    def said(self) -> str:
        """Return the output of the program, which has ended."""
        assert self._program.stderr
        return "".join([*self.read, *self._program.stderr])

    def _xdotool(self, *arguments: str) -> str:
        command = ["xdotool", *arguments]
        done = subprocess.run(
            command, env=at(self._screen), check=True, timeout=120, text=True, capture_output=True
        )
        return done.stdout


def live(screen: str, folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "realtime_nst", "live", *SOURCE, *options]
    return subprocess.Popen(command, env=at(screen), cwd=folder, text=True, stderr=subprocess.PIPE)


@PRESSES
def test_keys_take_snapshots_record_and_quit(models: Path, screen: str, tmp_path: Path) -> None:
    with live(screen, tmp_path, "-s", "invert", "-s", "identity") as program:
        person = Person(program, screen)
        for key in ("plus", "question", "b", "h", "2", "Shift_L"):
            person.press(key)
        person.press("s")
        snapshot = tmp_path / person.wait_for("snapshot: ").split(": ")[1].strip()
        person.press("r")
        person.wait_for("recording: ")
        person.press("r")
        recording = tmp_path / person.wait_for("recorded: ").split(": ")[1].strip()
        person.press("q")
        assert " dropped" in person.wait_for("frames in")
        said = person.said()
    assert program.returncode == 0, said
    picture = cv2.imread(str(snapshot))
    assert picture is not None
    assert picture.shape == (48, 64, 3)
    assert content(recording).size == (64, 48)
    assert not list(tmp_path.glob("*.partial.*"))


@PRESSES
def test_a_click_on_a_tile_takes_its_style(models: Path, screen: str, tmp_path: Path) -> None:
    mosaic = ("--mosaic", "invert,identity,black", "--stabilize", "0")
    with live(screen, tmp_path, *mosaic) as program:
        person = Person(program, screen)
        person.click(0.25, 0.75)
        picture = None
        while picture is None or picture.any():  # styles fade
            person.press("s")
            name = person.wait_for("snapshot: ").split(": ")[1].strip()
            picture = cv2.imread(str(tmp_path / name))
        person.press("q")
        said = person.said()
    assert program.returncode == 0, said


@PRESSES
def test_function_keys_save_and_recall_presets(models: Path, screen: str, tmp_path: Path) -> None:
    presets = ("--presets", "presets.json", "-s", "invert", "-s", "identity")
    with live(screen, tmp_path, *presets) as program:
        person = Person(program, screen)
        for key, said in (("w", "press F1"), ("F3", "saved as preset 3"), ("F3", "preset 3")):
            person.press(key)
            person.wait_for(said)
        person.press("F4")
        person.wait_for("cannot recall preset 4")
        person.press("q")
        said = person.said()
    assert program.returncode == 0, said
    assert '"style": "invert"' in (tmp_path / "presets.json").read_text()


@PRESSES
def test_ctrl_c_ends_cleanly(models: Path, screen: str, tmp_path: Path) -> None:
    with live(screen, tmp_path, "-s", "invert", "--sink", "window", "--sink", "a.mp4") as program:
        person = Person(program, screen)
        person.press("s")
        person.wait_for("snapshot: ")
        program.send_signal(2)
        person.wait_for("frames in")
        person.wait_for("recorded: a.mp4")
        said = person.said()
    assert program.returncode == 0, said
    assert content(tmp_path / "a.mp4").size == (64, 48)


@PRESSES
def test_a_window_closed_by_hand_says_so_once(screen: str) -> None:
    command = [sys.executable, "-c", CLOSED_BY_HAND]
    with subprocess.Popen(command, env=at(screen), text=True, stdout=subprocess.PIPE) as program:
        Person(program, screen).press("x")
        assert program.communicate(timeout=30)[0].strip() == "closed once"


@PRESSES
def test_window_reports_a_lost_display() -> None:
    pipe = subprocess.PIPE
    with virtual_screen() as (server, name):
        command = [sys.executable, "-c", LOST]
        with subprocess.Popen(
            command, env=at(name), text=True, stdin=pipe, stdout=pipe, stderr=pipe
        ) as program:
            assert program.stdout
            assert program.stdout.readline() == "shown\n"
            server.kill()
            server.wait()
            said = program.communicate("\n")
    assert said == ("cannot show the window: the connection to the display is lost\n", "")
    assert program.returncode == 0


@PRESSES
def test_live_finishes_its_recording_when_the_display_is_lost(models: Path, tmp_path: Path) -> None:
    with virtual_screen() as (server, name):
        sinks = ("--sink", "window", "--sink", "a.mp4")
        with live(name, tmp_path, "-s", "invert", *sinks) as program:
            person = Person(program, name)
            person.press("s")
            person.wait_for("snapshot: ")
            server.kill()
            # The window ends alone between two calls to Qt; inside of one Qt ends the program.
            person.wait_for("display is ")
            program.send_signal(2)
            person.wait_for("recorded: a.mp4")
            said = person.said()
    assert program.returncode in (0, 1), said
    assert content(tmp_path / "a.mp4").size == (64, 48)
    assert not list(tmp_path.glob("*.partial.*"))


@PRESSES
def test_check_display_refuses_a_window_that_would_hang(screen: str) -> None:
    """PyAV and OpenCV bring a libxcb each; where PyAV's is first, windows hang for ever."""
    code = (
        "import av\nfrom realtime_nst.errors import SinkError\n"
        "from realtime_nst.sinks import window\nwindow.TRIAL_TIMEOUT = 3.0\n"
        "try:\n    window.check_display()\n    print('works')\n"
        "except SinkError as error:\n    print(error.hint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=at(screen), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() in ("works", "write `import cv2` before `import av`")


PACKAGES = ("realtime_nst.sinks", "realtime_nst.sources")
"""Packages that import PyAV; each imports OpenCV first."""


@pytest.mark.parametrize("package", PACKAGES)
def test_opencv_is_loaded_before_pyav(package: str) -> None:
    code = (
        f"import sys, {package}\n"
        "order = list(sys.modules)\nassert order.index('cv2') < order.index('av')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_pyav_comes_through_its_doors_only(file: Path) -> None:
    """What a function imports comes later, when OpenCV has long been there."""
    above = ast.parse(file.read_text()).body
    names = {alias.name for node in above if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in above if isinstance(node, ast.ImportFrom)}
    if any(name.split(".")[0] == "av" for name in names):
        assert name_of(file).startswith(PACKAGES)


@pytest.mark.parametrize("there", [{}, {"DISPLAY": ":987"}, {"WAYLAND_DISPLAY": "wayland-9"}])
def test_a_window_without_a_screen_is_refused(
    there: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("elsewhere there is always a screen")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SinkError, match="no display") as caught:
        Window(StreamInfo("x", 64, 48, None, None))
    assert "--sink" in caught.value.hint
