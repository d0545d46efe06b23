"""Open the outputs of a live session: a window, recordings, and any other sink."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from realtime_nst.files import make_folder
from realtime_nst.frame import StreamInfo
from realtime_nst.live.controller import LiveController
from realtime_nst.sinks import SINKS, Sink, open_sink
from realtime_nst.sinks.video.codecs import CONTAINERS
from realtime_nst.sinks.video.recording import RecordingSink
from realtime_nst.sinks.window import Window

WINDOW = "window"
"""Name of the sink that shows frames on the screen; the default output."""


def is_folder(sink: str) -> bool:
    """Return whether a sink is a folder for the snapshots and recordings made by key."""
    named = sink == WINDOW or sink.partition(":")[0] in SINKS
    return not named and (not Path(sink).suffix or Path(sink).is_dir())


def is_recording(sink: str) -> bool:
    """Return whether a sink is a video file."""
    return Path(sink).suffix.lower() in CONTAINERS and "://" not in sink


def folder_of(sinks: Sequence[str]) -> Path:
    """Return the folder for snapshots and recordings made by key, and create it if missing.

    Raises:
        SinkError: the folder cannot be created.
    """
    folder = Path(next(filter(is_folder, sinks), "."))
    make_folder(folder)
    return folder


def openers(
    sinks: Sequence[str], info: StreamInfo, controller: LiveController
) -> list[Callable[[], Sink]]:
    """Return one opener for each sink; without a sink that takes frames, that of a window."""
    taking_frames = [sink for sink in sinks if not is_folder(sink)]
    return [partial(_open, sink, info, controller) for sink in taking_frames or [WINDOW]]


def _open(sink: str, info: StreamInfo, controller: LiveController) -> Sink:
    if sink == WINDOW:
        controller.window = Window(
            info,
            overlay=controller.overlay,
            fullscreen=controller.is_fullscreen,
            on_key=controller.key,
            on_close=controller.controls.stop,
        )
        return controller.window
    return RecordingSink(Path(sink), info) if is_recording(sink) else open_sink(sink, info)
