"""The command line: one clear line for every mistake, and nothing left half-written."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import pytest

from realtime_nst import __version__
from tests.helpers import onnx_models
from tests.helpers.video_clips import Clip, content, make

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "realtime_nst"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "REALTIME_NST_DEBUG"}


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make(tmp_path / "in.mp4", Clip(sound="aac"))


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A real process: only that shows exit codes, stderr and what is imported."""
    command = [*COMMAND, *map(str, arguments)]
    environment = {
        **ENVIRONMENT,
        **{key: os.environ[key] for key in ("REALTIME_NST_MODELS", "REALTIME_NST_CACHE")},
    }
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_video(models: Path, clip: Path, tmp_path: Path) -> None:
    result = call("video", clip, tmp_path / "out.mp4", "--style", "invert", "--device", "cpu")
    lines = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (0, "")
    assert lines[0] == "invert on ONNX Runtime fp32"
    assert lines[1].startswith(f"{tmp_path / 'out.mp4'}: 10 frames in ")
    assert lines[2].startswith("busy: decode ")
    assert len(lines) == 3
    before, after = content(clip), content(tmp_path / "out.mp4")
    assert (after.pts, after.size, after.sound) == (before.pts, before.size, before.sound)


def test_stats(models: Path, clip: Path, tmp_path: Path) -> None:
    for options, stages in (((), 4), (("--stabilise", "0"), 3)):
        result = call("video", clip, tmp_path / "out.mp4", "-y", "-s", "invert", *options)
        each = r"(decode|network|stabilize|encode) [\d.]+ s \(\d+%\)(, | of )"
        said = rf"busy: ({each}){{{stages}}}[\d.]+ s"
        assert re.fullmatch(said, result.stderr.splitlines()[-1])


