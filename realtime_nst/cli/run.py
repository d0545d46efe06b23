"""``video`` and ``image``: paint files."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from realtime_nst.cli.arguments import name_of, path_of

StyleName = Annotated[
    str,
    typer.Option(
        "--style",
        "-s",
        help="A name from `realtime-nst styles`, a blend of one model's styles (a:0.6,b:0.4), "
        "or a path to a .onnx model.",
    ),
]
Tier = Annotated[
    str | None,
    typer.Option(help="nano, fast, quality or johnson. [default: fast if there is one]"),
]
DeviceName = Annotated[
    str,
    typer.Option(
        "--device",
        help="auto, the fastest of what is there; or cpu, openvino, cuda, tensorrt, directml, "
        "coreml, webgpu.",
    ),
]
Precision = Annotated[
    str,
    typer.Option(
        help="auto, the fastest there is of the model; or fp32, int8, bf16 (OpenVINO), fp16 (GPUs)."
    ),
]
Stats = Annotated[
    bool, typer.Option("--stats/--no-stats", help="Say at the end how long each stage was at work.")
]
Threads = Annotated[int | None, typer.Option(min=1, help="Of the CPU. [default: all cores]")]


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
            min=0, max=1, help="Against flicker, from 0, off, to 1. [default: right for most films]"
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
) -> None:
    """Paint videos; their size, times, sound and other tracks stay as they are."""
    from realtime_nst.cli import painting, videos, words
    from realtime_nst.cli.rehearsing import rehearse
    from realtime_nst.jobs import jobs_for
    from realtime_nst.shape import Shape
    from realtime_nst.sinks.codecs import PIPE, VideoOptions

    reading = words.reading(start, end, duration, on_error, fps)
    if words.pipe(format) == "rawvideo" and str(sources[0]) == PIPE:
        reading = replace(reading, raw=words.raw(size, fps, pix_fmt))
        size, fps, pix_fmt = None, None, pix_fmt if result == PIPE else None
    shape = Shape(words.pixels(size), words.rate(fps), render_scale, side_by_side)
    options = VideoOptions(codec, crf, preset, pix_fmt, audio, reading.skip_broken, format)
    strength, styles, fading = (
        painting.strength(stabilise),
        words.styles(style),
        words.seconds(fade),
    )
    described = painting.described(style, fade, tier, strength)
    choices = videos.Choices(reading, shape, options, described, strength, resume, stats)
    jobs = jobs_for(sources, result)
    if dry_run:
        rehearse(jobs, choices, skip_existing=skip_existing)
        return
    engine = painting.Engine(tier, device, precision, threads)
    network = videos.opened_once(partial(painting.open_timeline, styles, fading, engine))
    told = videos.Telling(skip_existing, as_json, pipe=result == PIPE)
    videos.convert_all(jobs, choices, network, told)


def image(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="IN...", parser=path_of, help="Pictures, or a folder."),
    ],
    result: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", parser=path_of, help=".png, .jpg or .webp; for several a folder."
        ),
    ],
    style: StyleName,
    tier: Tier = None,
    device: DeviceName = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
) -> None:
    """Paint a picture, several, or all of a folder."""
    from realtime_nst.cli import painting
    from realtime_nst.cli.report import reported
    from realtime_nst.cli.videos import paint
    from realtime_nst.sinks import open_sink
    from realtime_nst.sources import open_source
    from realtime_nst.sources.images import ImageSource

    several = len(sources) > 1
    with (
        reported(result) as meter,
        ImageSource(sources) if several else open_source(sources[0]) as pictures,
    ):
        stylizer = painting.open_style(style, painting.Engine(tier, device, precision, threads))
        with open_sink(result, pictures.info) as sink:
            paint(pictures, stylizer, sink, meter)
