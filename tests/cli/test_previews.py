"""``video --preview``: the picture beside the input, and the estimate."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from realtime_nst.cli.app import app
from realtime_nst.convert.file_info import file_info
from realtime_nst.errors import NstError, SinkError
from realtime_nst.image_io.read import read_image
from tests.helpers.http_files import serving
from tests.helpers.video_clips import Clip, make

CLIP = Clip(ticks=tuple(range(0, 60 * 512, 512)))


def preview(*words: object, code: int = 0) -> Result:
    command = ["video", *map(str, words), "-s", "invert", "--preview", "--device", "cpu"]
    result = CliRunner().invoke(app, command)
    if isinstance(result.exception, NstError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_preview_is_written_beside_the_input(models: Path, tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", CLIP)
    lines = preview(clip, "--size", "32x24").stderr.splitlines()
    path = tmp_path / "in.invert.preview.jpg"
    assert f"{path}: frames at 0:00, 0:01 and 0:02; the input on the right" in lines
    assert lines[-1].startswith("the whole will take about 0:")
    assert "60 frames at " in lines[-1]
    assert read_image(path).shape == (3 * 24 + 16, 2 * 32 + 8, 3)
    assert file_info(path).settings["style"] == "invert"
    assert sorted(each.name for each in tmp_path.glob("in*")) == ["in.invert.preview.jpg", "in.mp4"]


def test_existing_preview_needs_an_answer(models: Path, tmp_path: Path) -> None:
    clip, path = make(tmp_path / "in.mp4", CLIP), tmp_path / "in.invert.preview.jpg"
    path.write_bytes(b"mine")
    with pytest.raises(SinkError, match="it exists already"):
        preview(clip)
    preview(clip, "--no-clobber")
    assert path.read_bytes() == b"mine"
    preview(clip, "--overwrite")
    assert path.read_bytes() != b"mine"


def test_previews_of_a_folder_as_json(models: Path, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    for name in ("a.mp4", "b.mkv"):
        make(clips / name, CLIP)
    rows = json.loads(preview(clips, tmp_path / "out", "--json").stdout)
    assert [Path(row["preview"]).name for row in rows] == [
        "a.invert.preview.jpg",
        "b.invert.preview.jpg",
    ]
    assert all(row["frames"] == 60 and row["seconds"] > 0 for row in rows)
    assert not (tmp_path / "out").exists()


def test_preview_of_a_url_is_in_the_current_folder(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "root").mkdir()
    make(tmp_path / "root" / "film.mp4", CLIP)
    monkeypatch.chdir(tmp_path)
    with serving(tmp_path / "root") as server:
        preview(server.url("film.mp4"))
    assert (tmp_path / "film.invert.preview.jpg").exists()


def test_pipe_has_no_preview(models: Path, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="cannot name the result of -"):
        preview("-", tmp_path / "out.mp4")
