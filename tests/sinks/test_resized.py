"""Frames of another size for a sink."""

from fractions import Fraction

import numpy as np
import pytest

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.resized import OutputSize

INFO = StreamInfo("camera 0", 64, 48, Fraction(30), None)


class Kept(NullSink):
    """Keeps the frames."""

    def __init__(self, info: StreamInfo) -> None:
        super().__init__(info)
        self.info, self.frames = info, list[Frame]()

    def write(self, frame: Frame) -> None:
        self.frames.append(frame)


@pytest.mark.parametrize(("crop", "edge"), [(False, 0), (True, 200)])
def test_output_size_pads_or_crops(crop: bool, edge: int) -> None:
    opened: list[Kept] = []

    def opener(info: StreamInfo) -> Kept:
        opened.append(Kept(info))
        return opened[0]

    frame = Frame(np.full((48, 64, 3), 200, np.uint8), 0, Fraction(0), 0.0)
    with OutputSize((64, 36), lambda: crop).open(opener, INFO) as sink:
        sink.write(frame)
    (kept,) = opened
    assert (kept.info.width, kept.info.height) == (64, 36)
    image = kept.frames[0].image
    assert image.shape == (36, 64, 3)
    assert image[18, 32, 0] == 200
    assert image[18, 1, 0] == edge


def test_output_size_of_the_source_changes_nothing() -> None:
    for output in (OutputSize(), OutputSize((64, 48))):
        assert isinstance(output.open(Kept, INFO), Kept)
