"""``evaluate stability`` as it is typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.image_io.read import read_image
from tests.evaluate.test_scenes import measured
from tests.helpers.scenes import film, noisy, panned, photo_file


@pytest.fixture
def given(tmp_path: Path) -> list[object]:
    """Options that name a photo, a film and measured flow."""
    photo_file(tmp_path / "photos")
    clip = film(tmp_path / "pan.mkv", noisy(panned(3, 6)))
    measured(tmp_path / "flow" / "alley")
    return [
        *("--content", tmp_path / "photos", "--clips", clip, "--ground-truth", tmp_path / "flow"),
        *("--size", 128, "--frames", 6, "--threads", 1),
    ]


def stability(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", "stability", *map(str, arguments)])


def test_all_styles_of_a_model_are_measured(
    models: Path, tmp_path: Path, given: list[object]
) -> None:
    pictures = ("--plot", tmp_path / "plot.png", "--strip", tmp_path / "strip.png")
    result = stability("tiny-two", "invert", *given, "--json", *pictures)
    assert result.exit_code == 0, result.output
    keep, black, invert = json.loads(result.stdout)
    assert [keep["style"], black["style"], invert["style"]] == ["keep", "black", "invert"]
    assert [score["kind"] for score in keep["scores"]] == [
        *("noise", "motion", "motion", "clip", "truth")
    ]
    # What changes nothing flickers as the film does, and the stabiliser calms even that.
    assert keep["figures"]["noise"] == pytest.approx(1)
    assert keep["figures"]["clips"] == pytest.approx(1)
    assert keep["figures"]["noise_stabilised"] < 0.8
    assert invert["figures"]["noise"] == pytest.approx(1, rel=0.01)
    assert black["figures"]["clips"] == 0
    assert read_image(tmp_path / "plot.png").shape[1] > 1000
    assert read_image(tmp_path / "strip.png").shape[1] == 7 * 220


def test_off_is_off_and_the_table_is_short(models: Path, given: list[object]) -> None:
    result = stability("invert", *given, "--strength", 0)
    assert result.exit_code == 0, result.output
    head, row = result.stdout.splitlines()
    assert head.split()[:2] == ["style", "model"]
    assert "1 -> 1" in row
    assert row.endswith("-")
    assert "no style distance of invert" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["invert"], "there are no photos, clips or frames"),
        (["none", "--content", "{photos}"], "no style 'none'"),
        (["invert", "--content", "{photos}/none"], "no images in"),
        (["invert", "--clips", "{photos}/none"], "there is no"),
        (["invert", "--ground-truth", "{photos}"], "no .flo file"),
    ],
)
def test_mistakes(models: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    photo_file(tmp_path / "photos")
    result = stability(*(each.format(photos=tmp_path / "photos") for each in arguments))
    assert message in str(result.exception)


@pytest.mark.parametrize("option", ["--plot", "--strip"])
def test_pictures_that_cannot_be_written_are_refused_before_the_work(option: str) -> None:
    result = stability("no-such-style", option, "picture.xyz")
    assert "unknown file extension" in str(result.exception)
