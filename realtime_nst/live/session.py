"""Run a live session: camera, stylizer, window and recordings."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from realtime_nst.frame import Frame
from realtime_nst.live.audience import NOTE, WatchedSource
from realtime_nst.live.control.opening import Controls
from realtime_nst.live.controller import LiveController, RecordingToggle
from realtime_nst.live.hud import Hud, format_age
from realtime_nst.live.outputs import check_sinks, choose_files, folder_of, openers
from realtime_nst.live.settings import LiveControls
from realtime_nst.pipeline import FrameStylizer, run
from realtime_nst.sinks.library_exit import finish_at_library_exit
from realtime_nst.sinks.tee import Tee
from realtime_nst.sources import Source
from realtime_nst.stats import FrameStats, StageTimer

WELCOME = "press ? for the keys"
"""First message of the window."""


def run_live(
    camera: Source,
    stylizer: FrameStylizer,
    controls: LiveControls,
    hud: Hud,
    sinks: Sequence[str],
    stages: StageTimer,
    *,
    stopped: Callable[[], bool],
    on_note: Callable[[str], None],
    outside: Controls | None = None,
    output_size: tuple[int, int] | None = None,
) -> list[Path]:
    """Run until a key, ``stopped``, the closed window or the end of the stream.

    An output that fails is closed with a message, and the others continue.

    Args:
        camera: open source of frames.
        stylizer: stylizes each frame.
        controls: settings that keys change.
        hud: text of the window; its ``meter`` counts the frames.
        sinks: names of the outputs; none opens a window.
        stages: measures how long each stage works, from the first frame on.
        stopped: called after each frame; True ends the session.
        on_note: called with every message for the terminal.
        outside: remote controls, presets and the show.
        output_size: width and height of all outputs but the window; None keeps the camera's.

    Returns:
        The video files that were recorded, those that received no frame left out.

    Raises:
        SinkError: an output cannot be opened, or the last one cannot be written.
    """
    check_sinks(sinks)
    folder = folder_of(sinks)
    controller = LiveController(controls, hud, folder, on_note, output_size)
    if outside:
        controller.on_other_key = outside.remote.key
    files = choose_files(sinks, on_note)
    hud.recordings.extend(path.name for path in files.values())
    hud.news.show(WELCOME)
    opening = openers(sinks, camera.info, controller, files, hud.missed)
    with Tee(opening, controller.failed) as tee:
        for note in tee.notes:
            on_note(note)
        if tee.knows_viewers:
            on_note(NOTE)
        recording = RecordingToggle(controller, tee, camera.info, folder)

        def is_over() -> bool:
            return stopped() or controls.stopped

        def is_watched() -> bool:
            asked = controller.needs_frame or (outside is not None and outside.is_watched)
            return tee.is_watched or asked

        def on_frame(frame: Frame) -> None:
            controller.shown(frame)
            if hud.meter.frames == 1:  # what the first one waits for is no share of the rest
                stages.restart()
            recording.follow()
            if outside:
                outside.on_frame(frame)

        def on_wait() -> None:
            controller.poll()
            if outside:
                outside.step()

        def finish() -> None:
            on_note("a library ends the program, as Qt does when the display is gone")
            tee.__exit__(None, None, None)
            for path in _existing(files, recording):
                on_note(f"recorded: {path}")

        with finish_at_library_exit(finish):
            run(
                WatchedSource(camera, is_watched, is_over),
                stylizer,
                tee,
                stopped=is_over,
                on_frame=on_frame,
                on_wait=on_wait,
                stopwatch=stages,
            )
            stages.stop()
    for name, frames in hud.missed.items():
        on_note(f"{name} misses {frames} of {hud.meter.frames} frames: encoding was too slow")
    return _existing(files, recording)


def _existing(files: Mapping[str, Path], recording: RecordingToggle) -> list[Path]:
    """Return the recordings that received a frame."""
    return [path for path in [*files.values(), *recording.paths] if path.exists()]


def format_summary(meter: FrameStats) -> str:
    """Return ``812 frames in 27.1 s, 29.9 fps, age 41/55 ms, 12 dropped``."""
    return (
        f"{meter.frames} frames in {meter.seconds:.1f} s, {meter.overall_fps:.1f} fps, "
        f"{format_age(meter.overall_age)}, {meter.dropped} dropped"
    )
