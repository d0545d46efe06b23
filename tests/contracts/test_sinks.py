"""Contract of all sinks. A new sink is one more entry of ``ADDRESSES``."""

from pathlib import Path

import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks import open_sink
from realtime_nst.sources.synthetic import SyntheticSource
from tests.helpers.video_clips import NTSC, content

NAMED = ["null", "http://127.0.0.1:0/"]
VIDEOS = ["out.mp4", "out.mov", "out.mkv", "out.webm", "out.avi"]
ADDRESSES = [*NAMED, *VIDEOS, "folder"]


def place(folder: Path, address: str) -> str | Path:
    return address if address in NAMED else folder / address


def clip(width: int = 64, height: int = 48, count: int = 3) -> tuple[StreamInfo, list[Frame]]:
    source = SyntheticSource(width, height, NTSC, count)
    return source.info, list(source)


@pytest.mark.parametrize("address", ADDRESSES)
def test_three_frames(tmp_path: Path, address: str) -> None:
    info, frames = clip()
    with open_sink(place(tmp_path, address), info) as sink:
        for frame in frames:
            sink.write(frame)
    with sink:  # closing twice is safe
        pass
    assert not list(tmp_path.rglob("*partial*"))


@pytest.mark.parametrize("address", VIDEOS)
@pytest.mark.parametrize("size", [(64, 48), (65, 49), (64, 49), (16, 16)])
def test_size_count_and_rate_are_kept(tmp_path: Path, address: str, size: tuple[int, int]) -> None:
    info, frames = clip(*size, count=12)
    with open_sink(tmp_path / address, info) as sink:
        for frame in frames:
            sink.write(frame)
    found = content(tmp_path / address)
    assert found.size == size
    assert len(found.pts) == 12
    # Matroska counts in milliseconds.
    assert float(found.rate) == pytest.approx(float(NTSC), rel=0.002)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_error_before_any_frame_leaves_nothing(tmp_path: Path, address: str) -> None:
    info, _ = clip()
    with pytest.raises(RuntimeError), open_sink(place(tmp_path, address), info):
        raise RuntimeError
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("address", VIDEOS)
def test_an_error_in_the_middle_leaves_a_playable_partial_file(
    tmp_path: Path, address: str
) -> None:
    info, frames = clip()
    (tmp_path / address).write_text("an older result")
    with pytest.raises(RuntimeError) as caught, open_sink(tmp_path / address, info) as sink:
        sink.write(frames[0])
        sink.write(frames[1])
        raise RuntimeError
    partial = tmp_path / address.replace(".", ".partial.")
    assert len(content(partial).pts) == 2
    assert str(partial) in caught.value.__notes__[0]
    assert (tmp_path / address).read_text() == "an older result"


@pytest.mark.parametrize("address", VIDEOS)
def test_ctrl_c_leaves_a_playable_file(tmp_path: Path, address: str) -> None:
    info, frames = clip()
    with pytest.raises(KeyboardInterrupt), open_sink(tmp_path / address, info) as sink:
        sink.write(frames[0])
        sink.write(frames[1])
        raise KeyboardInterrupt
    assert len(content(tmp_path / address).pts) == 2
    assert not list(tmp_path.glob("*partial*"))


@pytest.mark.parametrize("address", [*VIDEOS, "out.png"])
def test_a_folder_that_is_not_there(tmp_path: Path, address: str) -> None:
    info, frames = clip(count=1)
    (tmp_path / "file").touch()
    target = tmp_path / "file" / address
    with pytest.raises(SinkError) as caught, open_sink(target, info) as sink:
        sink.write(frames[0])
    assert caught.value.hint


def test_an_unknown_ending(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="unknown file extension") as caught:
        open_sink(tmp_path / "out.xyz", clip()[0])
    assert ".mp4" in caught.value.hint


def test_frames_of_another_size(tmp_path: Path) -> None:
    info, _ = clip()
    with (
        pytest.raises(SinkError, match="but a frame is 8x8"),
        open_sink(tmp_path / "out.mp4", info) as sink,
    ):
        sink.write(Frame(np.zeros((8, 8, 3), np.uint8), 0, info.start, 0.0))
    assert not list(tmp_path.iterdir())
