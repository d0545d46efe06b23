"""``video`` and ``image``: paint files."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from realtime_nst.stylize.stylizer import Stylizer
    from realtime_nst.stylize.timeline import Timeline

StyleName = Annotated[
    str,
    typer.Option(
        "--style",
        "-s",
        help="A name from `realtime-nst styles`, a blend of one model's styles (a:0.6,b:0.4), "
        "or a path to a .onnx model.",
    ),
]
Tier = Annotated[str | None, typer.Option(help="fast or johnson. [default: fast if there is one]")]
DeviceName = Annotated[
    str, typer.Option("--device", help="auto, cpu, cuda, tensorrt, directml, openvino or coreml.")
]
Threads = Annotated[int | None, typer.Option(min=1, help="Of the CPU. [default: all cores]")]


def video(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="IN...", help="Videos, a folder of them, frames/%06d.png, or - for a pipe."
        ),
    ],
    result: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help=".mp4, .mov, .mkv, .webm, .avi, .gif, .apng, .webp or .y4m; a folder for "
            "pictures or for several videos; frames/%06d.png; or - for a pipe.",
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
    threads: Threads = None,
    codec: Annotated[
        str | None,
        typer.Option(
            help="h264, hevc, av1, vp9, prores or ffv1; with an NVIDIA GPU h264_nvenc, hevc_nvenc "
            "or av1_nvenc. [default: as OUT usually has]"
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
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave results alone that are there.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The outcome, for programs.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Show which stage sets the pace.")] = False,
) -> None:
    """Paint videos; their size, times, sound and other tracks stay as they are."""
    from realtime_nst.cli import videos, words
    from realtime_nst.jobs import jobs_for
    from realtime_nst.shape import Shape
    from realtime_nst.sinks.codecs import VideoOptions

    reading = words.reading(start, end, duration, on_error, fps)
    shape = Shape(words.size(size), words.rate(fps), render_scale, side_by_side)
    styles = words.styles(style)
    options = VideoOptions(codec, crf, preset, pix_fmt, audio)
    choices = videos.Choices(reading, shape, options, stats)
    jobs = jobs_for(sources, result)
    if dry_run:
        videos.rehearse(jobs, choices)
        return
    stylizer = _open_styles(styles, words.seconds(fade), tier, device, threads)
    outcomes = videos.convert_all(jobs, choices, stylizer, skip_existing=skip_existing)
    videos.summarize(outcomes, as_json=as_json)


def image(
    sources: Annotated[list[Path], typer.Argument(metavar="IN...", help="Pictures, or a folder.")],
    result: Annotated[
        Path, typer.Argument(metavar="OUT", help=".png, .jpg or .webp; for several a folder.")
    ],
    style: StyleName,
    tier: Tier = None,
    device: DeviceName = "auto",
    threads: Threads = None,
) -> None:
    """Paint a picture, several, or all of a folder."""
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
        stylizer = _open_style(style, tier, device, threads)
        with open_sink(result, pictures.info) as sink:
            paint(pictures, stylizer, sink, meter)


def _open_styles(
    styles: dict[Fraction, str],
    fade: Fraction | None,
    tier: str | None,
    device: str,
    threads: int | None,
) -> "Timeline":
    """Open styles by the moments they begin; those of one model share a session."""
    from realtime_nst.stylize.models import find_style
    from realtime_nst.stylize.session import Session, open_session
    from realtime_nst.stylize.timeline import FADE, Cue, Timeline

    sessions: dict[Path, Session] = {}
    cues = []
    for start, style in styles.items():
        choice = find_style(style, tier)
        path = choice.model.path
        if path not in sessions:
            sessions[path] = open_session(path, device, threads=threads)
        session = sessions[path]
        since = f" from {float(start):g} s" if start else ""
        card = session.card
        typer.echo(f"{style}{since} ({card.name}, {card.tier}) on {session.why}", err=True)
        cues.append(Cue(start, session, choice.as_input()))
    return Timeline(cues, FADE if fade is None else fade)


def _open_style(style: str, tier: str | None, device: str, threads: int | None) -> "Stylizer":
    """Find and open a style, and say what it runs on and why."""
    from realtime_nst.stylize.models import find_style
    from realtime_nst.stylize.session import open_session
    from realtime_nst.stylize.stylizer import Stylizer

    choice = find_style(style, tier)
    session = open_session(choice.model.path, device, threads=threads)
    card = session.card
    typer.echo(f"{style} ({card.name}, {card.tier}) on {session.why}", err=True)
    return Stylizer(session, choice.as_input())
