"""Open what a live picture needs: its source, its styles, its sinks."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import typer

from realtime_nst.cli.painting import Engine
from realtime_nst.cli.view import View
from realtime_nst.errors import SinkError
from realtime_nst.frame import StreamInfo
from realtime_nst.sinks import SINKS, Sink, open_sink
from realtime_nst.sinks.codecs import CONTAINERS
from realtime_nst.sinks.recording import Recording
from realtime_nst.sinks.window import Window
from realtime_nst.sources.camera import BACKENDS, Asked
from realtime_nst.stylize.effects import tiles
from realtime_nst.stylize.models import find_style
from realtime_nst.stylize.palette import Palette
from realtime_nst.stylize.resolution import Resolution, Size, sizes
from realtime_nst.stylize.session import open_session

WINDOW = "window"
AUTO, FULL = "auto", "full"
"""Working sizes that are no numbers."""


def introduce(name: str, notes: Sequence[str]) -> None:
    """Say what was opened, and what is special about it."""
    for line in [name, *notes]:
        typer.echo(line, err=True)


def asked(size: str | None, fps: float | None, backend: str | None) -> Asked:
    """What a camera is asked for."""
    if backend is not None and backend not in BACKENDS:
        raise typer.BadParameter(f"one of: {', '.join(BACKENDS)}", param_hint="--backend")
    rate = Fraction(fps).limit_denominator(1001) if fps else None
    return Asked(pixels(size, "--size") if size else None, rate, backend)


def pixels(size: str, option: str) -> tuple[int, int]:
    """``1280x720`` as width and height."""
    width, _, height = size.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise typer.BadParameter("as in 1280x720", param_hint=option)
    return int(width), int(height)


def resolution(working_size: str, info: StreamInfo, fps: float) -> Resolution:
    """The size to paint at: chosen as time allows, the camera's own, or one that is given."""
    if working_size == AUTO:
        return Resolution(sizes(info.width, info.height), fps)
    if working_size == FULL:
        return Resolution(((info.width, info.height),), fps)
    return Resolution((pixels(working_size, "--working-size"),), fps)


def styles(named: Sequence[str], mosaic: str | None) -> list[str]:
    """All that were named, in their order."""
    every = [*named, *(name.strip() for name in (mosaic or "").split(",") if name.strip())]
    if not every:
        raise typer.BadParameter(
            "name one, for example starry-night; `realtime-nst styles` lists them",
            param_hint="--style",
        )
    return every


def open_palette(names: Sequence[str], engine: Engine, size: Size) -> tuple[Palette, str]:
    """Every style, and what they run on. Each has a session of its own, which is faster for it."""
    width, height = size
    found, runs_on = [], []
    for name in names:
        choice = find_style(name, engine.tier)
        session = open_session(
            choice.model.path,
            engine.device,
            threads=engine.threads,
            spin=False,  # between two frames, camera and window need the cores
            precision=engine.precision,
            weights=choice.weights,
            size=(height, width),
        )
        typer.echo(f"{name} ({session.card.name}) on {session.why}", err=True)
        found.append((session, choice.as_input()))
        runs_on.append(str(session.ran))
    return Palette(found), " and ".join(dict.fromkeys(runs_on))


def warm(palette: Palette, resolution: Resolution, styles: int, *, tiled: bool) -> None:
    """Let the first frames be as quick as the others, and begin at a size that keeps up."""
    resolution.begin(palette.warm(*resolution.size))
    width, height = resolution.size
    sizes = {(width, height)}
    if tiled:
        places = tiles(width, height, styles)[:styles]
        sizes = {(column.stop - column.start, row.stop - row.start) for row, column in places}
    for size in sizes:
        palette.warm(*size)


def is_folder(sink: str) -> bool:
    """Whether it is where keys put snapshots and recordings."""
    named = sink == WINDOW or sink.partition(":")[0] in SINKS
    return not named and (not Path(sink).suffix or Path(sink).is_dir())


def folder_of(sinks: Sequence[str]) -> Path:
    """Where keys put snapshots and recordings; it is made.

    Raises:
        SinkError: it cannot be made.
    """
    folder = Path(next(filter(is_folder, sinks), "."))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot make {folder}: {error.strerror}"
        raise SinkError(message, "choose another place") from error
    return folder


def openers(sinks: Sequence[str], info: StreamInfo, view: View) -> list[Callable[[], Sink]]:
    """Of each sink; a window where nothing else takes the frames."""
    taking = [sink for sink in sinks if not is_folder(sink)]
    return [partial(_open, sink, info, view) for sink in taking or [WINDOW]]


def is_recording(sink: str) -> bool:
    """Whether it is a video file."""
    return Path(sink).suffix.lower() in CONTAINERS and "://" not in sink


def _open(sink: str, info: StreamInfo, view: View) -> Sink:
    if sink == WINDOW:
        view.window = Window(
            info,
            overlay=view.overlay,
            fullscreen=view.is_fullscreen,
            on_key=view.key,
            on_close=view.controls.stop,
        )
        return view.window
    return Recording(Path(sink), info) if is_recording(sink) else open_sink(sink, info)
