"""Snapshots and recordings that keys ask for."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.live.controller import LiveController, RecordingToggle, dated_path
from realtime_nst.live.hud import Hud
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.settings import LiveControls, LiveSettings
from realtime_nst.sinks.null import NullSink
from realtime_nst.sinks.tee import Tee
from realtime_nst.sinks.video.recording import RecordingSink
from tests.helpers.video_clips import content

INFO = StreamInfo("camera", 64, 48, Fraction(30), None)


def frame(index: int = 0) -> Frame:
    image = np.full((48, 64, 3), 7 * index % 256, np.uint8)
    return Frame(image, index, Fraction(index, 30), index / 30)


def view_in(folder: Path) -> LiveController:
    hud = Hud(["a", "b"], INFO, "CPU", lambda: RenderConfig((64, 48)))
    return LiveController(LiveControls(LiveSettings(), 2), hud, folder)


@pytest.fixture
def tee() -> Iterator[Tee]:
    with Tee([]) as tee:
        yield tee


def say(view: LiveController) -> str:
    return " ".join(view.overlay().lines)


def test_a_snapshot_is_the_next_frame(tmp_path: Path) -> None:
    view = view_in(tmp_path)
    view.key("s")
    assert not list(tmp_path.iterdir())
    view.shown(frame())
    view.shown(frame())
    (path,) = tmp_path.iterdir()
    assert path.name in say(view)


def test_a_snapshot_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    view = view_in(tmp_path / "file")
    view.key("s")
    view.shown(frame())
    assert "cannot create" in say(view)


def test_a_recording_has_what_was_shown_meanwhile(tmp_path: Path, tee: Tee) -> None:
    view = view_in(tmp_path)
    key = RecordingToggle(view, tee, INFO, tmp_path)
    for index in range(12):
        if index in (3, 8):
            view.key("r")
        key.follow()
        tee.write(frame(index))
    (path,) = key.paths
    while f"recorded: {path}" not in say(view):  # it is finished on a thread of its own
        tee.write(frame(12))
    assert len(content(path).pts) == 5
    assert "REC" not in say(view)
    assert f"recorded: {path}" in say(view)


def test_a_recording_that_cannot_begin_is_told_and_not_tried_again(
    tmp_path: Path, tee: Tee
) -> None:
    view = view_in(tmp_path)
    (tmp_path / "file").touch()
    key = RecordingToggle(view, tee, INFO, tmp_path / "file")
    view.key("r")
    key.follow()
    assert "cannot create" in say(view)
    assert not view.controls.settings.recording
    assert key.paths == []


def test_recording_that_fails_is_reported_and_turned_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = view_in(tmp_path)
    failed = Event()

    def fail(_sink: RecordingSink, _frame: Frame) -> None:
        failed.set()
        raise SinkError("cannot write: No space left on device", "make room")

    monkeypatch.setattr(RecordingSink, "write", fail)
    with Tee([lambda: NullSink(INFO)], view.failed) as tee:
        key = RecordingToggle(view, tee, INFO, tmp_path)
        view.key("r")
        key.follow()
        tee.write(frame())
        assert failed.wait(10)
        while view.hud.recordings:
            tee.write(frame())
        assert "No space left" in say(view)
        key.follow()
        assert not view.controls.settings.recording
        view.key("r")
        key.follow()
        assert len(key.paths) == 2


def test_other_keys_do_nothing(tmp_path: Path) -> None:
    view = view_in(tmp_path)
    for key in ("y", "3", "0", "\xe1"):
        view.key(key)
    assert view.controls.settings == LiveSettings()
    assert not view.controls.stopped


def test_click_takes_the_style_of_a_tile(tmp_path: Path) -> None:
    view = view_in(tmp_path)
    view.click(1)
    assert view.controls.settings.style == 0  # there are no tiles
    view.controls.change(lambda s: replace(s, tiled=True))
    view.click(2)
    assert view.controls.settings.tiled  # no style is there
    view.click(1)
    assert (view.controls.settings.style, view.controls.settings.tiled) == (1, False)
    view.controls.change(lambda s: replace(s, tiled=True, side_by_side=True))
    view.click(0)
    assert view.controls.settings.tiled  # it is the camera
    view.click(1)
    assert (view.controls.settings.style, view.controls.settings.tiled) == (0, False)


@pytest.mark.parametrize("key", ["q", "\x1b"])
def test_quit(tmp_path: Path, key: str) -> None:
    view = view_in(tmp_path)
    view.key(key)
    assert view.controls.stopped


def test_names_are_never_used_twice(tmp_path: Path) -> None:
    names = set()
    for _ in range(4):
        path = dated_path(tmp_path, "recording", ".mp4")
        assert path not in names
        names.add(path)
        path.with_name(f"{path.stem}.partial.mp4").touch()
