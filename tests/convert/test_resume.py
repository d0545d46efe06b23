"""A resumed conversion gives the same result as an uninterrupted one."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import av
import pytest

from realtime_nst.convert.jobs import Job
from realtime_nst.convert.resume import find_resume_point
from realtime_nst.convert.transforms import OutputShape, transform
from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame
from realtime_nst.sinks import journal as journals
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.journal import Journal, ResumePoint
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from tests.helpers.video_clips import Clip, content, make

COMMAND = [sys.executable, "-m", "realtime_nst", "video"]
AS_IT_IS = OutputShape()
UNEVEN = tuple(index * 512 + 200 * (index % 3) for index in range(110))
KINDS = [
    ("h264", "mp4"),
    ("hevc", "mp4"),
    ("av1", "mp4"),
    ("vp9", "mp4"),
    ("prores", "mov"),
    ("h264", "mkv"),
    ("hevc", "mkv"),
    ("ffv1", "mkv"),
    ("vp9", "webm"),
    ("av1", "webm"),
    ("h264", "avi"),
    ("ffv1", "avi"),
]


def pictures(path: Path) -> list[tuple[Fraction, str]]:
    """Return timestamp and pixels of each frame."""
    with av.open(str(path)) as file:
        return [
            (
                Fraction(frame.pts or 0) * Fraction(frame.time_base or 1),
                _sha(frame.reformat(format="bgr24").to_ndarray().tobytes()),
            )
            for frame in file.decode(video=0)
        ]


def sound(path: Path) -> list[tuple[int | None, str]]:
    """Return timestamp and content of each audio packet."""
    with av.open(str(path)) as file:
        return [(packet.pts, _sha(bytes(packet))) for packet in file.demux(audio=0) if packet.size]


def _sha(data: bytes) -> str:
    return sha256(data).hexdigest()


def left(folder: Path) -> list[str]:
    """Return the files that a conversion has left, except its lock."""
    found = (path for path in folder.glob("*") if path.is_file() and path.suffix != ".lock")
    return sorted(path.name for path in found if path.stem != "in")


def convert(
    source: Path,
    out: Path,
    options: VideoOptions,
    shape: OutputShape = AS_IT_IS,
    *,
    resume: bool = False,
) -> Iterator[Frame]:
    """Convert without a style; yield each frame after it was written."""
    journal = Journal(out, {"--style": "none"})
    place = find_resume_point(Job(source, out), journal, _forget) if resume else None
    reading = ReadOptions(resume=place.pts) if place else ReadOptions()
    with (
        transform(open_source(source, reading), shape, place) as frames,
        open_sink(out, frames.info, options, journal) as sink,
    ):
        for frame in frames:
            sink.write(frame)
            yield frame


def _forget(memory: object) -> None:
    """Do nothing: without a stabilizer there is no state."""


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save a resume point every 20 frames."""
    monkeypatch.setattr(journals, "SEGMENT", 20)


@pytest.mark.parametrize(("codec", "ending"), KINDS)
def test_resumed_result_equals_uninterrupted_one(
    tmp_path: Path, short: None, codec: str, ending: str
) -> None:
    """The files on the disk at some frame are those that a kill leaves."""
    source = make(tmp_path / "in.mp4", Clip(96, 64, ticks=UNEVEN, sound="aac"))
    options = VideoOptions(codec)
    out = tmp_path / f"out.{ending}"
    moments = (50, 109)
    for frame in convert(source, out, options):
        if frame.index in moments:
            (tmp_path / str(frame.index)).mkdir()
            for path in tmp_path.glob("out.*"):
                shutil.copy(path, tmp_path / str(frame.index) / path.name)
    assert left(tmp_path) == [out.name]
    for moment in moments:
        again = tmp_path / str(moment) / out.name
        indices = [frame.index for frame in convert(source, again, options, resume=True)]
        assert indices == list(range(indices[0], 110))
        assert indices[0] % 20 == 0
        assert moment == 50 or indices[0] >= 20  # something was saved
        assert pictures(again) == pictures(out)
        assert sound(again) == sound(out)
        assert left(again.parent) == [out.name]


def test_resume_with_other_rate_and_size(tmp_path: Path, short: None) -> None:
    source = make(tmp_path / "in.mp4", Clip(96, 64, ticks=UNEVEN, sound="aac"))
    shape = OutputShape((48, 0), Fraction(30000, 1001))
    whole, out = tmp_path / "whole.mp4", tmp_path / "out.mp4"
    count = len(list(convert(source, whole, VideoOptions(), shape)))
    for frame in convert(source, out, VideoOptions(), shape):
        if frame.index == 100:
            break
    rest = [frame.index for frame in convert(source, out, VideoOptions(), shape, resume=True)]
    assert rest == list(range(rest[0], count))
    assert 20 <= rest[0] <= 100
    assert pictures(out) == pictures(whole)


