"""First looks: any image as a style, without training."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.cache_folder import VARIABLE
from realtime_nst.errors import ModelError
from realtime_nst.frame import Image
from realtime_nst.image_metrics import decibels
from realtime_nst.inference.session import open_session
from realtime_nst.models.checksum import is_whole
from realtime_nst.models.first_look import first_look, nearest
from realtime_nst.models.onnx_model import read_network
from realtime_nst.models.registry import find_style, read_model, shipped_folders
from realtime_nst.palette.texture import texture_distance

FAST = next(
    folder / "gallery-fast" / "model.onnx"
    for folder in shipped_folders()
    if (folder / "gallery-fast" / "model.onnx").is_file()
)


@pytest.fixture
def sunset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create an image of red, violet and some yellow, and an empty cache."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    rng = np.random.default_rng(6)
    rows = np.linspace(0, 1, 200)[:, None, None]
    sky = np.array([120, 20, 60]) * (1 - rows) + np.array([30, 90, 230]) * rows
    picture = np.repeat(sky, 300, axis=1) + rng.normal(0, 10, (200, 300, 3))
    picture[150:170, 100:200] = (60, 230, 250)
    cv2.imwrite(str(tmp_path / "My Sunset.png"), picture.clip(0, 255).astype(np.uint8))
    return tmp_path / "My Sunset.png"


def photo() -> Image:
    y, x = np.mgrid[:160, :200]
    waves = 128 + 110 * np.sin(x / 37 + y / 53)
    return np.repeat(waves[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)


def test_find_style_creates_first_look(sunset: Path) -> None:
    choice = find_style(str(sunset))
    assert choice.model.styles == ["my-sunset"]
    assert "first look" in choice.note
    assert f"realtime-nst train {sunset}" in choice.note
    painted = open_session(choice.model.path, "cpu", threads=1, precision="fp32").run(photo())
    blue, green, red = painted.reshape(-1, 3).mean(axis=0)
    assert red > green + 30  # grey in, sunset out
    assert red > blue + 20


def test_first_look_files_are_complete_and_agree(sunset: Path) -> None:
    made, source = first_look(sunset, [(FAST, read_model(FAST).card)])
    int8 = made.parent / "int8" / "my-sunset.onnx"
    for path, precision in ((made, "fp32"), (int8, "int8"), (made.with_name("fp16.onnx"), "fp16")):
        assert is_whole(path.read_bytes())
        card = read_network(path).card
        assert (card.precision, [style.name for style in card.styles]) == (precision, ["my-sunset"])
        assert source.style.name in card.name
    exact, bytes_ = (
        open_session(path, "cpu", threads=1, precision=precision).run(photo()).astype(float)
        for path, precision in ((made, "fp32"), (int8, "int8"))
    )
    assert decibels(float(np.mean((exact - bytes_) ** 2))) > 30


def test_first_look_is_cached(sunset: Path) -> None:
    model = [(FAST, read_model(FAST).card)]
    first = first_look(sunset, model)[0]
    written = first.stat().st_mtime_ns
    assert first_look(sunset, model)[0] == first
    assert first.stat().st_mtime_ns == written


def test_nearest_of_each_painting_is_itself() -> None:
    card = read_model(FAST).card
    for number, style in enumerate(card.styles):
        away = [texture_distance(style.texture, each.texture) for each in card.styles]
        assert int(np.argmin(away)) == number


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"", "not an image"), (b"text", "not an image")]
)
def test_first_look_refuses_other_files(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "sunset.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=said):
        find_style(str(path))


def test_nearest_needs_a_palette_base() -> None:
    with pytest.raises(ModelError, match="no model has a palette base"):
        nearest(photo(), [])
