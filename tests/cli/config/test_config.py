"""The configuration file, presets, and where each value comes from."""

import tomllib
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.errors import ConfigError
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from tests.helpers.video_clips import Clip, make


@pytest.fixture
def config(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "realtime-nst.toml"
    monkeypatch.setenv("REALTIME_NST_CONFIG", str(tmp_path))
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def shown(*words: object) -> dict[str, tuple[str, str]]:
    """Return value and origin of each option."""
    result = run("config", "show", *words)
    assert result.exit_code == 0, result.output
    rows = [line.split(maxsplit=2) for line in result.stdout.splitlines()[1:]]
    return {row[0]: (row[1], row[2].strip()) for row in rows}


def test_show_says_where_each_value_comes_from(config: Path) -> None:
    config.write_text('style = "invert"\nquiet = true\n[video]\ncrf = 20\n', encoding="utf-8")
    rows = shown("video", "--preset", "phone", "--size", "x480")
    assert rows["--style"] == ("invert", str(config))
    assert rows["--quiet"] == ("true", str(config))
    assert rows["--crf"] == ("24", "preset phone")
    assert rows["--size"] == ("x480", "command line")
    assert rows["--device"] == ("auto", "default")
    assert rows["--preset"] == ("phone", "command line")
    assert shown("video")["--crf"] == ("20", str(config))
    assert shown("live")["--style"] == ("invert", str(config))
    assert shown("gatys")["--quiet"] == ("true", str(config))
    assert shown("bench", "compare")["--size"] == ("640x480", "default")


def test_show_says_environment(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REALTIME_NST_DEBUG", "1")
    assert shown("video")["--debug"] == ("true", "environment")


def test_values_of_file_are_used(config: Path) -> None:
    config.write_text('style = "invert"\n[image]\nsize = "20x"\n', encoding="utf-8")
    write_image(Path("in.png"), np.full((48, 64, 3), 50, np.uint8))
    assert run("image", "in.png").exit_code == 0
    result = read_image(Path("in.invert.png"))
    assert (result.shape, result[5, 5].tolist()) == ((15, 20, 3), [205, 205, 205])
    assert run("image", "in.png", "-y", "-s", "identity", "--size", "64x", "-o", "b.png")
    assert read_image(Path("b.png")).shape == (48, 64, 3)


def test_config_option_names_another_file(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('[video]\nstyle = ["keep", "invert@1s"]\n', encoding="utf-8")
    assert shown("video", "--config", other)["--style"] == ("keep,", f"invert@1s  {other}")
    missing = run("video", "--config", tmp_path / "none.toml", "in.mp4")
    assert isinstance(missing.exception, ConfigError)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[video]\nstile = 1", "cannot use video.stile in ", "did you mean style"),
        ("[vidoe]\ncrf = 1", "cannot use vidoe in ", "did you mean video?"),
        ("crff = 1", "cannot use crff in ", "did you mean crf"),
        ("[video.presets.a]\npreset = 'web'", "cannot use video.presets.a.preset", ""),
        ("[video.presets.a]\ncodecs = 1", "cannot use video.presets.a.codecs", "codec"),
        ("[video]\nresume = 'yes'", "it is not true or false", "edit "),
        ("[video]\ncrf = true", "it is not text or a number", "edit "),
        ("[video]\ncrf = [1, 2]", "it is a list", "give a single value"),
        ("[video]\ncrf = 'high'", "cannot use crf of ", "realtime-nst config path"),
        ("[video", "cannot read ", "values look like"),
    ],
)
def test_mistakes(config: Path, text: str, message: str, hint: str) -> None:
    config.write_text(text, encoding="utf-8")
    result = run("video", "in.mp4", "out.mp4")
    assert isinstance(result.exception, ConfigError), result.output
    assert message in str(result.exception)
    assert hint in result.exception.hint
    assert run("video", "--help").exit_code == 0
    assert run("config", "path").stdout == f"{config}\n"


@pytest.mark.parametrize(
    ("preset", "made", "codec"),
    [("web", "in.invert.mp4", "h264"), ("editor", "in.invert.mov", "prores"),
     ("archive", "in.invert.mkv", "ffv1"), ("phone", "in.invert.mp4", "h264")],
)  # fmt: skip
def test_built_in_presets(config: Path, preset: str, made: str, codec: str) -> None:
    make(Path("in.mp4"), Clip())
    result = run("video", "in.mp4", "-s", "invert", "--preset", preset)
    assert result.exit_code == 0, result.output
    with av.open(made) as container:
        assert container.streams.video[0].codec_context.name == codec


@pytest.mark.parametrize(
    ("preset", "suffix"),
    [("web", ".webp"), ("phone", ".jpg"), ("editor", ".png"), ("archive", ".png")],
)
def test_built_in_presets_of_image(config: Path, preset: str, suffix: str) -> None:
    write_image(Path("in.png"), np.full((48, 64, 3), 50, np.uint8))
    result = run("image", "in.png", "-s", "invert", "--preset", preset)
    assert result.exit_code == 0, result.output
    assert read_image(Path(f"in.invert{suffix}")).shape == (48, 64, 3)


def test_own_preset_of_image(config: Path) -> None:
    saved = run("image", "--size", "20x", "--preset", "web", "--save-preset", "small")
    assert saved.exit_code == 0, saved.output
    rows = shown("image", "--preset", "small")
    assert rows["--size"] == ("20x", "preset small")
    assert rows["--format"] == ("webp", "preset small")
    assert isinstance(run("video", "in.mp4", "--preset", "small").exception, ConfigError)


def test_preset_of_file(config: Path) -> None:
    config.write_text('preset = "web"\n[video]\npreset = "archive"\n', encoding="utf-8")
    assert shown("image")["--format"] == ("webp", "preset web")
    assert shown("video")["--codec"] == ("ffv1", "preset archive")


def test_encoder_preset_is_passed_on(config: Path) -> None:
    assert shown("video", "--preset", "ultrafast")["--encoder-preset"][0] == "ultrafast"
    unknown = run("video", "in.mp4", "--preset", "wed")
    assert isinstance(unknown.exception, ConfigError)
    assert unknown.exception.hint == "did you mean web?"


def test_save_preset(config: Path) -> None:
    config.write_text('# mine\nstyle = "invert"', encoding="utf-8")
    saved = run("video", "--preset", "phone", "--crf", 30, "--no-audio", "--save-preset", "tiny")
    assert saved.exit_code == 0, saved.output
    assert f"saved: --preset tiny, in {config}" in saved.stderr
    text = config.read_text(encoding="utf-8")
    assert text.startswith('# mine\nstyle = "invert"\n')
    table = tomllib.loads(text)["video"]["presets"]["tiny"]
    assert table["keep-audio"] is False
    assert (table["crf"], table["size"]) == ("30", "x720")
    assert shown("video", "--preset", "tiny")["--crf"] == ("30", "preset tiny")
    again = run("video", "--crf", 30, "--save-preset", "tiny")
    assert "the name is taken" in str(again.exception)
