"""``gatys`` over a folder of photos."""

import json
from pathlib import Path

import pytest

from realtime_nst.errors import NstError, SourceError, TrainError
from realtime_nst.gatys import session
from realtime_nst.image_io.write import write_image
from tests.gatys.test_command import call
from tests.helpers.gatys_images import half, written
from tests.helpers.recipes import photo


def test_a_folder_is_done_photo_by_photo_and_gone_on_with(tmp_path: Path) -> None:
    folder, out = tmp_path / "photos", tmp_path / "targets"
    _, style = written(tmp_path)
    (folder / "deep").mkdir(parents=True)
    write_image(folder / "a.png", photo(1))
    write_image(folder / "deep" / "a.jpg", photo(2))
    first = call(folder, style, "-o", out)
    assert first.exit_code == 0, first.output
    assert "0 of 2 already done" in first.output
    manifest = json.loads((out / "manifest.json").read_text())
    assert [entry["target"] for entry in manifest["targets"]] == ["a.png.png", "deep/a.jpg.png"]
    (out / "a.png.png").unlink()
    write_image(folder / "new.png", photo(3))
    again = call(folder, style, "-o", out)
    assert "1 of 3 already done" in again.output
    assert len(json.loads((out / "manifest.json").read_text())["targets"]) == 3
    assert (out / "a.png.png").is_file()
    other = call(folder, style, "-o", out, "--style-weight", "heavy")
    assert isinstance(other.exception, NstError)
    assert "made with other settings" in str(other.exception)
    inside = call(folder, style, "-o", folder / "targets")
    assert "is inside the folder of photos" in str(inside.exception)


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Path, Path]:
    """Write a folder of two photos, and a style next to it."""
    (tmp_path / "photos").mkdir()
    for number, name in enumerate(("a.png", "b.png")):
        write_image(tmp_path / "photos" / name, photo(number))
    return tmp_path / "photos", written(tmp_path)[1]


def test_a_photo_that_cannot_be_read_is_left_out(tmp_path: Path, photos: tuple[Path, Path]) -> None:
    (photos[0] / "a.png").write_text("no picture")
    result = call(*photos, "-o", tmp_path / "targets")
    assert result.exit_code == 1
    assert "a.png: not a supported image" in result.stderr
    assert f"skipped: {photos[0] / 'a.png'}" in result.stderr
    manifest = json.loads((tmp_path / "targets" / "manifest.json").read_text())
    assert [entry["photo"] for entry in manifest["targets"]] == ["b.png"]


def test_a_style_that_cannot_be_read_stops_a_folder_at_once(
    tmp_path: Path, photos: tuple[Path, Path]
) -> None:
    photos[1].write_text("no picture")
    result = call(*photos, "-o", tmp_path / "targets")
    assert isinstance(result.exception, SourceError)
    assert "left out" not in result.stderr


@pytest.mark.parametrize(
    "option", [("--trace", "t.json"), ("--plot", "p.png"), ("--save-every", 2)]
)
def test_what_only_a_single_photo_has_is_refused_for_a_folder(
    tmp_path: Path, photos: tuple[Path, Path], option: tuple[object, ...]
) -> None:
    result = call(*photos, "-o", tmp_path / "targets", *option)
    assert isinstance(result.exception, TrainError)
    assert f"cannot apply {option[0]} to a folder" in str(result.exception)
    assert not (tmp_path / "targets").exists()


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--content-mask", "content_masks_sha256"),
        ("--style-mask", "style_masks_sha256"),
        ("--init", "init_sha256"),
    ],
)
def test_a_folder_is_not_gone_on_with_by_another_mask_or_beginning(
    tmp_path: Path, photos: tuple[Path, Path], option: str, told: str
) -> None:
    changing, out = tmp_path / "changing.png", tmp_path / "targets"
    write_image(changing, half("left"))
    assert call(*photos, "-o", out, option, changing).exit_code == 0
    assert "2 of 2 already done" in call(*photos, "-o", out, option, changing).output
    write_image(changing, half("right"))
    assert told in str(call(*photos, "-o", out, option, changing).exception)


def test_tiles_are_told_for_each_photo_of_a_folder(
    tmp_path: Path, photos: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "fitting", lambda *_: (32, "measured in tiles"))
    result = call(*photos, "-o", tmp_path / "targets")
    assert f"note: {photos[0] / 'a.png'}: measured in tiles" in result.stderr
    assert f"note: {photos[0] / 'b.png'}: measured in tiles" in result.stderr
