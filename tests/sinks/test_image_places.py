"""Pictures have places they can be written to, which is seen before the work."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.errors import SinkError
from realtime_nst.image_io.write import check_picture, write_image


def test_unwritable_image_is_an_error(tmp_path: Path) -> None:
    image = np.zeros((2, 2, 3), np.uint8)
    with pytest.raises(SinkError, match="unknown file extension") as refused:
        write_image(tmp_path / "a.xyz", image)
    assert refused.value.hint == "use one of .png, .jpg, .jpeg, .webp, .avif"
    (tmp_path / "file").touch()
    with pytest.raises(SinkError, match="cannot create"):
        write_image(tmp_path / "file" / "a.png", image)
    with pytest.raises(SinkError, match="cannot store 17000x2 pixels"):
        write_image(tmp_path / "wide.webp", np.zeros((2, 17000, 3), np.uint8))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_check_picture_rejects_unwritable_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_picture(tmp_path / "a.PNG")
    check_picture(tmp_path / "new" / "newer" / "a.png")
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    for place, said in (
        (tmp_path / "a.xyz", "unknown file extension"),
        (tmp_path / "file" / "a.png", "file is not a folder"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(SinkError, match=said):
            check_picture(place)
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(SinkError, match="cannot write into"):
        check_picture(tmp_path / "a.png")


def test_a_sheet_is_refused_before_its_photo_is_read() -> None:
    result = CliRunner().invoke(app, ["styles", "sheet", "missing.png", "-o", "sheet.xyz"])
    assert "unknown file extension" in str(result.exception)
