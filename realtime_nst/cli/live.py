"""``webcam``: paint what a camera sees, as it happens."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from time import strftime
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli.run import DeviceName, Threads, Tier

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtime_nst.frame import Frame
    from realtime_nst.meter import Meter
    from realtime_nst.settings import Controls, Settings
    from realtime_nst.sinks import Sink
    from realtime_nst.sources import Source
    from realtime_nst.stylize.stylizer import Stylizer

WINDOW = "window"
HELP = (
    "n p 1-9 style", "+ - strength", "m mirror", "space freeze", "h numbers",
    "s snapshot", "? keys", "q quit",
)  # fmt: skip
STRENGTH_STEP = 0.1


def webcam(
    style: Annotated[
        list[str], typer.Option("--style", "-s", help="A style; more of them for the keys 1 to 9.")
    ],
    source: Annotated[
        str, typer.Option(help="A camera's number, a URL (RTSP, HTTP MJPEG), or a file, looped.")
    ] = "0",
    sink: Annotated[
        list[str] | None,
        typer.Option(help="window, null, or a file to record to; repeatable. [default: window]"),
    ] = None,
    size: Annotated[str | None, typer.Option(help="To ask the camera for: 1280x720.")] = None,
    fps: Annotated[float | None, typer.Option(min=1, help="To ask the camera for.")] = None,
    strength: Annotated[float, typer.Option(min=0, max=1, help="Of the painting.")] = 1.0,
    mirror: Annotated[bool, typer.Option(help="As in a mirror.")] = True,
    hud: Annotated[bool, typer.Option(help="Show numbers in the window.")] = True,
    frames: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
    tier: Tier = None,
    device: DeviceName = "auto",
    threads: Threads = None,
) -> None:
    """Paint a camera's picture live. Press ? in the window for its keys."""
    from realtime_nst.settings import Controls, Settings

    settings = Settings(0, strength, mirror, hud=hud)
    controls = Controls(settings, len(style))
    with ExitStack() as opened:
        camera = opened.enter_context(_open_source(source, size, fps))
        painters = _open_styles(style, tier, device, threads)
        view = View(controls, style, f"{camera.info.width}x{camera.info.height}")
        _live(camera, painters, sink or [WINDOW], view, frames)


@dataclass
class View:
    """What the window shows over the picture, and what its keys do."""

    controls: "Controls"
    styles: list[str]
    size: str
    help: bool = False
    last: "Frame | None" = None
    meter: "Meter | None" = None

    def hud(self) -> list[str]:
        """Lines to write on the picture."""
        settings = self.controls.settings
        lines = list(HELP) if self.help else []
        if settings.hud and self.meter:
            lines = [self.numbers(self.meter, settings), *lines]
        return lines

    def numbers(self, meter: "Meter", settings: "Settings") -> str:
        """``starry-night 100%  640x480  30 fps  age 41/55 ms  12 dropped``."""
        ages = "/".join(f"{1000 * meter.age(quantile):.0f}" for quantile in (0.5, 0.95))
        name = f"{self.styles[settings.style]} {100 * settings.strength:.0f}%"
        return f"{name}  {self.size}  {meter.fps:.0f} fps  age {ages} ms  {meter.dropped} dropped"

    def key(self, key: str) -> None:
        """Do what a key says; others are ignored."""
        if key in CHANGES:
            self.controls.change(CHANGES[key])
        elif key.isdigit() and 0 < int(key) <= len(self.styles):
            self.controls.change(lambda s: replace(s, style=int(key) - 1))
        elif key == "?":
            self.help = not self.help
        elif key == "s" and self.last:
            _snapshot(self.last)
        elif key in ("q", "\x1b"):
            self.controls.stop()


CHANGES: "dict[str, Callable[[Settings], Settings]]" = {
    "n": lambda s: replace(s, style=s.style + 1),
    "p": lambda s: replace(s, style=s.style - 1),
    "+": lambda s: replace(s, strength=s.strength + STRENGTH_STEP),
    "-": lambda s: replace(s, strength=s.strength - STRENGTH_STEP),
    "m": lambda s: replace(s, mirror=not s.mirror),
    " ": lambda s: replace(s, frozen=not s.frozen),
    "h": lambda s: replace(s, hud=not s.hud),
}


def _live(
    camera: "Source",
    painters: "list[Stylizer]",
    sinks: list[str],
    view: View,
    frames: int | None,
) -> None:
    """Run until a key, Ctrl-C, the window's close or the end of the stream; then sum up."""
    from realtime_nst.cli.interrupt import interrupts
    from realtime_nst.meter import Meter
    from realtime_nst.pipeline import run
    from realtime_nst.sinks.tee import Tee
    from realtime_nst.stylize.live import LiveStylizer

    meter = view.meter = Meter()
    painter = LiveStylizer(painters, lambda: view.controls.settings)

    def shown(frame: "Frame") -> None:
        meter.shown(frame)
        view.last = frame

    openers = [partial(_open_sink, name, camera, view) for name in sinks]
    with interrupts() as asked, Tee(openers) as tee:

        def stopped() -> bool:
            return asked() or view.controls.stopped or meter.frames == frames

        run(camera, painter, tee, stopped=stopped, on_frame=shown, on_drop=meter.drop)
    typer.echo(f"{view.numbers(meter, view.controls.settings)}, {meter.frames} frames", err=True)
    for name in sinks:
        if name not in (WINDOW, "null"):
            typer.echo(f"recorded: {name}", err=True)


def _open_source(source: str, size: str | None, fps: float | None) -> "Source":
    from realtime_nst.sources.camera import Asked
    from realtime_nst.sources.live import open_live

    rate = Fraction(fps).limit_denominator(1001) if fps else None
    return open_live(source, Asked(_parse_size(size), rate))


def _parse_size(size: str | None) -> tuple[int, int] | None:
    if size is None:
        return None
    width, _, height = size.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise typer.BadParameter("as in 1280x720", param_hint="--size")
    return int(width), int(height)


def _open_sink(name: str, camera: "Source", view: View) -> "Sink":
    from realtime_nst.sinks import open_sink
    from realtime_nst.sinks.window import Window

    if name == WINDOW:
        controls = view.controls
        return Window(camera.info, hud=view.hud, on_key=view.key, on_close=controls.stop)
    # Times of a camera are those of a clock, not of a rate.
    info = replace(camera.info, tick=Fraction(1, 90000), rate=camera.info.rate or Fraction(30))
    return open_sink(name, info)


def _open_styles(
    styles: list[str], tier: str | None, device: str, threads: int | None
) -> "list[Stylizer]":
    """Every style opened and warm before the first frame; styles of one model share a session."""
    from realtime_nst.stylize.models import find_style
    from realtime_nst.stylize.session import open_session
    from realtime_nst.stylize.stylizer import Stylizer

    choices = [find_style(style, tier) for style in styles]
    paths = {choice.model.path for choice in choices}
    # Spinning threads would take the cores that camera and window need between two frames.
    sessions = {path: open_session(path, device, threads=threads, spin=False) for path in paths}
    for session in sessions.values():
        typer.echo(f"{session.card.name} ({session.card.tier}) on {session.why}", err=True)
    return [Stylizer(sessions[choice.model.path], choice.as_input()) for choice in choices]


def _snapshot(frame: "Frame") -> None:
    from realtime_nst.sinks.images import write_image

    path = Path(strftime("snapshot-%Y%m%d-%H%M%S.png"))
    write_image(path, frame.image)
    typer.echo(f"snapshot: {path}", err=True)
