"""Media files open alike with every supported PyAV."""

from pathlib import Path

import av
import pytest

from realtime_nst.pyav import file_url, open_input, readable
from realtime_nst.sources import open_source
from tests.helpers.video_clips import make_rich
from tests.sinks.video.test_streams import copy


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_metadata_in_unknown_encoding_is_readable(tmp_path: Path, ending: str) -> None:
    """As the titles, chapters and languages of old files are."""
    data = make_rich(tmp_path / "in.mkv").read_bytes()
    for text in (b"A film", b"Part 0", b"ger"):
        assert text in data
        data = data.replace(text, text[:-1] + b"\xe9")
    (tmp_path / "old.mkv").write_bytes(data)
    with open_source(tmp_path / "old.mkv") as source:
        notes = (*source.info.notes, *copy(tmp_path / "old.mkv", tmp_path / f"out.{ending}"))
    "\n".join(notes).encode()  # or they could not be printed
    with av.open(str(tmp_path / f"out.{ending}")) as file:
        assert file.metadata["title"] == "A fil\ufffd"
        assert file.chapters()[0]["metadata"]["title"] == "Part \ufffd"


def test_open_input_takes_a_name_for_a_file(tmp_path: Path) -> None:
    with open_input(file_url(make_rich(tmp_path / "in.mkv"))) as file:
        assert len(file.streams.video) == 1
    with pytest.raises(av.FileNotFoundError):
        open_input(file_url(Path("concat:in.mkv")))


def test_readable_keeps_what_is_text() -> None:
    assert readable("Straße") == "Straße"
    assert readable("caf\udce9") == "caf\ufffd"
