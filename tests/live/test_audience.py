"""Frames that nobody would see are not stylized."""

from fractions import Fraction
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from realtime_nst.frame import Frame
from realtime_nst.live.audience import NOTE, WatchedSource
from realtime_nst.live.hud import Hud
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.session import run_live
from realtime_nst.live.settings import LiveControls, LiveSettings
from realtime_nst.sinks.http import LINGER, MAX_AGE, SNAPSHOT, LatestFrame
from realtime_nst.sources.paced import PacedSource
from realtime_nst.sources.synthetic import SyntheticSource
from realtime_nst.stats import StageTimer


def test_frames_are_passed_on_while_somebody_watches() -> None:
    watched = iter([True, False, False, True, True])
    with SyntheticSource(32, 32, Fraction(10), 5) as source:
        frames = list(WatchedSource(source, lambda: next(watched), lambda: False))
    assert [frame.index for frame in frames] == [0, 1, 2]  # none was dropped
    assert [frame.pts for frame in frames] == [Fraction(n, 10) for n in (0, 3, 4)]


def test_a_viewer_counts_until_a_moment_after_leaving() -> None:
    now = [0.0]
    newest = LatestFrame(lambda: now[0])
    assert not newest.is_watched
    with newest.watching():
        now[0] = 100.0
        assert newest.is_watched
    now[0] += 0.9 * LINGER
    assert newest.is_watched
    now[0] += 0.2 * LINGER
    assert not newest.is_watched


def test_a_new_viewer_gets_no_old_frame() -> None:
    now = [0.0]
    newest = LatestFrame(lambda: now[0])
    newest.put(np.zeros((8, 8, 3), np.uint8))
    with newest.watching() as old:
        assert old == 0
    now[0] = 2 * MAX_AGE
    with newest.watching() as old:
        assert old == 1


def paced() -> PacedSource:
    return PacedSource(lambda: SyntheticSource(64, 48, Fraction(60), 600))


class Session:
    """A session with a page as its only output, which counts the frames it stylizes."""

    def __init__(self) -> None:
        self.stylized = 0
        self.over = Event()
        self.begun, self.busy, self.saved = Event(), Event(), Event()
        self.notes: list[str] = []
        self.controls = LiveControls(LiveSettings(), 1)

    def stylize(self, frame: Frame) -> Frame:
        self.stylized += 1
        if self.stylized == 5:
            self.busy.set()
        return frame

    def note(self, text: str) -> None:
        self.notes.append(text)
        (self.saved if text.startswith("snapshot: ") else self.begun).set()

    def run(self, folder: Path, *sinks: str) -> None:
        with paced() as camera:
            hud = Hud(["a"], camera.info, "CPU", lambda: RenderConfig((64, 48)))
            run_live(
                camera,
                self.stylize,
                self.controls,
                hud,
                [*sinks, str(folder)],
                StageTimer(),
                stopped=self.over.is_set,
                on_note=self.note,
            )


def test_a_page_that_nobody_opened_needs_no_frames(tmp_path: Path) -> None:
    session = Session()
    thread = Thread(target=session.run, args=(tmp_path, "http://127.0.0.1:0"))
    thread.start()
    assert session.begun.wait(20)
    assert session.stylized == 0
    port = int(session.notes[0].rstrip("/").rpartition(":")[2])
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", SNAPSHOT)
    assert connection.getresponse().status == 200
    connection.close()
    assert session.stylized > 0
    session.over.set()
    thread.join()


def test_a_snapshot_needs_a_frame(tmp_path: Path) -> None:
    session = Session()
    session.controls.change(lambda _: LiveSettings(snapshots=1))
    thread = Thread(target=session.run, args=(tmp_path, "http://127.0.0.1:0"))
    thread.start()
    assert session.saved.wait(20)
    session.over.set()
    thread.join()
    assert session.stylized > 0


@pytest.mark.parametrize("sinks", [("null",), ("null", "http://127.0.0.1:0")])
def test_other_outputs_need_every_frame(tmp_path: Path, sinks: tuple[str, ...]) -> None:
    session = Session()
    thread = Thread(target=session.run, args=(tmp_path, *sinks))
    thread.start()
    assert session.busy.wait(20)
    session.over.set()
    thread.join()
    assert NOTE not in session.notes
