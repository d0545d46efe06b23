"""Handle the keys of the live window, and save snapshots and recordings."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import strftime

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_io.write import write_image
from realtime_nst.live.hud import Hud
from realtime_nst.live.keys import CHANGES, QUIT, SNAPSHOT
from realtime_nst.live.recordings import open_recording, unused_path
from realtime_nst.live.settings import LiveControls
from realtime_nst.sinks import Sink
from realtime_nst.sinks.overlay import Overlay
from realtime_nst.sinks.resized import OutputSize
from realtime_nst.sinks.tee import Tee
from realtime_nst.sinks.threaded import ThreadedSink
from realtime_nst.sinks.window import Window
from realtime_nst.sinks.window_view import ViewOptions
from realtime_nst.stages import no_op


def _ignore(note: str) -> None:
    """Drop a note."""


class LiveController:
    """Connects the keys and the window to a running session.

    Every method is called on the thread of the sinks.

    Args:
        controls: settings that keys change.
        hud: text of the window.
        folder: folder for snapshots.
        on_note: called with every message that is also worth a line in the terminal.
        output_size: width and height of recordings and streams; None keeps the source's.
    """

    def __init__(
        self,
        controls: LiveControls,
        hud: Hud,
        folder: Path,
        on_note: Callable[[str], None] = _ignore,
        output_size: tuple[int, int] | None = None,
    ) -> None:
        self.controls, self.hud, self.on_note = controls, hud, on_note
        self.window: Window | None = None
        self.output_size = OutputSize(output_size, lambda: controls.settings.crop)
        self.on_other_key: Callable[[str], None] = no_op
        """Called with each key that does nothing here."""
        self._folder = folder
        self._snapshots = 0

    def overlay(self) -> Overlay:
        """Return the text to draw over the present frame."""
        return self.hud.overlay(self.controls.settings)

    def view(self) -> ViewOptions:
        """Return how the window shows the present frame."""
        settings = self.controls.settings
        return ViewOptions(settings.fullscreen, settings.mirror, settings.crop)

    def key(self, key: str) -> None:
        """Handle a pressed key; keys without a meaning are ignored."""
        if key.isdigit() and int(key) > len(self.hud.styles):
            return
        if key in CHANGES:
            self.controls.change(CHANGES[key])
        elif key == SNAPSHOT:
            self.controls.change(lambda s: replace(s, snapshots=s.snapshots + 1))
        elif key in QUIT:
            self.controls.stop()
        else:
            self.on_other_key(key)

    def click(self, cell: int) -> None:
        """Take the style of the tile that was clicked; other parts of a frame are ignored."""
        settings = self.controls.settings
        style = cell - settings.side_by_side
        if settings.tiled and 0 <= style < len(self.hud.styles):
            self.controls.change(lambda s: replace(s, style=style, morph=0.0, tiled=False))

    @property
    def needs_frame(self) -> bool:
        """Whether a snapshot or a recording waits for a frame."""
        settings = self.controls.settings
        return settings.recording or settings.snapshots != self._snapshots

    def poll(self) -> None:
        """Process window events while no frame arrives."""
        if self.window:
            self.window.poll()

    def shown(self, frame: Frame) -> None:
        """Count a frame that every sink has received, and save it if a snapshot is requested."""
        self.hud.meter.record(frame)
        requested = self.controls.settings.snapshots
        if requested != self._snapshots:
            self._snapshots = requested
            self._snapshot(frame)

    def notify(self, text: str) -> None:
        """Show a message in the window for a while, and pass it to ``on_note``."""
        self.hud.news.show(text)
        self.on_note(text)

    def failed(self, sink: Sink, error: SinkError) -> None:
        """Report a sink that has failed, while the others continue."""
        if isinstance(sink, ThreadedSink) and sink.name in self.hud.recordings:
            self.hud.recordings.remove(sink.name)
        if sink is self.window:
            self.window = None
        more = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
        self.notify(f"{error}{more}")

    def _snapshot(self, frame: Frame) -> None:
        path = dated_path(self._folder, "snapshot", ".png")
        try:
            write_image(path, frame.image)
        except SinkError as error:
            self.notify(str(error))
        else:
            self.notify(f"snapshot: {path}")


class RecordingToggle:
    """Starts and stops recordings between frames, as the settings ask for.

    Args:
        controller: provides the settings and reports what happens.
        tee: receives the sink of a recording, and loses it at the end.
        info: stream information of the recorded frames.
        folder: folder for the video files.
    """

    def __init__(
        self, controller: LiveController, tee: Tee, info: StreamInfo, folder: Path
    ) -> None:
        self._controller, self._tee, self._info, self._folder = controller, tee, info, folder
        self._running: tuple[Sink, Path] | None = None
        self.paths: list[Path] = []
        """Every file that was started."""

    def follow(self) -> None:
        """Start or stop a recording if the settings have changed; call it between two frames."""
        if self._running and not self._tee.is_open(self._running[0]):  # it has failed
            self._running = None
            self._turn_off()
        wanted = self._controller.controls.settings.recording
        if wanted and self._running is None:
            self._start()
        elif not wanted and self._running is not None:
            self._stop(*self._running)

    def _start(self) -> None:
        path = dated_path(self._folder, "recording", ".mp4")
        hud = self._controller.hud
        try:
            sink = self._tee.add(
                partial(open_recording, path, self._info, hud.missed, self._controller.output_size)
            )
        except SinkError as error:
            self._controller.notify(str(error))
            self._turn_off()
            return
        self._running = sink, path
        hud.recordings.append(path.name)
        self._controller.on_note(f"recording: {path}")  # the window shows REC
        self.paths.append(path)

    def _stop(self, sink: Sink, path: Path) -> None:
        self._running = None
        self._controller.hud.recordings.remove(path.name)
        self._tee.remove(sink, lambda: self._controller.notify(f"recorded: {path}"))

    def _turn_off(self) -> None:
        self._controller.controls.change(lambda s: replace(s, recording=False))


def dated_path(folder: Path, kind: str, suffix: str) -> Path:
    """Return ``folder/kind-20260131-235959.suffix``, with a number added if that is taken."""
    return unused_path(folder / strftime(f"{kind}-%Y%m%d-%H%M%S{suffix}"))
