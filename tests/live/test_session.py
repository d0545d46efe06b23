"""A live session without a command line: what it returns and reports."""

import threading
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame
from realtime_nst.live.control.opening import ControlOptions, Controls
from realtime_nst.live.controller import LiveController
from realtime_nst.live.hud import Hud
from realtime_nst.live.outputs import WINDOW, folder_of, is_folder, is_recording, openers
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.session import format_summary, run_live
from realtime_nst.live.settings import LiveControls, LiveSettings
from realtime_nst.sinks import SINKS
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.video.recording import RecordingSink
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.stats import StageTimer
from tests.helpers.video_clips import content


def session(
    sinks: list[str], frames: int | None = None, *, recording: bool = False
) -> tuple[list[Path], list[str], Hud]:
    notes: list[str] = []
    controls = LiveControls(LiveSettings(recording=recording), 1)
    with SyntheticSource(64, 48, Fraction(30), 6) as camera:
        hud = Hud(["a"], camera.info, "CPU", lambda: RenderConfig((64, 48)))
        recorded = run_live(
            camera,
            lambda frame: frame,
            controls,
            hud,
            sinks,
            StageTimer(),
            stopped=lambda: hud.meter.frames == frames,
            on_note=notes.append,
        )
    return recorded, notes, hud


def test_session_returns_its_recordings(tmp_path: Path) -> None:
    out = tmp_path / "live.mp4"
    recorded, notes, hud = session([str(out), "null"])
    assert (recorded, notes) == ([out], [])
    assert len(content(out).pts) == hud.meter.frames == 6
    assert format_summary(hud.meter).startswith("6 frames in ")


def test_session_stops_when_told() -> None:
    recorded, notes, hud = session(["null"], frames=3)
    assert (recorded, notes, hud.meter.frames) == ([], [], 3)


def test_session_reports_a_recording_by_key(tmp_path: Path) -> None:
    recorded, notes, _ = session(["null", str(tmp_path / "shots")], recording=True)
    (path,) = recorded
    assert path.parent == tmp_path / "shots"
    assert notes == [f"recording: {path}"]


def test_session_never_overwrites_a_recording(tmp_path: Path) -> None:
    out = tmp_path / "live.mp4"
    out.write_text("an older recording")
    second = out.with_name("live-2.mp4")
    recorded, notes, _ = session([str(out), "null"])
    assert out.read_text() == "an older recording"
    assert recorded == [second]
    assert notes == [f"{out} already exists: recording to {second}"]
    assert len(content(second).pts) == 6


def test_session_keeps_what_a_crash_left(tmp_path: Path) -> None:
    out, left = tmp_path / "live.mp4", tmp_path / "live.partial.mp4"
    left.write_text("playable")
    second = out.with_name("live-2.mp4")
    recorded, notes, _ = session([str(out), "null"])
    assert out.read_text() == "playable"
    assert notes[0] == f"an interrupted run left {left}: kept as {out}"
    assert recorded == [second]
    assert not list(tmp_path.glob("*partial*"))


@pytest.mark.parametrize("sinks", [["a.mp4", "./a.mp4"], ["null", "null"], [""]])
def test_session_refuses_an_output_named_twice_or_not_at_all(sinks: list[str]) -> None:
    with pytest.raises(SinkError, match=r"named twice|without a name") as caught:
        session(sinks)
    assert caught.value.hint


def test_session_continues_when_a_recording_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_sink: RecordingSink, _frame: Frame) -> None:
        raise SinkError("cannot write: No space left on device", "make room")

    class Waiting(NullSink):
        """Lets the recording fail before the second frame."""

        def write(self, frame: Frame) -> None:
            for thread in threading.enumerate() if frame.index else ():
                if thread.name == "sink live.mp4":
                    thread.join(10)

    monkeypatch.setattr(RecordingSink, "write", fail)
    monkeypatch.setitem(SINKS, "null", lambda _, info: Waiting(info))
    recorded, notes, hud = session(["null", str(tmp_path / "live.mp4")])
    assert recorded == []
    assert hud.recordings == []
    assert len(notes) == 1
    assert "No space left" in notes[0]
    assert hud.meter.frames == 6


def test_session_ends_with_the_error_of_its_last_sink(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_sink: RecordingSink, _frame: Frame) -> None:
        raise SinkError("cannot write: No space left on device", "make room")

    monkeypatch.setattr(RecordingSink, "write", fail)
    with pytest.raises(SinkError, match="No space left"):
        session([str(tmp_path / "live.mp4")])


@pytest.mark.parametrize(
    ("sink", "folder", "recording"),
    [
        ("window", False, False),
        ("null", False, False),
        ("http://127.0.0.1:8080", False, False),
        ("shots", True, False),
        ("out.mkv", False, True),
        ("rtmp://127.0.0.1/live/key", False, False),
        ("udp://127.0.0.1:5000/out.mp4", False, False),
    ],
)
def test_kinds_of_sinks(sink: str, folder: bool, recording: bool) -> None:
    assert (is_folder(sink), is_recording(sink)) == (folder, recording)


def test_a_window_opens_where_nothing_else_takes_frames(tmp_path: Path) -> None:
    with SyntheticSource(64, 48, Fraction(30), 1) as camera:
        hud = Hud(["a"], camera.info, "CPU", lambda: RenderConfig((64, 48)))
        controller = LiveController(LiveControls(LiveSettings(), 1), hud, tmp_path)
        for sinks, names in (([], [WINDOW]), (["shots"], [WINDOW]), (["null", "shots"], ["null"])):
            opened = openers(sinks, camera.info, controller, {}, Counter())
            assert [each.args[0] for each in opened] == names  # type: ignore[attr-defined]
    assert folder_of(["null", str(tmp_path / "shots")]).is_dir()


def test_session_follows_its_remote_control(tmp_path: Path) -> None:
    notes: list[str] = []
    controls = LiveControls(LiveSettings(), 2)
    with SyntheticSource(64, 48, Fraction(30), 4) as camera:
        hud = Hud(["a", "b"], camera.info, "CPU", lambda: RenderConfig((64, 48)))
        options = ControlOptions(presets=tmp_path / "presets.json")
        with Controls(options, controls, hud, notes.append) as outside:
            outside.remote.apply("snapshot")
            stages, sinks = StageTimer(), ["null", str(tmp_path / "shots")]
            run_live(
                camera,
                lambda frame: frame,
                controls,
                hud,
                sinks,
                stages,
                stopped=lambda: False,
                on_note=notes.append,
                outside=outside,
            )
    (snapshot,) = (tmp_path / "shots").iterdir()
    assert notes == [f"snapshot: {snapshot}"]
