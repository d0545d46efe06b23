"""Files may have any name that the system lets them have."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.convert.fingerprint import fingerprint
from realtime_nst.convert.jobs import jobs_for
from realtime_nst.errors import SinkError
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.images import ImageSink
from realtime_nst.sinks.journal import Journal, nothing
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sinks.video.recovery import whole_packets
from realtime_nst.sources import open_source
from tests.helpers.video_clips import Clip, content, make

NAMES = [
    "12:30 clip.mp4",
    "pipe:0.mp4",
    "50%delay.mp4",
    "frame%06d.mp4",
    "a[1]#x?y.mp4",
    "-dash.mp4",
    "new\nline.mp4",
    "l" * 251 + ".mp4",
]


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids these characters")
@pytest.mark.parametrize("name", NAMES)
def test_video_source_odd_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "in.mp4", Clip(sound="aac")).rename(name)
    assert [job.source for job in jobs_for([Path(name)], Path("out.mp4"))] == [Path(name)]
    assert fingerprint(Path(name))
    with open_source(name) as source, open_sink("out.mp4", source.info) as sink:
        for frame in source:
            sink.write(frame)
    made = content(tmp_path / "out.mp4")
    assert (len(made.pts), len(made.sound)) == (10, 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids these characters")
@pytest.mark.parametrize("name", [*NAMES, "part 1: out.mkv", "10%d.webp"])
def test_video_sink_odd_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A journal makes the sink look for what an earlier run has left."""
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "in.mp4", Clip(sound="aac"))
    journal = Journal(Path(name), {}, nothing) if not name.endswith(".webp") else None
    with (
        open_source("in.mp4") as source,
        open_sink(name, source.info, VideoOptions(), journal) as sink,
    ):
        for frame in source:
            sink.write(frame)
    if name == "10%d.webp":  # the ending of an image, too: there it is a pattern
        assert len(list(tmp_path.glob("10*.webp"))) == 10
    else:
        assert whole_packets(Path(name)) == 10


def test_video_sink_name_too_long_is_an_error(tmp_path: Path) -> None:
    make(tmp_path / "in.mp4", Clip())
    with (
        open_source(tmp_path / "in.mp4") as source,
        pytest.raises(SinkError, match="too long") as caught,
    ):
        open_sink(tmp_path / ("l" * 252 + ".mp4"), source.info)
    assert caught.value.hint == "choose a shorter name"


def test_image_sink_single_image_with_percent(tmp_path: Path) -> None:
    image = np.zeros((4, 5, 3), np.uint8)
    (tmp_path / "50%d.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
    (tmp_path / "out").mkdir()
    with (
        open_source(tmp_path / "50%d.png") as source,
        open_sink(tmp_path / "out" / "50%delay.png", source.info) as sink,
    ):
        assert isinstance(sink, ImageSink)
        for frame in source:
            sink.write(frame)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["50%delay.png"]


def test_folder_with_brackets_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "takes [1]").mkdir()
    (tmp_path / "takes [1]" / "a.mp4").touch()
    (job,) = jobs_for([tmp_path / "takes [1]" / "*.mp4"], tmp_path / "out")
    assert job.source == tmp_path / "takes [1]" / "a.mp4"


def test_folder_images_are_sorted_naturally(tmp_path: Path) -> None:
    for number in (1, 2, 10, 11):
        image = np.full((4, 5, 3), number, np.uint8)
        (tmp_path / f"f{number}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
    with open_source(tmp_path) as source:
        assert [int(frame.image[0, 0, 0]) for frame in source] == [1, 2, 10, 11]
