"""Contract of all sources. A new source is one more entry of ``MAKERS``."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.sources import Source, open_source
from tests.helpers.video_clips import Clip, make


def picture(path: Path, width: int = 31, height: int = 17) -> Path:
    """Return an image file."""
    path.parent.mkdir(exist_ok=True)
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return path


def folder(path: Path) -> Path:
    """Return three images of different sizes."""
    for index in range(3):
        picture(path / f"{index}.png", 20 + index)
    return path


MAKERS: dict[str, Callable[[Path], str | Path]] = {
    "synthetic": lambda _: "synthetic:33x21,30000/1001,4",
    "mp4": lambda path: make(path / "clip.mp4", Clip()),
    "odd": lambda path: make(path / "odd.mkv", Clip(65, 49, pixels="yuv444p")),
    "picture": lambda path: picture(path / "ünï 図.jpg"),
    "folder": lambda path: folder(path / "pictures"),
}
BAD = {
    "missing": "there is no",
    "http://a:secret@camera/clip.mp4": r"cannot read http://\*\*\*@camera/",
    "text.mp4": "not a supported video",
    "text.png": "not a supported image",
    "empty.mp4": "not a supported video",
    "empty.png": "not a supported image",
    "folder": "no images in",
    "sound.mp4": "contains no video",
    "synthetic:nonsense": "cannot read synthetic:nonsense",
}


@pytest.fixture(params=MAKERS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    return open_source(MAKERS[request.param](tmp_path))


def test_frames_are_numbered_and_their_times_rise(source: Source) -> None:
    with source:
        frames = list(source)
    times = [frame.pts for frame in frames]
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert times[0] == 0
    assert times == sorted(set(times))
    captured = [frame.captured_at for frame in frames]
    assert captured == sorted(captured)


def test_frames_are_as_announced(source: Source) -> None:
    with source:
        frames = list(source)
    assert frames[0].image.shape == (source.info.height, source.info.width, 3)
    assert source.info.frames == len(frames)
    for frame in frames:
        assert frame.image.dtype == np.uint8
        assert frame.image.flags.c_contiguous


def test_closing_early_and_twice(source: Source) -> None:
    with source:
        next(iter(source))
    with source:
        pass


@pytest.mark.parametrize(("address", "message"), BAD.items())
def test_what_cannot_be_read(tmp_path: Path, address: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("text.mp4", "text.png"):
        (tmp_path / name).write_text("Not what it says it is.\n" * 50)
    for name in ("empty.mp4", "empty.png"):
        (tmp_path / name).touch()
    _sound_only(tmp_path / "sound.mp4")
    place = address if ":" in address else tmp_path / address
    with pytest.raises(SourceError, match=message) as caught:
        open_source(place)
    assert caught.value.hint


def _sound_only(path: Path) -> None:
    import av

    whole = make(path.with_name("whole.mp4"), Clip(sound="aac"))
    with av.open(str(whole)) as source, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
