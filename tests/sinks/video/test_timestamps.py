"""Timestamps in files that cannot hold every one."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.video.codecs import CONTAINERS
from realtime_nst.sinks.video.timestamps import Clock
from realtime_nst.sources import open_source
from tests.helpers.video_clips import Clip, content, make

INFO = StreamInfo("", 64, 48, Fraction(25), None, time_base=Fraction(1, 12800))


def ticks_of(
    ending: str, info: StreamInfo, times: Sequence[Fraction]
) -> tuple[list[int | None], list[str]]:
    notes: list[str] = []
    clock = Clock(CONTAINERS[ending], info, ending, notes)
    return [clock.next(time) for time in times], notes


@pytest.mark.parametrize(
    ("rate", "kept", "seconds"), [(25, 25, 1), (50, 50, 1), (60, 50, 1), (120, 50, 1)]
)
def test_gif_shows_no_frame_for_less_than_two_hundredths(
    rate: int, kept: int, seconds: int
) -> None:
    times = [Fraction(index, rate) for index in range(rate * seconds)]
    ticks, notes = ticks_of(".gif", replace(INFO, rate=Fraction(rate)), times)
    shown = [tick for tick in ticks if tick is not None]
    assert len(shown) == pytest.approx(kept, abs=1)
    assert min(np.diff(shown)) >= 2
    assert shown[-1] == pytest.approx(100 * float(times[-1]), abs=2)
    said = [".gif holds at most 50 frames per second: some are dropped"]
    assert notes == (said if rate > 50 else [])


def test_gif_reports_a_short_burst_of_frames() -> None:
    times = [Fraction(index, 10) for index in range(5)]
    times += [Fraction(1, 2) + Fraction(index, 100) for index in range(5)]
    ticks, notes = ticks_of(".gif", replace(INFO, rate=Fraction(10)), times)
    assert None in ticks
    assert len(notes) == 1


PAUSE = tuple(index * 512 + (index >= 25) * 4 * 12800 for index in range(50))
"""25 frames, four seconds of nothing, 25 frames."""


@pytest.mark.parametrize("ending", ["avi", "y4m"])
def test_file_of_one_rate_keeps_variable_times(tmp_path: Path, ending: str) -> None:
    source = make(tmp_path / "in.mp4", Clip(ticks=PAUSE))
    out = tmp_path / f"out.{ending}"
    with open_source(source) as frames, open_sink(out, frames.info) as sink:
        assert frames.info.rate == pytest.approx(Fraction(25, 3), abs=0.1)
        for frame in frames:
            sink.write(frame)
    assert not sink.notes
    if ending == "y4m":
        assert content(out).pts == [Fraction(index, 25) for index in range(150)]
        return
    with av.open(str(out)) as file:  # in AVI, empty packets repeat the frame before them
        shown = [packet.dts for packet in file.demux(video=0) if packet.size]
    assert shown == [tick // 512 for tick in PAUSE]


def test_file_of_one_rate_reports_what_it_cannot_keep(tmp_path: Path) -> None:
    info = replace(INFO, rate=Fraction(10), base_rate=Fraction(600))
    image = np.zeros((48, 64, 3), np.uint8)
    with open_sink(tmp_path / "out.avi", info) as sink:
        for index, time in enumerate((0, 0.01, 0.02, 0.03, 1)):
            sink.write(Frame(image, index, Fraction(time), 0.0))
    assert sink.notes == ("frames are early or late: .avi has a constant 10 fps; use --fps 10",)


@pytest.mark.parametrize(
    ("rate", "base", "expected"),
    [
        ("25", "25", "25"),
        ("25/3", "25", "25"),
        ("25", "50", "25"),  # interlaced
        ("24", "90000", "24"),
        ("30000/1001", "30", "30000/1001"),
        ("60000", "25", "25"),  # raw DV
    ],
)
def test_rate_of_a_file_of_one_rate(rate: str, base: str, expected: str) -> None:
    info = replace(INFO, rate=Fraction(rate), base_rate=Fraction(base))
    assert Clock(CONTAINERS[".avi"], info, ".avi", []).rate == Fraction(expected)
