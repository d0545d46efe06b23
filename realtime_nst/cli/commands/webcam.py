"""``webcam``, or ``live``: paint what a camera sees, as it happens."""

from typing import Annotated

import typer

from realtime_nst.cli.commands.convert import DeviceName, Precision, Stats, Threads, Tier, Verbose


def webcam(
    style: Annotated[
        list[str] | None,
        typer.Option("--style", "-s", help="A style; more of them for the keys 1 to 9."),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            help="A camera's number, name or path, a URL (RTSP, HTTP MJPEG), screen:0, or a file, "
            "which is played as if live."
        ),
    ] = "0",
    sink: Annotated[
        list[str] | None,
        typer.Option(
            help="window, a file to record to, a folder for snapshots and recordings by key, "
            "http://127.0.0.1:8080, virtualcam or null; repeatable. [default: window]"
        ),
    ] = None,
    mosaic: Annotated[
        str | None, typer.Option(metavar="A,B,C,D", help="Styles to show at once, in tiles.")
    ] = None,
    size: Annotated[str | None, typer.Option(help="To ask the camera for: 1280x720.")] = None,
    fps: Annotated[float | None, typer.Option(min=1, help="To ask the camera for.")] = None,
    backend: Annotated[
        str | None, typer.Option(help="v4l2, dshow, msmf, avfoundation or any.")
    ] = None,
    loop: Annotated[bool, typer.Option(help="Start a file over at its end.")] = True,
    fps_target: Annotated[
        float, typer.Option(min=1, help="To hold: where painting is too slow, it works smaller.")
    ] = 24,
    working_size: Annotated[
        str, typer.Option(help="To paint at: auto, full (the camera's), or 480x360.")
    ] = "auto",
    morph: Annotated[
        float, typer.Option(min=0, max=0.99, help="From the first style towards the second.")
    ] = 0.0,
    strength: Annotated[float, typer.Option(min=0, max=1, help="Of the painting.")] = 1.0,
    keep_colours: Annotated[
        bool, typer.Option("--keep-colors", help="Of the camera; only light is painted.")
    ] = False,
    stabilise: Annotated[
        float | None,
        typer.Option(
            "--stabilize", min=0, max=1, help="Against flicker, from 0, off, to 1. [default: on]"
        ),
    ] = None,
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", help="The camera's picture to the left.")
    ] = False,
    mirror: Annotated[bool, typer.Option(help="As in a mirror.")] = True,
    frozen: Annotated[bool, typer.Option("--frozen", help="Begin with a still picture.")] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Begin to record, to a file named by the time.")
    ] = False,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Fill the screen.")] = False,
    hud: Annotated[bool, typer.Option(help="Show numbers in the window.")] = True,
    keys: Annotated[bool, typer.Option("--keys", help="Show what the keys do.")] = False,
    frames: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
    stats: Stats = True,
    tier: Tier = None,
    device: DeviceName = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    verbose: Verbose = False,
) -> None:
    """Paint a camera's picture live. Press ? in the window for its keys."""
    from time import perf_counter

    from realtime_nst.cli import opening, painting
    from realtime_nst.cli.summary import LIVE_STAGES, format_stage_shares
    from realtime_nst.live import styles as furnishing
    from realtime_nst.live.hud import Hud
    from realtime_nst.live.mixer_pool import MixerPool
    from realtime_nst.live.session import run_live
    from realtime_nst.live.settings import LiveControls, LiveSettings
    from realtime_nst.live.stylizer import LiveStylizer
    from realtime_nst.sources.live import open_live
    from realtime_nst.stats import StageTimer

    names = furnishing.names(style or [], mosaic)
    if morph and len(names) < 2:
        raise typer.BadParameter("needs two styles: -s a -s b", param_hint="--morph")
    settings = LiveSettings(
        morph=morph,
        strength=strength,
        keep_colours=keep_colours,
        stabilise=painting.strength(stabilise),
        tiled=mosaic is not None,
        side_by_side=side_by_side,
        mirror=mirror,
        frozen=frozen,
        recording=record,
        fullscreen=fullscreen,
        hud=hud,
        help=keys,
    )
    engine = painting.Engine(tier, device, precision, threads, verbose)
    styles = furnishing.find_styles(names, engine)
    with open_live(source, opening.asked(size, fps, backend), loop=loop) as camera:
        opening.introduce(camera.info.name, camera.info.notes)
        resolution = opening.resolution(working_size, camera.info, fps_target)
        with MixerPool(styles.palette_for) as studio:
            tiled = len(names) if settings.tiled else 0
            runs_on = furnishing.open_first_mixer(studio, styles, resolution, tiled)
            controls = LiveControls(settings, len(names))
            stages = StageTimer()
            palettes = furnishing.timed(studio.get, stages)
            painter = LiveStylizer(palettes, len(names), lambda: controls.settings, resolution)
            numbers = Hud(names, camera.info, runs_on, lambda: painter.work, lambda: camera.notice)
            began = perf_counter()
            run_live(camera, painter, controls, numbers, sink or [], frames, stages)
            seconds = perf_counter() - began
    if stats and numbers.meter.frames > 1:
        typer.echo(format_stage_shares(stages.busy, seconds, LIVE_STAGES), err=True)
