"""A live picture from its first frame to the line that sums it up."""

from collections.abc import Sequence
from pathlib import Path

import typer

from realtime_nst.cli.opening import folder_of, is_recording, openers
from realtime_nst.cli.signals import interrupts
from realtime_nst.frame import Frame
from realtime_nst.live.controller import LiveController, RecordingToggle
from realtime_nst.live.hud import Hud, age
from realtime_nst.live.settings import LiveControls
from realtime_nst.pipeline import FrameStylizer, run
from realtime_nst.sinks.tee import Tee
from realtime_nst.sources import Source
from realtime_nst.stats import FrameStats, StageTimer

WELCOME = "press ? for the keys"


def run_live(
    camera: Source,
    painter: FrameStylizer,
    controls: LiveControls,
    hud: Hud,
    sinks: Sequence[str],
    frames: int | None,
    stages: StageTimer,
) -> None:
    """Run until a key, Ctrl-C, the window's close or the end of the stream; then sum up."""
    folder = folder_of(sinks)
    view = LiveController(controls, hud, folder)
    files = [Path(sink) for sink in sinks if is_recording(sink)]
    hud.recordings.extend(path.name for path in files)
    hud.news.tell(WELCOME)
    try:
        with interrupts() as asked, Tee(openers(sinks, camera.info, view)) as tee:
            for note in tee.notes:
                typer.echo(note, err=True)
            record = RecordingToggle(view, tee, camera.info, folder)

            def shown(frame: Frame) -> None:
                view.shown(frame)
                record.follow()

            def stopped() -> bool:
                return asked() or controls.stopped or hud.meter.frames == frames

            run(
                camera,
                painter,
                tee,
                stopped=stopped,
                on_frame=shown,
                on_wait=view.poll,
                stopwatch=stages,
            )
    finally:
        if hud.meter.frames:
            typer.echo(summary(hud.meter), err=True)
    for path in [*files, *record.paths]:
        if path.exists():  # not if nothing came
            typer.echo(f"recorded: {path}", err=True)


def summary(meter: FrameStats) -> str:
    """``812 frames in 27.1 s, 29.9 fps, age 41/55 ms, 12 dropped``."""
    return (
        f"{meter.frames} frames in {meter.seconds:.1f} s, {meter.overall_fps:.1f} fps, "
        f"{age(meter.overall_age)}, {meter.dropped} dropped"
    )
