"""Open where a live picture comes from and goes to."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import typer

from realtime_nst.files import make_folder
from realtime_nst.frame import StreamInfo
from realtime_nst.live.adaptive_resolution import AdaptiveResolution, sizes
from realtime_nst.live.controller import LiveController
from realtime_nst.sinks import SINKS, Sink, open_sink
from realtime_nst.sinks.video.codecs import CONTAINERS
from realtime_nst.sinks.video.recording import RecordingSink
from realtime_nst.sinks.window import Window
from realtime_nst.sources.camera.capture import BACKENDS, CameraRequest

WINDOW = "window"
AUTO, FULL = "auto", "full"
"""Working sizes that are no numbers."""


def introduce(name: str, notes: Sequence[str]) -> None:
    """Say what was opened, and what is special about it."""
    for line in [name, *notes]:
        typer.echo(line, err=True)


def asked(size: str | None, fps: float | None, backend: str | None) -> CameraRequest:
    """What a camera is asked for."""
    if backend is not None and backend not in BACKENDS:
        raise typer.BadParameter(f"one of: {', '.join(BACKENDS)}", param_hint="--backend")
    rate = Fraction(fps).limit_denominator(1001) if fps else None
    return CameraRequest(pixels(size, "--size") if size else None, rate, backend)


def pixels(size: str, option: str) -> tuple[int, int]:
    """``1280x720`` as width and height."""
    width, _, height = size.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise typer.BadParameter("as in 1280x720", param_hint=option)
    return int(width), int(height)


def resolution(working_size: str, info: StreamInfo, fps: float) -> AdaptiveResolution:
    """The size to paint at: chosen as time allows, the camera's own, or one that is given."""
    if working_size == AUTO:
        return AdaptiveResolution(sizes(info.width, info.height), fps)
    if working_size == FULL:
        return AdaptiveResolution(((info.width, info.height),), fps)
    return AdaptiveResolution((pixels(working_size, "--working-size"),), fps)


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
    make_folder(folder)
    return folder


def openers(
    sinks: Sequence[str], info: StreamInfo, view: LiveController
) -> list[Callable[[], Sink]]:
    """Of each sink; a window where nothing else takes the frames."""
    taking = [sink for sink in sinks if not is_folder(sink)]
    return [partial(_open, sink, info, view) for sink in taking or [WINDOW]]


def is_recording(sink: str) -> bool:
    """Whether it is a video file."""
    return Path(sink).suffix.lower() in CONTAINERS and "://" not in sink


def _open(sink: str, info: StreamInfo, view: LiveController) -> Sink:
    if sink == WINDOW:
        view.window = Window(
            info,
            overlay=view.overlay,
            fullscreen=view.is_fullscreen,
            on_key=view.key,
            on_close=view.controls.stop,
        )
        return view.window
    return RecordingSink(Path(sink), info) if is_recording(sink) else open_sink(sink, info)
