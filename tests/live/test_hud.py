"""What the window says."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.live.hud import NOTIFICATION_SECONDS, Hud, Notification
from realtime_nst.live.keys import KEYS
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.settings import LiveSettings
from realtime_nst.sinks.overlay import Label, Overlay, draw_overlay
from realtime_nst.stats import FrameStats

PLAIN = LiveSettings()


class Stage:
    """A HUD of three styles, with a clock and a camera of its own."""

    def __init__(self, work: RenderConfig = RenderConfig((640, 480))) -> None:  # noqa: B008  (it is frozen)
        self.now, self.notice = 10.0, ""
        info = StreamInfo("camera 0", 640, 480, Fraction(30), None)
        names = ["wave", "night", "scream"]
        self.hud = Hud(names, info, "CPU", lambda: work, lambda: self.notice)
        self.hud.meter, self.hud.news = FrameStats(self.clock), Notification(self.clock)

    def clock(self) -> float:
        return self.now

    def show(self, frames: int) -> None:
        for index in range(frames):
            self.now += 0.05
            image = np.zeros((1, 1, 3), np.uint8)
            self.hud.meter.record(Frame(image, 2 * index, Fraction(0), self.now - 0.041))

    def lines(self, **changes: object) -> list[str]:
        return list(self.hud.overlay(replace(PLAIN, **changes)).lines)  # type: ignore[arg-type]


def test_the_numbers() -> None:
    stage = Stage()
    stage.show(10)
    style, speed, size = stage.lines()
    assert style == "wave  strength 100%"
    assert speed == "20 fps  age 41/41 ms  9 dropped"
    assert size == "640x480  CPU"
    assert stage.lines(hud=False) == []


def test_a_smaller_working_size_is_told() -> None:
    assert Stage(RenderConfig((480, 352))).lines()[2] == "640x480 stylized at 480x352  CPU"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"style": 2, "morph": 0.3}, "scream 70% + wave 30%  strength 100%"),
        ({"strength": 0.5, "keep_colors": True}, "wave  strength 50%  colors kept"),
        ({"palette": 0.3, "stroke_size": 1.5}, "wave  strength 100%  palette 30%  strokes x1.5"),
        ({"mask": "background"}, "wave  strength 100%  background only"),
        ({"stabilize": 0.8, "frozen": True}, "wave  strength 100%  stabilized  frozen"),
    ],
)
def test_the_style(changes: dict[str, object], line: str) -> None:
    assert Stage().lines(**changes)[0] == line


def test_notices_are_shown_without_the_numbers_too() -> None:
    stage = Stage()
    stage.notice = "camera 0: no picture for 3 s, trying again"
    stage.hud.recordings.append("live.mp4")
    stage.hud.news.show("snapshot: a.png")
    assert stage.lines(hud=False) == [stage.notice, "REC live.mp4", "snapshot: a.png"]


def test_news_grow_old() -> None:
    stage = Stage()
    stage.hud.news.show("snapshot: a.png")
    stage.now += NOTIFICATION_SECONDS - 0.01
    assert stage.lines(hud=False) == ["snapshot: a.png"]
    stage.now += 0.02
    assert stage.lines(hud=False) == []


def test_tiles_have_names() -> None:
    stage = Stage(RenderConfig((640, 480), 3))
    assert stage.lines()[0] == "3 styles  strength 100%"
    labels = stage.hud.overlay(PLAIN).labels
    assert labels == [Label("wave", 0, 0.5), Label("night", 0.5, 0.5), Label("scream", 0, 1)]


def test_names_stay_on_their_tiles_next_to_the_camera() -> None:
    stage = Stage(RenderConfig((640, 480), 3))
    labels = stage.hud.overlay(replace(PLAIN, side_by_side=True)).labels
    assert labels == [Label("wave", 0.5, 0.5), Label("night", 0.75, 0.5), Label("scream", 0.5, 1)]


def test_tiles_have_no_names_before_they_are_there() -> None:
    assert not Stage().hud.overlay(replace(PLAIN, tiled=True)).labels


def test_the_help_has_every_key_and_every_style() -> None:
    stage = Stage()
    table = stage.hud.overlay(replace(PLAIN, style=1, help=True)).table
    assert [tuple(row[:2]) for row in table] == [(key.name, key.does) for key in KEYS]
    assert [tuple(row[2:]) for row in table][:4] == [
        ("1", "wave"),
        ("> 2", "night"),
        ("3", "scream"),
        ("", ""),
    ]


def test_the_help_is_no_longer_than_its_keys() -> None:
    stage = Stage()
    stage.hud.styles = [f"style-{number}" for number in range(1, 31)]
    table = stage.hud.overlay(replace(PLAIN, help=True)).table
    assert len(table) == len(KEYS)
    assert tuple(table[-2][2:]) == (str(len(KEYS) - 1), f"style-{len(KEYS) - 1}")
    assert table[-1][3] == f"and {30 - len(KEYS) + 1} more"


@pytest.mark.parametrize("size", [(32, 32), (160, 120), (640, 480), (480, 640), (1921, 1081)])
def test_text_is_drawn_on_a_copy_of_any_size(size: tuple[int, int]) -> None:
    image = np.full((size[1], size[0], 3), 100, np.uint8)
    before = image.copy()
    for overlay in (
        Overlay(["30 fps  age 41/55 ms  12 dropped"] * 5),
        Overlay(labels=[Label("wave", 0, 0.5), Label("night", 0.5, 1)]),
        Overlay(table=[(key.name, key.does) for key in KEYS]),
    ):
        written = draw_overlay(image, overlay)
        assert written.shape == image.shape
        assert (written > 150).any()
        assert (written < 50).any()
    assert np.array_equal(image, before)


def test_without_text_there_is_no_copy() -> None:
    image = np.full((60, 320, 3), 100, np.uint8)
    assert draw_overlay(image, Overlay()) is image


def test_a_table_fits() -> None:
    """Nothing of it is cut off: the outermost pixels are only darkened."""
    image = np.full((480, 640, 3), 200, np.uint8)
    written = draw_overlay(image, Overlay(table=[(key.name, key.does) for key in KEYS]))
    frame = np.ones((480, 640), bool)
    frame[8:-8, 8:-8] = False
    assert (written[frame] == 50).all()
