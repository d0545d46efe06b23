"""The command ``webcam``, also called ``live``: stylize a camera or any other source live."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli import completion
from realtime_nst.cli.control_options import (
    IN_TURN,
    ControlPage,
    ControlToken,
    MidiDevice,
    MidiLearn,
    MidiMapFile,
    OscAddress,
    PresetFile,
    Show,
    ShowOrder,
    is_random,
)
from realtime_nst.cli.messages import say
from realtime_nst.cli.options import (
    INPUT,
    PERFORMANCE,
    STYLE,
    DeviceName,
    KeepColors,
    MaskedArea,
    Palette,
    Precision,
    Stats,
    Strength,
    StrokeSizeText,
    Threads,
    Tier,
    Verbose,
    stroke_size,
)
from realtime_nst.cli.overwriting import OUTPUT
from realtime_nst.cli.signals import interrupts
from realtime_nst.models.default_style import DEFAULT_STYLE

if TYPE_CHECKING:
    from realtime_nst.live.hud import Hud
    from realtime_nst.sources.live import LiveSource
    from realtime_nst.stats import StageTimer

SILENT_SECONDS = 1.5
"""Seconds after which a line says what the start is waiting for."""


def webcam(
    style: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            "-s",
            metavar="STYLE",
            autocompletion=completion.styles,
            rich_help_panel=STYLE,
            help="Style to begin with: a name from `realtime-nst styles` or a .onnx file. Repeat "
            f"the option to have several on the keys 1 to 9. [default: {DEFAULT_STYLE}]",
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            metavar="SOURCE",
            rich_help_panel=INPUT,
            help="Source of frames: the number, name or path of a camera, a URL (RTSP, HTTP "
            "MJPEG), screen:0, or a video file, which is played in real time.",
        ),
    ] = "0",
    sink: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SINK",
            rich_help_panel=OUTPUT,
            help="Output: window, a video file to record to, a folder for snapshots and "
            "recordings by key, http://127.0.0.1:8080, rtmp://HOST/APP/KEY, virtualcam or null. "
            "Repeat the option to have several. [default: window]",
        ),
    ] = None,
    output_size: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTHxHEIGHT",
            rich_help_panel=OUTPUT,
            help="Resolution of recordings, streams and the virtual camera, for example 1280x720. "
            "[default: the camera's]",
        ),
    ] = None,
    mosaic: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C,D",
            rich_help_panel=STYLE,
            help="Styles to show at the same time, one in each tile.",
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTHxHEIGHT",
            rich_help_panel=INPUT,
            help="Resolution to request from the camera, for example 1280x720. "
            "[default: the camera's]",
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            metavar="FPS",
            min=1,
            rich_help_panel=INPUT,
            help="Frame rate to request from the camera. [default: the camera's]",
        ),
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option(
            metavar="BACKEND",
            rich_help_panel=INPUT,
            help="Camera backend of OpenCV: v4l2, dshow, msmf, avfoundation or any. "
            "[default: the usual one of the system]",
        ),
    ] = None,
    rotate: Annotated[
        int,
        typer.Option(
            metavar="90|180|270",
            rich_help_panel=INPUT,
            show_default=False,
            help="Degrees to rotate the frames clockwise, for a camera mounted on its side.",
        ),
    ] = 0,
    loop: Annotated[
        bool, typer.Option(rich_help_panel=INPUT, help="Restart a video file at its end.")
    ] = True,
    fps_target: Annotated[
        float,
        typer.Option(
            metavar="FPS",
            min=1,
            rich_help_panel=PERFORMANCE,
            help="Frame rate to maintain; the processing resolution is reduced when stylization is "
            "too slow.",
        ),
    ] = 24,
    working_size: Annotated[
        str,
        typer.Option(
            metavar="SIZE",
            rich_help_panel=PERFORMANCE,
            help="Processing resolution: auto, full (the camera's) or WIDTHxHEIGHT.",
        ),
    ] = "auto",
    morph: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=0.99,
            rich_help_panel=STYLE,
            help="Share of the second style in a blend with the first.",
        ),
    ] = 0.0,
    strength: Strength = 1.0,
    keep_colors: KeepColors = False,
    palette: Palette = 1.0,
    strokes: StrokeSizeText = "1",
    stabilize: Annotated[
        float | None,
        typer.Option(
            "--stabilize",
            metavar="SHARE",
            min=0,
            max=1,
            rich_help_panel=STYLE,
            help="Strength of the temporal stabilizer, which reduces flicker; 0 turns it off. "
            "[default: on]",
        ),
    ] = None,
    mask: MaskedArea = None,
    side_by_side: Annotated[
        bool,
        typer.Option(
            "--side-by-side",
            rich_help_panel=OUTPUT,
            help="Show the camera's frame to the left of the stylized one.",
        ),
    ] = False,
    mirror: Annotated[
        bool | None,
        typer.Option(
            rich_help_panel=INPUT,
            show_default=False,
            help="Flip the image horizontally, in every output. [default: only in the window, and "
            "only that of a camera of this computer]",
        ),
    ] = None,
    wait: Annotated[
        bool,
        typer.Option("--wait", rich_help_panel=INPUT, help="Wait for a source that is not there."),
    ] = False,
    frozen: Annotated[
        bool, typer.Option("--frozen", rich_help_panel=INPUT, help="Begin with a still image.")
    ] = False,
    record: Annotated[
        bool,
        typer.Option(
            "--record",
            rich_help_panel=OUTPUT,
            help="Begin to record at once, to a file named by date and time.",
        ),
    ] = False,
    fullscreen: Annotated[
        bool,
        typer.Option(
            "--fullscreen", rich_help_panel=OUTPUT, help="Let the window fill the screen."
        ),
    ] = False,
    fill: Annotated[
        str,
        typer.Option(
            metavar="pad|crop",
            rich_help_panel=OUTPUT,
            help="How to fill a window of another shape than the image: pad adds black bars, crop "
            "cuts off the edges.",
        ),
    ] = "pad",
    hud: Annotated[
        bool,
        typer.Option(
            rich_help_panel=OUTPUT, help="Show frame rate, latency and settings in the window."
        ),
    ] = True,
    keys: Annotated[
        bool,
        typer.Option("--keys", rich_help_panel=OUTPUT, help="Show the list of keys in the window."),
    ] = False,
    frames: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            rich_help_panel=INPUT,
            help="Number of frames to stop after. [default: no limit]",
        ),
    ] = None,
    show: Show = 0.0,
    show_order: ShowOrder = IN_TURN,
    presets: PresetFile = None,
    control: ControlPage = None,
    control_token: ControlToken = None,
    osc: OscAddress = None,
    midi: MidiDevice = None,
    midi_map: MidiMapFile = None,
    midi_learn: MidiLearn = False,
    stats: Stats = True,
    tier: Tier = None,
    device: DeviceName = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    verbose: Verbose = False,
) -> None:
    """Stylize a camera, a screen or a network stream live.

    Press ? in the window to see its keys.
    """
    from concurrent.futures import ThreadPoolExecutor
    from concurrent.futures import wait as wait_for

    from realtime_nst.cli.summary import print_notes
    from realtime_nst.inference.options import InferenceOptions
    from realtime_nst.live import styles as live_styles

    options = InferenceOptions(tier, device, precision, threads)
    styles = live_styles.find_styles(live_styles.style_names(style or [], mosaic), options)
    count, size_of_strokes = len(styles.names), stroke_size(strokes)
    if morph and count < 2:
        raise typer.BadParameter("needs two styles: -s a -s b", param_hint="--morph")
    if midi_learn and midi is None:
        raise typer.BadParameter('needs a device: --midi ""', param_hint="--midi-learn")
    print_notes(styles.notes)
    with ThreadPoolExecutor(1, "open-styles") as thread:
        # Everything else that is slow to begin with, imports and cameras, goes on meanwhile.
        opening = thread.submit(live_styles.open_styles, styles, options)
        from realtime_nst.cli import parsing
        from realtime_nst.cli.announcement import announce_live
        from realtime_nst.live.control.opening import ControlOptions, Controls
        from realtime_nst.live.hot_reload import HotReload
        from realtime_nst.live.hud import Hud
        from realtime_nst.live.model_pool import ModelPool
        from realtime_nst.live.session import run_live
        from realtime_nst.live.settings import LiveControls, LiveSettings
        from realtime_nst.live.stylizer import LiveStylizer
        from realtime_nst.sources.live import is_local_camera, open_live
        from realtime_nst.sources.rotated import rotated
        from realtime_nst.stats import FrameStats, StageTimer
        from realtime_nst.stylize.controls import reduced_size, stroke_scale
        from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH

        settings = LiveSettings(
            morph=morph,
            strength=strength,
            keep_colors=keep_colors,
            palette=palette,
            stabilize=DEFAULT_STRENGTH if stabilize is None else stabilize,
            mask=mask,
            tiled=mosaic is not None,
            side_by_side=side_by_side,
            mirror=mirror is None and is_local_camera(source),
            flip=bool(mirror),
            crop=parsing.crop(fill),
            frozen=frozen,
            recording=record,
            fullscreen=fullscreen,
            hud=hud,
            help=keys,
            show=show,
            show_random=is_random(show_order),
        )
        request = parsing.camera_request(size, fps, backend)
        angle, result_size = parsing.rotation(rotate), parsing.output_size(output_size)
        camera = _open(lambda: rotated(open_live(source, request, loop=loop), angle), wait)
        if wait_for([opening], SILENT_SECONDS).not_done:
            say("opening the style; on the first start, this compares the engines ...")
    with camera:
        for line in (camera.info.name, *camera.info.notes):
            say(line)
        resolution = parsing.working_resolution(working_size, camera.info, fps_target)
        opened = opening.result()
        across, down = camera.info.width, camera.info.height
        settings = replace(settings, stroke_size=stroke_scale(size_of_strokes, across, down))
        resolution.begin(opened.seconds_at(*reduced_size(across, down, settings.stroke_size)))
        announce_live(opened.sessions, count, resolution.size, verbose=verbose)
        with ModelPool(opened.mixer, opened.models, styles.names) as pool:
            controls, stages = LiveControls(settings, count), StageTimer()
            mixers = live_styles.timed(pool.get, stages)
            meter = FrameStats()
            stylizer = LiveStylizer(
                mixers,
                count,
                lambda: controls.settings,
                resolution,
                lambda: None if pool.is_busy else meter.frames,
            )
            pool.prepare(stylizer.config)
            display = Hud(
                styles.names,
                camera.info,
                opened.runs_on,
                lambda: stylizer.config,
                lambda: camera.notice or pool.notice,
                meter,
            )
            wanted = ControlOptions(
                control, control_token, presets, osc, midi, midi_map, midi_learn
            )
            with (
                Controls(wanted, controls, display, say) as outside,
                HotReload(opened.by_file, outside.remote.notify),
            ):
                _run(
                    lambda stopped: run_live(
                        camera,
                        stylizer,
                        controls,
                        display,
                        sink or [],
                        stages,
                        stopped=stopped,
                        on_note=say,
                        outside=outside,
                        output_size=result_size,
                    ),
                    display,
                    frames,
                )
    if stats and display.meter.frames > 1:
        _print_stages(stages)


def _open(opener: "Callable[[], LiveSource]", wait: bool) -> "LiveSource":
    """Open a source; with ``wait`` as soon as it is there."""
    from realtime_nst.sources.live import wait_for_source

    if not wait:
        return opener()
    return wait_for_source(opener, lambda error: say(f"waiting: {error}"))


def _run(
    run_until: Callable[[Callable[[], bool]], list[Path]], display: "Hud", frames: int | None
) -> None:
    """Run a session until Ctrl-C or a number of frames, and print what it did."""
    from realtime_nst.live.session import format_summary

    try:
        with interrupts() as interrupted:
            recorded = run_until(lambda: interrupted() or display.meter.frames == frames)
    finally:
        if display.meter.frames:
            say(format_summary(display.meter))
    for path in recorded:
        say(f"recorded: {path}")


def _print_stages(stages: "StageTimer") -> None:
    from realtime_nst.cli.summary import LIVE_STAGES, format_stage_shares

    say(format_stage_shares(stages.busy, stages.seconds, LIVE_STAGES))
