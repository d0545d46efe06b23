"""What the live window says: numbers, notices, names and keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from realtime_nst.frame import StreamInfo
from realtime_nst.image_ops import tiles
from realtime_nst.live.keys import KEYS
from realtime_nst.live.mixer_pool import RenderConfig
from realtime_nst.live.settings import LiveSettings
from realtime_nst.sinks.overlay import Label, Overlay
from realtime_nst.stats import FrameStats

NEWS = 4.0
"""Seconds that something that has happened is shown."""


@dataclass
class Notification:
    """What has happened, for a while."""

    clock: Callable[[], float] = perf_counter
    _text: str = ""
    _until: float = 0.0

    def tell(self, text: str) -> None:
        """Show this instead of what was told before."""
        self._text, self._until = text, self.clock() + NEWS

    def lines(self) -> list[str]:
        """What is still new."""
        return [self._text] if self._text and self.clock() < self._until else []


@dataclass
class Hud:
    """The text for the window at any moment."""

    styles: Sequence[str]
    """Their names."""
    info: StreamInfo
    """Of the camera."""
    device: str
    work: Callable[[], RenderConfig]
    """How frames are painted at present; what the settings want may not be ready yet."""
    notice: Callable[[], str] = str
    """What is wrong with the source at present; empty if nothing is."""
    meter: FrameStats = field(default_factory=FrameStats)
    news: Notification = field(default_factory=Notification)
    recordings: list[str] = field(default_factory=list)
    """Names of the files that grow."""

    def overlay(self, settings: LiveSettings) -> Overlay:
        """Notices are shown whether the numbers are wanted or not."""
        if settings.help:
            return Overlay(table=[(key.name, key.does) for key in KEYS])
        numbers = self._numbers(settings) if settings.hud else []
        labels = self._names() if settings.hud and self.work().tiles else []
        return Overlay([*numbers, *self._notices()], labels)

    def _numbers(self, settings: LiveSettings) -> list[str]:
        width, height = self.info.width, self.info.height
        meter = self.meter
        across, down = self.work().size
        scaled = "" if (across, down) == (width, height) else f" painted at {across}x{down}"
        return [
            self.style(settings),
            f"{meter.fps:.0f} fps  {age(meter.latency)}  {meter.dropped} dropped",
            f"{width}x{height}{scaled}  {self.device}",
        ]

    def style(self, settings: LiveSettings) -> str:
        """``starry-night 70% + udnie 30%  strength 80%  colours kept``."""
        if self.work().tiles:
            here = f"{len(self.styles)} styles"
        elif settings.morph:
            following = self.styles[(settings.style + 1) % len(self.styles)]
            share = settings.morph
            here = f"{self.styles[settings.style]} {1 - share:.0%} + {following} {share:.0%}"
        else:
            here = self.styles[settings.style]
        states = {
            "colours kept": settings.keep_colours,
            "stabilised": settings.stabilise > 0,
            "frozen": settings.frozen,
        }
        on = [name for name, is_on in states.items() if is_on]
        return "  ".join([here, f"strength {settings.strength:.0%}", *on])

    def _notices(self) -> list[str]:
        recorded = [f"REC {name}" for name in self.recordings]
        missing = [self.notice()] if self.notice() else []
        return [*missing, *recorded, *self.news.lines()]

    def _names(self) -> list[Label]:
        """Each style's in the lower left corner of its tile."""
        size = 1000
        places = tiles(size, size, len(self.styles))
        return [
            Label(name, place[1].start / size, place[0].stop / size)
            for name, place in zip(self.styles, places, strict=False)
        ]


def age(quantiles: Callable[[float], float]) -> str:
    """``age 41/55 ms``: median and 95th percentile."""
    return "age " + "/".join(f"{1000 * quantiles(share):.0f}" for share in (0.5, 0.95)) + " ms"
