"""A live session without a command line: what it returns and reports."""

from fractions import Fraction
from pathlib import Path

import pytest

from realtime_nst.live.controller import LiveController
from realtime_nst.live.hud import Hud
from realtime_nst.live.outputs import WINDOW, folder_of, is_folder, is_recording, openers
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.session import format_summary, run_live
from realtime_nst.live.settings import LiveControls, LiveSettings
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


@pytest.mark.parametrize(
    ("sink", "folder", "recording"),
    [
        ("window", False, False),
        ("null", False, False),
        ("http://127.0.0.1:8080", False, False),
        ("shots", True, False),
        ("out.mkv", False, True),
    ],
)
def test_kinds_of_sinks(sink: str, folder: bool, recording: bool) -> None:
    assert (is_folder(sink), is_recording(sink)) == (folder, recording)


def test_a_window_opens_where_nothing_else_takes_frames(tmp_path: Path) -> None:
    with SyntheticSource(64, 48, Fraction(30), 1) as camera:
        hud = Hud(["a"], camera.info, "CPU", lambda: RenderConfig((64, 48)))
        controller = LiveController(LiveControls(LiveSettings(), 1), hud, tmp_path)
        for sinks, names in (([], [WINDOW]), (["shots"], [WINDOW]), (["null", "shots"], ["null"])):
            opened = openers(sinks, camera.info, controller)
            assert [each.args[0] for each in opened] == names  # type: ignore[attr-defined]
    assert folder_of(["null", str(tmp_path / "shots")]).is_dir()
