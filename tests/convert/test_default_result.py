"""Results are named after their input and style, next to the input."""

from pathlib import Path

import pytest

from realtime_nst.convert.default_result import (
    default_image,
    default_painting,
    default_video,
    style_part,
)
from realtime_nst.errors import SinkError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("clips/a.mp4", "clips.2026/b.mp4", "frames/000001.png", "photos/a.jpg"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("source", "styles", "expected"),
    [
        ("in.mp4", ["udnie"], "in.udnie.mp4"),
        ("clips/a.b.MOV", ["Starry Night"], "clips/a.b.starry-night.MOV"),
        ("in.wmv", ["udnie"], "in.udnie.mp4"),
        ("in.gif", ["udnie", "the_scream@5s"], "in.udnie+the-scream.gif"),
        ("clips", ["udnie"], "clips.udnie/"),
        ("clips.2026", ["udnie"], "clips.2026.udnie/"),
        ("frames", ["udnie"], "frames.udnie.mp4"),
        ("frames/%06d.png", ["udnie"], "{folder}/frames.udnie.mp4"),
        (".", ["udnie"], "{folder}.udnie.mp4"),
    ],
)
def test_default_video(source: str, styles: list[str], expected: str, folder: Path) -> None:
    assert default_video(Path(source), styles) == expected.format(folder=folder)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("photo.jpg", "photo.udnie.jpg"),
        ("photo.TIFF", "photo.udnie.png"),
        ("photos", "photos.udnie"),
        ("../photo.png", "../photo.udnie.png"),
    ],
)
def test_default_image(source: str, expected: str) -> None:
    assert str(default_image(Path(source), "udnie")) == expected


@pytest.mark.parametrize("source", ["-", "*.png", "%03d.png", "/dev/null"])
def test_default_image_of_what_has_no_name(source: str) -> None:
    with pytest.raises(SinkError, match="cannot name the result of ") as caught:
        default_image(Path(source), "udnie")
    assert caught.value.hint == "add --output OUT"


def test_default_painting() -> None:
    assert str(default_painting(Path("a.jpg"), ["in/sky.jpg:0.3", "b.png"])) == "a.sky-0.3+b.png"
    assert str(default_painting(Path("photos"), ["b.png"])) == "photos.b"


@pytest.mark.parametrize(
    ("styles", "expected"),
    [
        (["starry-night:0.6,great-wave:0.4"], "starry-night-0.6-great-wave-0.4"),
        (["udnie@quality"], "udnie-quality"),
        (["udnie@1:30"], "udnie"),
        (["models/sunset.onnx:dots"], "sunset-dots"),
        (["../My Sunset.jpg"], "my-sunset"),
        (["s" * 200], "s" * 60),
    ],
)
def test_style_part(styles: list[str], expected: str) -> None:
    assert style_part(styles) == expected
