"""``video`` and ``image``: paint files."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from realtime_nst.cli.arguments import name_of, path_of
from realtime_nst.cli.options import DeviceName, Precision, Stats, Threads, Tier, Verbose


def video(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="IN...",
            parser=path_of,
            help="Videos, a folder of them, frames/%06d.png, or - for a pipe.",
        ),
    ],
    result: Annotated[
        str,
        typer.Argument(
            metavar="OUT",
            parser=name_of,
            help="Video file: .mp4, .mov, .mkv, .webm, .avi, .gif, .apng, .webp or .y4m; a folder, "
            "as in stylized/; images: frames/%06d.png; or - for a pipe.",
        ),
    ],
    style: Annotated[
        list[str],
        typer.Option(
            "--style",
            "-s",
            help="As for image; more of them, as in -s a -s b@5s -s c@1:30, follow one another.",
        ),
    ],
    fade: Annotated[
        str | None, typer.Option(help="Seconds from one style to the next; 0 cuts. [default: 0.5]")
    ] = None,
    tier: Tier = None,
    device: DeviceName = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    codec: Annotated[
        str | None,
        typer.Option(
            help="h264, hevc, av1, vp9, prores or ffv1; h264_nvenc, hevc_nvenc or av1_nvenc with "
            "an NVIDIA GPU; h264_qsv, hevc_qsv or av1_qsv with an Intel one. "
            "[default: as OUT usually has]"
        ),
    ] = None,
    crf: Annotated[
        int | None,
        typer.Option(min=0, max=100, help="Lower is better and bigger. [default: h264 18]"),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="The encoder's; h264: ultrafast to veryslow.")
    ] = None,
    pix_fmt: Annotated[str | None, typer.Option(help="FFmpeg's name, e.g. yuv444p.")] = None,
    format: Annotated[
        str,
        typer.Option(
            help="What goes through pipes: y4m, or rawvideo; that has to be told --size, --fps and "
            "--pix-fmt (yuv420p) where it comes in."
        ),
    ] = "y4m",
    start: Annotated[
        str | None, typer.Option(help="Where to begin: 90, 1:30 or 0:01:30.5.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="Where to end.")] = None,
    duration: Annotated[
        str | None, typer.Option(help="How much to take, instead of --end.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="1280x720; 1280x or x720 keep the proportions.")
    ] = None,
    fps: Annotated[
        str | None, typer.Option(help="A constant rate: 25, 29.97, 30000/1001. [pictures: 25]")
    ] = None,
    render_scale: Annotated[
        float, typer.Option(min=0.05, max=2, help="The network's share of the size; 0.5 is faster.")
    ] = 1.0,
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", help="The input to the left of the painting.")
    ] = False,
    audio: Annotated[bool, typer.Option("--keep-audio/--no-audio", help="The sound.")] = True,
    on_error: Annotated[
        str, typer.Option(help="stop or skip, where the input is damaged.", show_default=True)
    ] = "stop",
    stabilise: Annotated[
        float | None,
        typer.Option(
            "--stabilize",
            min=0,
            max=1,
            help="Against flicker, from 0, off, to 1. [default: right for most films]",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted run has ended.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave results alone that are there.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The outcome, for programs.")] = False,
    stats: Stats = True,
    verbose: Verbose = False,
) -> None:
    """Paint videos; their size, times, sound and other tracks stay as they are."""
    from realtime_nst.cli import painting, parsing, videos
    from realtime_nst.convert.dry_run import dry_run as only_report
    from realtime_nst.convert.jobs import jobs_for
    from realtime_nst.convert.transforms import OutputShape
    from realtime_nst.sinks.video.codecs import PIPE, VideoOptions
    from realtime_nst.sources.video.opening import is_pipe

    reading = parsing.reading(start, end, duration, on_error, fps)
    if parsing.pipe(format) == "rawvideo" and is_pipe(sources[0]):
        reading = replace(reading, raw=parsing.raw(size, fps, pix_fmt))
        size, fps, pix_fmt = None, None, pix_fmt if result == PIPE else None
    shape = OutputShape(
        parsing.parse_size(size), parsing.parse_rate(fps), render_scale, side_by_side
    )
    options = VideoOptions(codec, crf, preset, pix_fmt, audio, reading.skip_broken, format)
    strength, styles, fading = (
        painting.strength(stabilise),
        parsing.parse_styles(style),
        parsing.parse_seconds(fade),
    )
    described = painting.described(style, fade, tier, strength)
    choices = videos.ConversionOptions(reading, shape, options, described, strength, resume, stats)
    jobs = jobs_for(sources, result)
    if dry_run:
        only_report(jobs, choices, skip_existing=skip_existing)
        return
    engine = painting.Engine(tier, device, precision, threads, verbose)
    network = videos.opened_once(partial(painting.open_timeline, styles, fading, engine))
    told = videos.ReportOptions(skip_existing, as_json, pipe=result == PIPE)
    videos.convert_all(jobs, choices, network, told)


def image(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="IN...",
            parser=path_of,
            help="Images, folders of them, or - for standard input.",
        ),
    ],
    result: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            parser=path_of,
            help=".png, .jpg or .webp; a folder for several; or - for standard output (PNG).",
        ),
    ],
    style: Annotated[
        list[str],
        typer.Option(
            "--style",
            "-s",
            help="A name from `realtime-nst styles`, a blend of one model's styles (a:0.6,b:0.4), "
            "one at half its strength (a:0.5), or a path to a .onnx model.",
        ),
    ],
    tier: Tier = None,
    device: DeviceName = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    size: Annotated[
        str | None,
        typer.Option(help="Size of the result: 1280x720; 1280x or x720 keep the proportions."),
    ] = None,
    render_scale: Annotated[
        float,
        typer.Option(
            min=0.05, max=2, help="Size the network works at, as a share of the result's."
        ),
    ] = 1.0,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Read the sub-folders of folders, too.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Skip images whose result exists.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the outcome of each image as JSON.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Stylize images; transparency, EXIF, XMP, resolution and color profile are kept."""
    from realtime_nst.cli import painting, parsing
    from realtime_nst.cli.photos import stylize_all
    from realtime_nst.cli.summary import print_notes
    from realtime_nst.convert.photo_jobs import photo_jobs, unread_folders
    from realtime_nst.convert.transforms import OutputShape

    if len(style) > 1:
        blend = ",".join(f"{name}:{1 / len(style):.2g}" for name in style)
        raise typer.BadParameter(f"give one; {blend} blends them", param_hint="--style")
    jobs = photo_jobs(sources, result, recursive=recursive)
    if not recursive:
        print_notes(
            f"{each}: sub-folders are left out; add --recursive" for each in unread_folders(sources)
        )
    engine = painting.Engine(tier, device, precision, threads, verbose)
    stylize_all(
        jobs,
        lambda: painting.open_style(style[0], engine),
        OutputShape(parsing.parse_size(size), None, render_scale),
        skip_existing=skip_existing,
        as_json=as_json,
    )
