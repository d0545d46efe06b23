"""Recordings of live frames: clock, several sinks at once, and a crash."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from random import Random

import av
import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.tee import Tee
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sinks.video.recording import RecordingSink
from realtime_nst.sinks.video.sink import partial_of
from tests.helpers.video_clips import content

INFO = StreamInfo("camera 0", 64, 48, None, None)
CRASHING = """
import os, signal, sys
from fractions import Fraction
from pathlib import Path
from realtime_nst.sinks.video.recording import RecordingSink
from realtime_nst.sources.synthetic import SyntheticSource

source = SyntheticSource(160, 120, Fraction(30), 150)
with RecordingSink(Path(sys.argv[1]), source.info) as sink:
    for frame in source:
        sink.write(frame)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def frame(seconds: Fraction, index: int = 0) -> Frame:
    return Frame(np.full((48, 64, 3), 9, np.uint8), index, seconds, 0.0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm", ".avi"])
def test_recording_is_playable_after_a_crash(tmp_path: Path, ending: str) -> None:
    """Of five seconds at most the last one, and half a one of the encoder's, are lost."""
    path = tmp_path / f"live{ending}"
    ended = subprocess.run([sys.executable, "-c", CRASHING, str(path)], check=False)
    assert ended.returncode == -9
    assert not path.exists()
    times = content(partial_of(path)).pts
    assert len(times) >= 105
    # The last one may have come before up to three that are shown earlier: x264's B-frames.
    assert 0 <= times[-1] - Fraction(len(times) - 1, 30) <= Fraction(3, 30)


def test_its_clock_starts_with_its_first_frame_and_keeps_the_gaps(tmp_path: Path) -> None:
    moments = [Fraction(700, 100), Fraction(703, 100), Fraction(720, 100)]
    with RecordingSink(tmp_path / "late.mp4", INFO) as sink:
        for index, moment in enumerate(moments):
            sink.write(frame(moment, 500 + index))
    assert [float(time) for time in content(tmp_path / "late.mp4").pts] == pytest.approx(
        [0, 0.03, 0.2], abs=1e-4
    )


@pytest.mark.parametrize("ending", [".mp4", ".mov"])
def test_frame_rate_of_a_recording_is_not_its_time_base(tmp_path: Path, ending: str) -> None:
    """FFmpeg takes the encoder's rate, or that of its fields."""
    path = tmp_path / f"live{ending}"
    random = Random(1)
    times = [Fraction(3000 * n + random.randint(-720, 720), 90000) for n in range(90)]
    with RecordingSink(path, INFO, VideoOptions(preset="superfast", live=True)) as sink:
        for index, time in enumerate(times):
            sink.write(frame(time, index))
    with av.open(str(path)) as file:
        assert file.streams.video[0].base_rate in (30, 60)
    assert list(content(path).pts) == [time - times[0] for time in times]


class Noted(NullSink):
    """Notes what is done to it."""

    def __init__(self, name: str, log: list[str]) -> None:
        self.notes = (f"note of {name}",)
        self._name, self._log = name, log

    def write(self, frame: Frame) -> None:
        self._log.append(f"{self._name} {frame.index}")

    def __exit__(self, *details: object) -> None:
        self._log.append(f"{self._name} closed")


def test_sinks_come_and_go_between_frames() -> None:
    log: list[str] = []
    with Tee([lambda: Noted("a", log)]) as tee:
        tee.write(frame(Fraction(0), 0))
        added = tee.add(lambda: Noted("b", log))
        assert list(tee.notes) == ["note of a", "note of b"]
        tee.write(frame(Fraction(1), 1))
        tee.remove(added)
        tee.write(frame(Fraction(2), 2))
        assert list(tee.notes) == ["note of a"]
    assert log == ["a 0", "a 1", "b 1", "b closed", "a 2", "a closed"]


def test_a_sink_may_end_another_while_it_is_written_to() -> None:
    """As a window does when a key ends the recording."""
    log: list[str] = []
    with Tee([]) as tee:

        class Window(Noted):
            def write(self, frame: Frame) -> None:
                tee.remove(recording)

        tee.add(lambda: Window("window", log))
        recording = tee.add(lambda: Noted("recording", log))
        tee.write(frame(Fraction(0)))
    assert log == ["recording closed", "window closed"]


def test_every_sink_is_closed_whatever_one_does() -> None:
    log: list[str] = []

    class Broken(Noted):
        def __exit__(self, *details: object) -> None:
            super().__exit__(*details)
            raise SinkError("disk full", "make room")

    with pytest.raises(SinkError, match="disk full"), Tee([lambda: Noted("a", log)]) as tee:
        tee.add(lambda: Broken("b", log))
    assert log == ["b closed", "a closed"]


def test_tee_continues_without_a_sink_that_fails() -> None:
    log: list[str] = []
    failed: list[str] = []

    class Full(Noted):
        def write(self, frame: Frame) -> None:
            raise SinkError("disk full", "make room")

    with Tee(
        [lambda: Full("a", log), lambda: Noted("b", log)],
        lambda _, error: failed.append(str(error)),
    ) as tee:
        tee.write(frame(Fraction(0), 0))
        tee.write(frame(Fraction(1), 1))
    assert log == ["a closed", "b 0", "b 1", "b closed"]
    assert failed == ["disk full"]


def test_tee_raises_the_error_of_the_last_sink() -> None:
    class Full(Noted):
        def write(self, frame: Frame) -> None:
            raise SinkError("disk full", "make room")

    with pytest.raises(SinkError, match="disk full"), Tee([lambda: Full("a", [])]) as tee:
        tee.write(frame(Fraction(0), 0))


def test_one_that_cannot_be_opened_closes_those_before() -> None:
    log: list[str] = []

    def fails() -> NullSink:
        raise SinkError("no", "try again")

    with pytest.raises(SinkError, match="no"), Tee([lambda: Noted("a", log), fails]):
        pass
    assert log == ["a closed"]
