"""The same settings give the same picture in every command and function."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import realtime_nst as nst
from realtime_nst.cli.app import app
from realtime_nst.frame import Frame, Image
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from realtime_nst.inference.options import InferenceOptions
from realtime_nst.live.adaptive_resolution import AdaptiveResolution
from realtime_nst.live.settings import LiveSettings
from realtime_nst.live.stylizer import LiveStylizer
from realtime_nst.stylize.loading import open_style
from realtime_nst.stylize.style_mixer import StyleMixer
from tests.helpers.scenes import photo

SETTINGS: tuple[Mapping[str, Any], ...] = (
    {},
    {"strength": 0.4},
    {"keep_colors": True},
    {"palette": 0.25},
    {"stroke_size": 2.0},
    {"strength": 0.7, "keep_colors": True, "palette": 0.0, "stroke_size": 1.5},
)


@pytest.fixture(params=SETTINGS, ids=str)
def wanted(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    values: Mapping[str, Any] = request.param
    return values


@pytest.fixture
def expected(models: Path, wanted: Mapping[str, Any]) -> Image:
    """The picture of ``Stylizer``."""
    return nst.Stylizer("invert", device="cpu", threads=1)(photo(), **wanted)


def command(*arguments: object, wanted: Mapping[str, Any]) -> None:
    options: list[object] = ["-s", "invert", "--device", "cpu", "--threads", 1]
    for name, value in wanted.items():
        options += [f"--{name.replace('_', '-')}", *([] if value is True else [value])]
    result = CliRunner().invoke(app, [str(each) for each in (*arguments, *options)])
    assert result.exit_code == 0, result.output


def test_stylize_image(wanted: Mapping[str, Any], expected: Image) -> None:
    stylizer = nst.Stylizer("invert", device="cpu", threads=1)
    assert np.array_equal(nst.stylize_image(photo(), style=stylizer, **wanted), expected)


def test_image(wanted: Mapping[str, Any], expected: Image, tmp_path: Path) -> None:
    given, result = tmp_path / "in.png", tmp_path / "out.png"
    write_image(given, photo())
    command("image", given, result, wanted=wanted)
    assert np.array_equal(read_image(result), expected)
    stored = result.read_bytes()
    assert (b"nst:strength=" in stored) == ("strength" in wanted)
    assert (b"nst:palette=" in stored) == ("palette" in wanted)


def test_video(wanted: Mapping[str, Any], expected: Image, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write_image(tmp_path / "in" / "000001.png", photo())
    result = tmp_path / "out" / "%06d.png"
    command("video", tmp_path / "in" / "%06d.png", result, "--stabilize", 0, wanted=wanted)
    assert np.array_equal(read_image(tmp_path / "out" / "000001.png"), expected)


def test_stylize_video(wanted: Mapping[str, Any], expected: Image, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write_image(tmp_path / "in" / "000001.png", photo())
    options: dict[str, Any] = {"style": "invert", "stabilize": 0, "device": "cpu", "threads": 1}
    source, result = tmp_path / "in" / "%06d.png", tmp_path / "out" / "%06d.png"
    nst.stylize_video(source, result, **options, **wanted)
    assert np.array_equal(read_image(tmp_path / "out" / "000001.png"), expected)


def test_webcam(wanted: Mapping[str, Any], expected: Image) -> None:
    style = open_style("invert", InferenceOptions(device="cpu", threads=1))
    mixer = StyleMixer([(style.session, style.choice.weight_array())])
    height, width = photo().shape[:2]
    resolution = AdaptiveResolution(((width, height),), 25)
    live = LiveStylizer(lambda _: mixer, 1, lambda: LiveSettings(**wanted), resolution)
    assert np.array_equal(live(Frame(photo(), 0, Fraction(0), 0.0)).image, expected)


def test_values_out_of_range_are_refused_by_every_command(models: Path, tmp_path: Path) -> None:
    for name in ("image", "video", "webcam"):
        files = [] if name == "webcam" else ["in.png", "out.png", "-s", "invert"]
        for option, value in (("--stroke-size", "5"), ("--stroke-size", "big"), ("--palette", "2")):
            result = CliRunner().invoke(app, [name, *files, option, value])
            assert result.exit_code == 2, result.output
            assert option in result.output
