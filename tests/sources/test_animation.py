"""Animated images are read as videos if a frame rate is given."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.frame import StreamInfo
from realtime_nst.sinks import open_sink
from realtime_nst.sources import animation, open_source
from realtime_nst.sources.animation import AnimationSource
from realtime_nst.sources.options import ReadOptions
from tests.helpers.video_clips import Clip, content, make
from tests.test_rising_clock import copy

VIDEO = ReadOptions(rate=Fraction(25))
LEVELS, DURATIONS = (0, 50, 100, 150, 250), (100, 40, 0, 300, 20)
TIMES = [Fraction(begin, 1000) for begin in (0, 100, 140, 240, 540)]
"""One without a duration lasts 100 ms."""


def animated(path: Path, *, hidden: bool = False) -> Path:
    """Return an image of five gray levels, hidden where alpha is 0."""
    made = cv2.Animation()
    made.frames = [
        np.full((16, 24, 4), (level, level, level, 0 if hidden else 255), np.uint8)
        for level in LEVELS
    ]
    made.durations = list(DURATIONS)
    done, coded = cv2.imencodeanimation(path.suffix, made)
    assert done
    path.write_bytes(np.asarray(coded, np.uint8).tobytes())
    return path


@pytest.mark.parametrize("ending", ["webp", "png"])
def test_all_frames_come_at_their_times(tmp_path: Path, ending: str) -> None:
    with open_source(animated(tmp_path / f"in.{ending}"), VIDEO) as source:
        frames = list(source)
        assert isinstance(source, AnimationSource)
        assert (source.info.width, source.info.height, source.info.frames) == (24, 16, 5)
    assert [frame.pts for frame in frames] == TIMES
    assert [frame.index for frame in frames] == list(range(5))
    for frame, level in zip(frames, LEVELS, strict=True):
        assert np.abs(frame.image.astype(int) - level).max() <= 3


def test_few_frames_at_a_time_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = animated(tmp_path / "in.webp")
    whole = [(frame.pts, frame.image.tobytes()) for frame in open_source(path, VIDEO)]
    monkeypatch.setattr(animation, "MAX_BLOCK_BYTES", 2 * 16 * 24 * 4)
    assert [(frame.pts, frame.image.tobytes()) for frame in open_source(path, VIDEO)] == whole


def test_part_of_an_animation(tmp_path: Path) -> None:
    path = animated(tmp_path / "in.webp")
    part = ReadOptions(Fraction(1, 10), Fraction(1, 2), rate=Fraction(25))
    with open_source(path, part) as source:
        assert source.info.frames == 3
        assert [frame.pts for frame in source] == [time - TIMES[1] for time in TIMES[1:4]]
    with pytest.raises(SourceError, match="has no frame in the requested part"):
        open_source(path, ReadOptions(Fraction(9), rate=Fraction(25)))


def test_hidden_frames_are_white(tmp_path: Path) -> None:
    for frame in open_source(animated(tmp_path / "in.webp", hidden=True), VIDEO):
        assert frame.image.min() == 255


def test_own_webp_comes_back_whole(tmp_path: Path) -> None:
    """Convert it with the video sink, which also reads the input's other streams."""
    clip = make(tmp_path / "in.mp4", Clip(64, 48, ticks=tuple(range(0, 12 * 512, 512))))
    copy(clip, tmp_path / "own.webp")
    with (
        open_source(tmp_path / "own.webp", VIDEO) as source,
        open_sink(tmp_path / "out.mp4", source.info) as sink,
    ):
        for frame in source:
            sink.write(frame)
    assert sink.notes == ()
    assert len(content(tmp_path / "out.mp4").pts) == 12


def test_still_stays_a_still(tmp_path: Path) -> None:
    path = tmp_path / "in.webp"
    path.write_bytes(cv2.imencode(".webp", np.full((8, 8, 3), 9, np.uint8))[1].tobytes())
    assert not isinstance(open_source(path, VIDEO), AnimationSource)
    for broken in (b"", b"RIFF and nothing else"):
        path.write_bytes(broken)
        with pytest.raises(SourceError):
            open_source(path, VIDEO)


def test_image_of_an_animation_is_its_first_frame_with_a_note(tmp_path: Path) -> None:
    source = open_source(animated(tmp_path / "in.webp"))
    info: StreamInfo = source.info
    assert "only its first frame" in info.notes[0]
    assert len(list(source)) == 1
