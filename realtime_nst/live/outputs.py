"""Open the outputs of a live session: a window, recordings, and any other sink."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from realtime_nst.errors import SinkError
from realtime_nst.files import make_folder
from realtime_nst.frame import StreamInfo
from realtime_nst.live.controller import LiveController
from realtime_nst.live.recordings import keep_partial, open_recording, unused_path
from realtime_nst.sinks import SINKS, Sink, open_sink
from realtime_nst.sinks.stream import StreamSink
from realtime_nst.sinks.stream_formats import FORMATS
from realtime_nst.sinks.threaded import ThreadedSink, queue_depth
from realtime_nst.sinks.video.codecs import CONTAINERS
from realtime_nst.sinks.window import Window
from realtime_nst.urls import is_url, redact

WINDOW = "window"
"""Name of the sink that shows frames on the screen; the default output."""
NEVER_BLOCKING = ("null", "http")
"""Sinks whose ``write`` returns at once."""
DEVICE_PATIENCE = 3.0
"""Seconds to wait at the end for a device or a server that hangs."""


def is_folder(sink: str) -> bool:
    """Return whether a sink is a folder for the snapshots and recordings made by key."""
    named = sink == WINDOW or sink.partition(":")[0] in SINKS or is_url(sink)
    return not named and (not Path(sink).suffix or Path(sink).is_dir())


def is_recording(sink: str) -> bool:
    """Return whether a sink is a video file."""
    return Path(sink).suffix.lower() in CONTAINERS and not is_url(sink)


def folder_of(sinks: Sequence[str]) -> Path:
    """Return the folder for snapshots and recordings made by key, and create it if missing.

    Raises:
        SinkError: the folder cannot be created.
    """
    folder = Path(next(filter(is_folder, sinks), "."))
    make_folder(folder)
    return folder


def check_sinks(sinks: Sequence[str]) -> None:
    """Check that no output is named twice.

    Raises:
        SinkError: an output is named twice, or has no name.
    """
    if "" in sinks:
        raise SinkError("cannot write to an output without a name", "e.g. --sink window")
    names = [str(Path(sink).resolve()) if is_recording(sink) else sink for sink in sinks]
    for sink, name in zip(sinks, names, strict=True):
        if names.count(name) > 1:
            message = f"cannot write {redact(sink)}: it is named twice"
            raise SinkError(message, "give each --sink once")


def choose_files(sinks: Sequence[str], on_note: Callable[[str], None]) -> dict[str, Path]:
    """Return the file of each recording, by sink, such that no existing file is overwritten.

    Args:
        sinks: names of the outputs.
        on_note: called with a line for each file whose name differs, or that a crash left.

    Raises:
        SinkError: what a crash left cannot be renamed.
    """
    files = {}
    for sink in filter(is_recording, sinks):
        keep_partial(Path(sink), on_note)
        files[sink] = unused_path(Path(sink))
        if files[sink] != Path(sink):
            on_note(f"{sink} already exists: recording to {files[sink]}")
    return files


def openers(
    sinks: Sequence[str],
    info: StreamInfo,
    controller: LiveController,
    files: Mapping[str, Path],
    missed: Counter[str],
) -> list[Callable[[], Sink]]:
    """Return one opener for each sink; without a sink that takes frames, that of a window.

    Args:
        sinks: names of the outputs.
        info: properties of the frames.
        controller: handles the keys of the window.
        files: file of each recording, by sink.
        missed: counts the frames that recordings miss.
    """
    taking_frames = [sink for sink in sinks if not is_folder(sink)] or [WINDOW]
    return [
        partial(open_recording, files[sink], info, missed, controller.output_size)
        if sink in files
        else partial(_open, sink, info, controller)
        for sink in taking_frames
    ]


def _open(sink: str, info: StreamInfo, controller: LiveController) -> Sink:
    """Open a sink, on a thread of its own if its ``write`` may block."""
    if sink == WINDOW:  # OpenCV wants its windows on the main thread
        return _window(info, controller)
    opener: Callable[[StreamInfo], Sink] = partial(open_sink, sink)
    if sink.partition(":")[0] in FORMATS:
        opener = partial(StreamSink, sink, on_note=controller.notify)
    if sink.partition(":")[0] in NEVER_BLOCKING:
        return controller.output_size.open(opener, info)
    sized = partial(controller.output_size.open, opener, info)
    if sink.partition(":")[0] in SINKS:
        return ThreadedSink(sized, redact(sink), patience=DEVICE_PATIENCE)
    return ThreadedSink(sized, sink, depth=queue_depth(info))


def _window(info: StreamInfo, controller: LiveController) -> Window:
    controller.window = Window(
        info,
        overlay=controller.overlay,
        view=controller.view,
        on_key=controller.key,
        on_click=controller.click,
        on_close=controller.controls.stop,
    )
    return controller.window
