"""On-screen display of the live window: statistics, notifications, style names and keys."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from time import perf_counter

from realtime_nst.frame import StreamInfo
from realtime_nst.live.keys import KEYS
from realtime_nst.live.layout import cells
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.settings import LiveSettings
from realtime_nst.sinks.overlay import Label, Overlay
from realtime_nst.stats import FrameStats

NOTIFICATION_SECONDS = 4.0
"""Seconds that a notification stays on the screen: long enough to read a path."""


@dataclass
class Notification:
    """A message that disappears after ``NOTIFICATION_SECONDS``."""

    clock: Callable[[], float] = perf_counter
    _text: str = ""
    _until: float = 0.0

    def show(self, text: str) -> None:
        """Show a message, in place of the one before."""
        self._text, self._until = text, self.clock() + NOTIFICATION_SECONDS

    def lines(self) -> list[str]:
        """Return the message, unless its time is over."""
        return [self._text] if self._text and self.clock() < self._until else []


@dataclass
class Hud:
    """Text to draw over the present frame."""

    styles: Sequence[str]
    """Names of the styles."""
    info: StreamInfo
    """Stream information of the camera."""
    device: str
    """Devices that the styles run on, human-readable."""
    config: Callable[[], RenderConfig]
    """Returns the present size and tiles; those that the settings ask for may not be ready yet."""
    notice: Callable[[], str] = str
    """Returns the present problem of the source; empty without one."""
    meter: FrameStats = field(default_factory=FrameStats)
    news: Notification = field(default_factory=Notification)
    recordings: list[str] = field(default_factory=list)
    """Names of the files that are being recorded."""
    missed: Counter[str] = field(default_factory=Counter)
    """Frames that each recording has missed, because its encoder was late."""

    def overlay(self, settings: LiveSettings) -> Overlay:
        """Return the text; notifications are shown even if the statistics are turned off."""
        if settings.help:
            return Overlay(table=self._help(settings))
        statistics = self._statistics(settings) if settings.hud else []
        labels = self._labels(settings.side_by_side) if settings.hud and self.config().tiles else []
        return Overlay([*statistics, *self._notifications()], labels)

    def _help(self, settings: LiveSettings) -> list[tuple[str, ...]]:
        """Return rows of a key, what it does, and the number and name of a style."""
        keys = [(key.name, key.does) for key in KEYS]
        styles = [
            (f"{'> ' * (position == settings.style)}{position + 1}", name)
            for position, name in enumerate(self.styles)
        ]
        if len(styles) > len(keys):
            more = len(styles) - len(keys) + 1
            styles[len(keys) - 1 :] = [("", f"and {more} more")]
        return [key + style for key, style in zip_longest(keys, styles, fillvalue=("", ""))]

    def _statistics(self, settings: LiveSettings) -> list[str]:
        width, height = self.info.width, self.info.height
        meter = self.meter
        working_width, working_height = self.config().size
        is_full = (working_width, working_height) == (width, height)
        working = "" if is_full else f" stylized at {working_width}x{working_height}"
        return [
            self.style(settings),
            f"{meter.fps:.0f} fps  {format_age(meter.latency)}  {meter.dropped} dropped",
            f"{width}x{height}{working}  {self.device}",
        ]

    def style(self, settings: LiveSettings) -> str:
        """Return ``starry-night 70% + udnie 30%  strength 80%  colors kept``."""
        if self.config().tiles:
            shown = f"{len(self.styles)} styles"
        elif settings.morph:
            first = self.styles[settings.style]
            second = self.styles[(settings.style + 1) % len(self.styles)]
            shown = f"{first} {1 - settings.morph:.0%} + {second} {settings.morph:.0%}"
        else:
            shown = self.styles[settings.style]
        states = {
            "colors kept": settings.keep_colors,
            f"palette {settings.palette:.0%}": settings.palette < 1,
            f"strokes x{settings.stroke_size:g}": settings.stroke_size > 1,
            "stabilized": settings.stabilize > 0,
            f"{settings.mask} only": settings.mask is not None,
            "frozen": settings.frozen,
        }
        on = [name for name, is_on in states.items() if is_on]
        return "  ".join([shown, f"strength {settings.strength:.0%}", *on])

    def _notifications(self) -> list[str]:
        recorded = [f"REC {name}{self._missed(name)}" for name in self.recordings]
        problems = [self.notice()] if self.notice() else []
        return [*problems, *recorded, *self.news.lines()]

    def _missed(self, name: str) -> str:
        return f", {self.missed[name]} frames missed" if self.missed[name] else ""

    def _labels(self, side_by_side: bool) -> list[Label]:
        """Return the name of each style, in the lower left corner of its tile."""
        size = 1000
        places = cells(size, size, len(self.styles), side_by_side)[side_by_side:]
        return [
            Label(name, place[1].start / size, place[0].stop / size)
            for name, place in zip(self.styles, places, strict=False)
        ]


def format_age(quantiles: Callable[[float], float]) -> str:
    """Return the age of frames as ``age 41/55 ms``: median and 95th percentile."""
    return "age " + "/".join(f"{1000 * quantiles(share):.0f}" for share in (0.5, 0.95)) + " ms"
