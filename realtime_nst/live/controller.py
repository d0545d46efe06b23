"""What the keys of the live window do, and what is kept of what it shows."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from time import strftime

import typer

from realtime_nst.errors import SinkError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_io.write import write_image
from realtime_nst.live.hud import Hud
from realtime_nst.live.keys import CHANGES, QUIT, SNAPSHOT
from realtime_nst.live.settings import LiveControls
from realtime_nst.sinks import Sink
from realtime_nst.sinks.overlay import Overlay
from realtime_nst.sinks.tee import Tee
from realtime_nst.sinks.video.recording import RecordingSink
from realtime_nst.sinks.video.sink import partial_of
from realtime_nst.sinks.window import Window


class LiveController:
    """Between people and a running line; every call is on the thread of the sinks.

    Args:
        controls: what keys change.
        hud: what is said in the window.
        folder: where snapshots go.
    """

    def __init__(self, controls: LiveControls, hud: Hud, folder: Path) -> None:
        self.controls, self.hud, self._folder = controls, hud, folder
        self.window: Window | None = None
        self._wants_snapshot = False

    def overlay(self) -> Overlay:
        """For the window."""
        return self.hud.overlay(self.controls.settings)

    def is_fullscreen(self) -> bool:
        """For the window."""
        return self.controls.settings.fullscreen

    def key(self, key: str) -> None:
        """Do what a key says; others are ignored."""
        if key.isdigit() and int(key) > len(self.hud.styles):
            return
        if key in CHANGES:
            self.controls.change(CHANGES[key])
        elif key == SNAPSHOT:
            self._wants_snapshot = True
        elif key in QUIT:
            self.controls.stop()

    def poll(self) -> None:
        """Look for keys while no frame comes."""
        if self.window:
            self.window.poll()

    def shown(self, frame: Frame) -> None:
        """A frame has reached every sink."""
        self.hud.meter.record(frame)
        if self._wants_snapshot:
            self._wants_snapshot = False
            self._snapshot(frame)

    def tell(self, text: str) -> None:
        """In the window for a while, and in the terminal."""
        self.hud.news.tell(text)
        typer.echo(text, err=True)

    def _snapshot(self, frame: Frame) -> None:
        path = unused(self._folder, "snapshot", ".png")
        try:
            write_image(path, frame.image)
        except SinkError as error:
            self.tell(str(error))
        else:
            self.tell(f"snapshot: {path}")


class RecordingToggle:
    """Begins and ends recordings while frames flow, as the settings say.

    Args:
        view: where it is wanted, and told of.
        tee: gets one sink more, or one less.
        info: of the frames.
        folder: where the files go.
    """

    def __init__(self, view: LiveController, tee: Tee, info: StreamInfo, folder: Path) -> None:
        self._view, self._tee, self._info, self._folder = view, tee, info, folder
        self._running: tuple[Sink, Path] | None = None
        self.paths: list[Path] = []
        """Every file that was begun."""

    def follow(self) -> None:
        """Begin or end a recording if the settings have changed; called between two frames."""
        wanted = self._view.controls.settings.recording
        try:
            if wanted and self._running is None:
                self._begin()
            elif not wanted and self._running is not None:
                self._end(*self._running)
        except SinkError as error:
            self._view.tell(str(error))
            self._view.controls.change(lambda s: replace(s, recording=False))

    def _begin(self) -> None:
        path = unused(self._folder, "recording", ".mp4")
        self._running = self._tee.add(partial(RecordingSink, path, self._info)), path
        self._view.hud.recordings.append(path.name)
        typer.echo(f"recording: {path}", err=True)  # the window says REC
        self.paths.append(path)

    def _end(self, sink: Sink, path: Path) -> None:
        self._running = None
        self._view.hud.recordings.remove(path.name)
        self._tee.remove(sink)
        self._view.tell(f"recorded: {path}")


def unused(folder: Path, kind: str, suffix: str) -> Path:
    """``kind-20260131-235959.suffix`` in the folder, with a number behind it if that is taken."""
    name, number = strftime(f"{kind}-%Y%m%d-%H%M%S"), 1
    path = folder / f"{name}{suffix}"
    while path.exists() or partial_of(path).exists():
        number += 1
        path = folder / f"{name}-{number}{suffix}"
    return path
