"""The last frames of a file."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.codecs import VideoOptions
from tests.clips import content


def write_still(path: Path, rate: int, count: int, options: VideoOptions) -> None:
    """The same image again and again, from which encoders make long chains of B-frames."""
    image = np.full((48, 64, 3), 90, np.uint8)
    info = StreamInfo("still", 64, 48, Fraction(rate), count, tick=Fraction(1, rate))
    with open_sink(path, info, options) as sink:
        for index in range(count):
            sink.write(Frame(image, index, Fraction(index, rate), 0.0, Fraction(1, rate)))


@pytest.mark.parametrize(
    ("rate", "counts"), [(30, (31, 61)), (25, (51, 52, 53, 76)), (10, (11, 12, 13, 21, 31))]
)
@pytest.mark.parametrize(("codec", "ending"), [("h264", "mp4"), ("h264", "mov"), ("hevc", "mp4")])
def test_mp4_keeps_last_frame_just_past_a_whole_second(
    tmp_path: Path, codec: str, ending: str, rate: int, counts: tuple[int, ...]
) -> None:
    for count in counts:
        path = tmp_path / f"{count}.{ending}"
        write_still(path, rate, count, VideoOptions(codec))
        assert content(path).pts == [Fraction(index, rate) for index in range(count)]
