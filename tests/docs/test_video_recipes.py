"""The recipes of docs/video.md pass a dry run, and its table of formats is true."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realtime_nst.cli.app import app
from realtime_nst.sinks.video.codecs import CODECS, CONTAINERS, SELECTABLE_CODECS, VideoOptions
from realtime_nst.sinks.video.sink import VideoSink
from realtime_nst.sources.synthetic import SyntheticSource
from tests.contracts.test_sources import picture
from tests.helpers.http_files import serving
from tests.helpers.video_clips import Clip, make

PAGE = Path(__file__).parents[2] / "docs" / "video.md"
RECIPES = [
    line.partition(" > ")[0]
    for block in re.findall(r"```\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("realtime-nst video")
]


def test_page_contains_recipes() -> None:
    assert len(RECIPES) >= 10


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clip of 80 seconds with few frames."""
    ticks = tuple(range(0, 40 * 25600, 25600))
    return make(tmp_path_factory.mktemp("clip") / "in.mp4", Clip(ticks=ticks))


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe_passes_dry_run(
    recipe: str, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "in.mp4",
        "IN.mp4",
        "IMG_0001.MOV",
        "broken.mp4",
        "clips/a.mov",
        "clips/b.mov",
        "film.mp4",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(clip.read_bytes())
    picture(tmp_path / "frames" / "000001.png", 64, 48)
    monkeypatch.chdir(tmp_path)
    with serving(tmp_path) as server:
        recipe = recipe.replace("https://example.org/", server.url(""))
        result = CliRunner().invoke(app, [*shlex.split(recipe)[1:], "--dry-run"])
    assert result.exit_code == 0, result.output
    assert "  -> " in result.output


def test_formats_table_lists_supported_codecs(tmp_path: Path) -> None:
    """Every codec in the table can be written to the formats of its row."""
    for row in re.findall(r"^\| ((?:\.\w+ ?)+)\| (h264|vp9); ([\w, ]+) \|", PAGE.read_text(), re.M):
        endings, usual, others = row[0].split(), row[1], row[2].split(", ")
        for ending in endings:
            assert CONTAINERS[ending].codec == usual
            for codec in (
                [name for name in SELECTABLE_CODECS if "_" not in name]
                if others == ["all"]
                else others
            ):
                assert codec in CODECS
                info = SyntheticSource(64, 48).info
                with VideoSink(tmp_path / f"a{ending}", info, VideoOptions(codec)) as sink:
                    for frame in SyntheticSource(64, 48, frames=2):
                        sink.write(frame)