def test_pictures(models: Path, clip: Path, tmp_path: Path) -> None:
    frames = tmp_path / "frames" / "%06d.png"
    assert call("video", clip, frames, "-s", "identity").returncode == 0
    pictures = sorted((tmp_path / "frames").iterdir())
    assert [path.name for path in pictures] == [f"{index:06d}.png" for index in range(1, 11)]
    assert call("image", pictures[0], tmp_path / "one.jpg", "-s", "invert").returncode == 0
    assert (tmp_path / "one.jpg").exists()
    assert call("image", *pictures[:3], tmp_path / "out", "-s", "invert").returncode == 0
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_styles(models: Path) -> None:
    rows = json.loads(call("styles", "--json").stdout)
    assert {"keep", "black", "identity", "invert"} <= {row["style"] for row in rows}
    table = call("styles").stdout
    assert table.splitlines()[0].split() == ["style", "artist", "title", "year", "tiers"]
    long = call("styles", "--long").stdout
    assert long.splitlines()[0].split() == [
        *("style", "artist", "title", "year", "model", "tier", "licence", "iterations", "flicker")
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["video"], 2, "IN is missing, as in: realtime-nst video in.mp4"),
        (["image", "-s", "invert"], 2, "IN is missing, as in: realtime-nst image in.jpg"),
        (["video", "-", "-s", "invert"], 1, "cannot name the result of -"),
        (["video", "{folder}/*.mp4"], 1, "cannot name the result of "),
        (["video", "{clip}", "{folder}/text.mp4", "-s", "invert"], 1, "it exists already"),
        (["image", "{folder}/text.png", "{folder}/text.mp4", "-s", "invert"], 1, "file ext"),
        (["video", "{clip}", "", "-s", "invert"], 2, "the name is empty"),
        (["video", "", "{out}.mp4", "-s", "invert"], 2, "the name is empty"),
        (["image", "{clip}", "", "-s", "invert"], 2, "the name is empty"),
        (["video", "{folder}/none.mp4", "{out}.mp4", "-s", "invert"], 1, "there is no "),
        (["video", "{folder}/text.mp4", "{out}.mp4", "-s", "invert"], 1, "not a supported video"),
        (["video", "{clip}", "{out}.mp4", "-s", "inver"], 1, "did you mean invert?"),
        (["video", "{clip}", "{out}.xyz", "-s", "invert"], 1, "unknown file extension"),
        (["video", "{clip}", "{clip}/no/such.mp4", "-s", "invert"], 1, "cannot create"),
        (["video", "{clip}", "{clip}", "-s", "invert"], 1, "is the input"),
        (["video", "{clip}", "{out}.mp4", "-s", "invert", "--device", "tpu"], 1, "no device 'tpu'"),
        (["image", "{clip}", "{out}.png", "-s", "invert"], 1, "in.mp4 is a video"),
        (["image", "{folder}/text.png", "{out}.png", "-s", "invert"], 1, "not a supported image"),
    ],
)
def test_mistakes(
    models: Path, clip: Path, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    for name in ("text.mp4", "text.png"):
        (tmp_path / name).write_text("Not what it says it is.\n" * 50)
    before = sorted(tmp_path.rglob("*"))
    places = {"clip": clip, "folder": tmp_path, "out": tmp_path / "out"}
    result = call(*(argument.format(**places) for argument in arguments))
    assert result.returncode == code
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == (1 if code == 1 else 0)
    assert sorted(tmp_path.rglob("*")) == before


def test_debug_shows_where(models: Path, tmp_path: Path) -> None:
    result = call("--debug", "video", tmp_path / "none.mp4", tmp_path / "o.mp4", "-s", "invert")
    assert "Traceback" in result.stderr


def test_a_full_disk_is_one_line(models: Path, tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", Clip(640, 480, ticks=tuple(range(0, 60 * 512, 512))))
    command = [*COMMAND, "video", str(clip), str(tmp_path / "out.mp4"), "-s", "invert"]
    result = subprocess.run(
        [*command, "--crf", "0"],
        capture_output=True,
        text=True,
        check=False,
        # The nearest thing to a full disk that needs no disk.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)),
    )
    assert result.returncode == 1
    assert "error: cannot write" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_leaves_a_playable_file(models: Path, tmp_path: Path, told: signal.Signals) -> None:
    onnx_models.identity(tmp_path / "models" / "tiny-identity" / "model.onnx")
    ticks = tuple(range(0, 3000 * 512, 512))
    clip = make(tmp_path / "in.mp4", Clip(320, 240, ticks=ticks, sound="aac"))
    out = tmp_path / "out.mp4"
    command = [*COMMAND, "video", str(clip), str(out), "-s", "identity", "--preset", "slow"]
    heard = partial(signal.signal, told, signal.SIG_DFL)  # whoever runs the tests may not listen
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heard) as process:
        assert process.stderr
        assert "identity" in process.stderr.readline()  # it has begun
        growing = tmp_path / "out.partial.mp4"
        while not growing.exists() or growing.stat().st_size < 4096:  # more than its header
            assert process.poll() is None
        process.send_signal(told)
        last = process.stderr.read()
    assert process.returncode == 130
    assert last.startswith(f"stopped; {out}: ")
    assert 0 < len(content(out).pts) < 3000
    assert not growing.exists()


@pytest.mark.parametrize("entry", ["-m realtime_nst", "-c {script}"])
def test_ctrl_c_while_importing_is_quiet(entry: str, tmp_path: Path) -> None:
    """The first import sends what the terminal sends."""
    handle = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # jobs of shells ignore it
    interrupt = f"import os, signal\n{handle}\nos.kill(os.getpid(), signal.SIGINT)\n"
    (tmp_path / "typer.py").write_text(interrupt)
    script = "from {} import {} as f; f()".format(*_console_script().split(":"))
    arguments = [part.format(script=script) for part in entry.split(" ")]
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    result = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, "PYTHONPATH": path},
        check=False,
    )
    assert (result.returncode, result.stderr) == (130, "")


def _console_script() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["scripts"]["realtime-nst"])


def test_help_is_light(models: Path) -> None:
    heavy = ["numpy", "cv2", "av", "torch", "onnx", "onnxruntime"]
    code = (
        "import sys; sys.argv = ['realtime-nst', '--help']\n"
        "from realtime_nst.cli.app import main\n"
        "try: main()\n"
        f"finally: print('HEAVY', [name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "HEAVY []" in result.stdout
    assert all(command in result.stdout for command in ("video", "image", "styles"))


def test_version(models: Path) -> None:
    assert call("--version").stdout == f"realtime-nst {__version__}\n"


def test_a_server_without_libgl_gets_the_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from realtime_nst.cli import app

    def broken(*, standalone_mode: bool) -> None:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.delenv("REALTIME_NST_DEBUG", raising=False)
    monkeypatch.setattr(app, "app", broken)
    with pytest.raises(SystemExit) as caught:
        app.main()
    assert caught.value.code == 1
    printed = capsys.readouterr().err
    assert "error: OpenCV cannot be loaded: libGL.so.1" in printed
    assert "apt-get install libgl1" in printed