def call(*arguments: object, code: int = 0) -> str:
    """Run a command; return its stderr."""
    command = [*COMMAND, *map(str, arguments), "--device", "cpu", "--threads", "1"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert result.returncode == code, result.stderr
    return result.stderr


def killed(
    notes: Path, places: int, *arguments: object, how: signal.Signals = signal.SIGKILL
) -> str:
    """Kill a command once it has saved so many resume points; return its stderr."""
    command = [*COMMAND, *map(str, arguments), "--device", "cpu", "--threads", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        while not notes.exists() or len(json.loads(notes.read_text())["places"]) < places:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
            assert process.poll() is None, process.stderr and process.stderr.read()
        process.send_signal(how)
        assert process.stderr
        return process.stderr.read()


@pytest.fixture
def film(models: Path, tmp_path: Path) -> Path:
    return make(
        tmp_path / "in.mp4", Clip(128, 96, ticks=tuple(range(0, 1100 * 512, 512)), sound="aac")
    )


OPTIONS = ("-s", "keep", "-s", "invert@6s", "-s", "identity@25s", "--preset", "faster")


def test_resume_after_two_kills(film: Path, tmp_path: Path) -> None:
    whole, out, notes = (
        tmp_path / "whole.mp4",
        tmp_path / "out.mp4",
        tmp_path / "out.partial.mp4.json",
    )
    call(film, whole, *OPTIONS)
    killed(notes, 2, film, out, *OPTIONS)
    assert not out.exists()
    told = killed(notes, 3, film, out, *OPTIONS, "--resume")
    assert "note: resuming after " in told
    assert "note: resuming after " in call(film, out, *OPTIONS, "--resume")
    assert pictures(out) == pictures(whole)
    assert sound(out) == sound(whole) == sound(film)
    assert left(tmp_path) == ["out.mp4", "whole.mp4"]
    said = call(film, out, "-s", "invert", "--resume")
    assert "out.mp4 exists already: nothing was done; replace --resume by --overwrite" in said


def test_resume_after_ctrl_c(film: Path, tmp_path: Path) -> None:
    whole, out, notes = (
        tmp_path / "whole.mp4",
        tmp_path / "out.mp4",
        tmp_path / "out.partial.mp4.json",
    )
    call(film, whole, *OPTIONS)
    told = killed(notes, 2, film, out, *OPTIONS, how=signal.SIGINT)
    assert "hint: run the same command with --resume to continue" in told
    assert 500 <= len(content(out).pts) < 1100
    call(film, out, *OPTIONS, "--resume")
    assert pictures(out) == pictures(whole)
    assert left(tmp_path) == ["out.mp4", "whole.mp4"]


def test_resume_images(film: Path, tmp_path: Path) -> None:
    small = ("-s", "keep", "--size", "32x", "--stabilise", "0.5")
    whole, out = tmp_path / "whole" / "%04d.png", tmp_path / "out" / "%04d.png"
    call(film, whole, *small)
    killed(tmp_path / "out" / "%04d.partial.png.json", 1, film, out, *small)
    assert "note: resuming after " in call(film, out, *small, "--resume")
    names = sorted(path.name for path in out.parent.iterdir())
    assert names == [f"{number:04d}.png" for number in range(1, 1101)]
    for name in names:
        assert (out.parent / name).read_bytes() == (whole.parent / name).read_bytes()


def test_resume_refuses_other_settings(film: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    killed(tmp_path / "out.partial.mp4.json", 1, film, out, *OPTIONS)
    before = left(tmp_path)
    for change, said in (
        (["-s", "invert"], "out.mp4: --style was keep"),
        ([*OPTIONS, "--crf", "20"], "out.mp4: --crf was None, now it is 20"),
        ([*OPTIONS, "--start", "1"], "out.mp4: the part was 0 s to the end"),
        ([*OPTIONS, "--stabilise", "0"], "out.mp4: --stabilize was "),
    ):
        assert said in call(film, out, *change, "--resume", code=1)
    make(film, Clip(128, 96, ticks=tuple(range(0, 600 * 512, 512))))
    assert "the input was " in call(film, out, *OPTIONS, "--resume", code=1)
    assert left(tmp_path) == before
    assert "--resume would have resumed it" in call(film, out, *OPTIONS)
    assert left(tmp_path) == ["out.mp4"]
    killed(tmp_path / "out.partial.mp4.json", 1, film, out, *OPTIONS, "-y")
    gif = call(film, tmp_path / "out.gif", "-s", "keep", "--resume", code=1)
    assert "a .gif cannot be resumed" in gif
    before = left(tmp_path)
    refused = call(film, out, *OPTIONS, "-y", "--crf", "60", code=1)
    assert "h264 has no --crf 60" in refused
    assert "interrupted" not in refused
    assert left(tmp_path) == before
    (tmp_path / "out.partial.mp4.json").write_text("{")
    assert "cannot read" in call(film, out, *OPTIONS, "--resume", code=1)


def test_resume_without_journal_starts_over(models: Path, tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", Clip())
    call(clip, tmp_path / "out.mp4", "-s", "keep", "--resume")
    assert len(content(tmp_path / "out.mp4").pts) == 10


def test_journal_skips_points_without_saved_images(tmp_path: Path, short: None) -> None:
    import numpy as np

    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    journal = Journal(tmp_path / "out.mp4", {}, lambda frames: [picture, picture + frames])
    journal.begin()
    for frames in (20, 40, 60, 80):
        assert journal.due(frames)
        journal.add(ResumePoint(frames, Fraction(frames, 25), frames))
    again = Journal(tmp_path / "out.mp4", {})
    assert [place.frames for place in again.read()] == [40, 60, 80]
    memory = again.go_on(tmp_path / "out.partial.mp4", again.read()[1])
    assert (memory[1] == picture + 60).all()
    assert not again.due(60)
    assert again.due(80)
    again.end()
    assert not list(tmp_path.iterdir())


def test_journal_names_the_setting_that_differs(tmp_path: Path) -> None:
    Journal(tmp_path / "out.mp4", {"--style": "a", "--crf": "18"}).begin()
    with pytest.raises(SinkError, match="--style was a, now it is b") as caught:
        Journal(tmp_path / "out.mp4", {"--style": "b", "--crf": "18"}).read()
    assert "--resume" in caught.value.hint
