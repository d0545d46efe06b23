"""``evaluate quality`` as it is typed."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from tests.helpers.scenes import photo, photo_file

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs the [train] extra")
RECIPE = """
name = "tiny-invert"
[[styles]]
name = "invert"
picture = "painting.png"
"""


@pytest.fixture
def given(models: Path, tmp_path: Path) -> list[object]:
    """Options for a photo; the painting is the photo's negative, beside the recipe."""
    photo_file(tmp_path / "photos")
    (models / "tiny-invert" / "recipe.toml").write_text(RECIPE)
    write_image(models / "tiny-invert" / "painting.png", 255 - photo())
    return ["--content", tmp_path / "photos", "--size", 96, "--threads", 1]


def quality(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", "quality", *map(str, arguments)])


def test_quality_without_vgg_measures_images_alone(tmp_path: Path, given: list[object]) -> None:
    sheet = tmp_path / "sheet.png"
    result = quality("tiny-invert", *given, "--no-vgg", "--json", "--sheet", sheet)
    assert result.exit_code == 0, result.output
    (report,) = json.loads(result.stdout)
    assert (report["model"], report["style"]) == ("tiny-invert", "invert")
    assert report["gates"]["order"]["value"] < -0.9
    assert report["gates"]["order"]["least"] == 0.85
    assert report["gates"]["palette"]["value"] < 1
    assert report["failed"] == ["order"]
    assert "wasserstein 2" not in report["gates"]
    assert report["photos"]["astronaut"]["order"] == report["gates"]["order"]["value"]
    assert read_image(sheet).shape[1] > 2 * 360


def test_quality_table_marks_what_fails(given: list[object]) -> None:
    result = quality("invert", "--tier", "fast", *given, "--no-vgg")
    assert result.exit_code == 0, result.output
    head, row = result.stdout.splitlines()
    assert head.split()[:4] == ["style", "model", "low", "band"]
    assert " ! " in row
    assert row.endswith("1 failed")


@needs_torch
def test_quality_compares_with_gatys_and_keeps_its_images(
    tmp_path: Path, given: list[object]
) -> None:
    arguments = ("tiny-invert", *given, "--iterations", 2, "--cache", tmp_path / "gatys", "--json")
    first = quality(*arguments)
    assert first.exit_code == 0, first.output
    (report,) = json.loads(first.stdout)
    for name in ("wasserstein 2", "wasserstein 3", "nearest 3", "nearest 4", "similarity 3"):
        assert report["gates"][name]["most"] > 0
    assert report["gates"]["edges"]["least"] > 0.5
    (kept,) = (tmp_path / "gatys").iterdir()
    before = kept.stat().st_mtime_ns
    assert quality(*arguments).stdout == first.stdout
    assert kept.stat().st_mtime_ns == before


@needs_torch
def test_quality_without_gatys_reports_distances_without_a_gate(given: list[object]) -> None:
    result = quality("tiny-invert", *given, "--iterations", 0, "--json")
    assert result.exit_code == 0, result.output
    (report,) = json.loads(result.stdout)
    assert report["gates"]["wasserstein 2"].keys() == {"value"}
    assert "edges" not in report["gates"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none", "--content", "{photos}"], "no style 'none'"),
        (["invert", "--tier", "fast", "--content", "{photos}/none"], "no images in"),
        (["identity", "--content", "{photos}"], "cannot find the recipe of identity"),
        (["invert", "--content", "{photos}", "--sheet", "sheet.xyz"], "unknown file extension"),
    ],
)
def test_quality_mistakes(
    given: list[object], tmp_path: Path, arguments: list[str], message: str
) -> None:
    told = [each.format(photos=tmp_path / "photos") for each in arguments]
    assert message in str(quality(*told, "--no-vgg").exception)


def test_quality_says_where_a_painting_is_missing(models: Path, given: list[object]) -> None:
    (models / "tiny-invert" / "painting.png").unlink()
    result = quality("tiny-invert", *given, "--no-vgg")
    assert "cannot find painting.png" in str(result.exception)
