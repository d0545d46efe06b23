"""``video`` and ``image``: paint files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from realtime_nst.meter import Meter, Stopwatch
    from realtime_nst.sinks import Sink
    from realtime_nst.sources import Source
    from realtime_nst.stylize.stylizer import Stylizer

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
    source: Annotated[Path, typer.Argument(metavar="IN", help="A video.")],
    result: Annotated[
        Path, typer.Argument(metavar="OUT", help=".mp4, .mov, .mkv, .webm, .avi, or a folder.")
    ],
    style: StyleName,
    tier: Tier = None,
    device: DeviceName = "auto",
    threads: Threads = None,
    crf: Annotated[
        int | None,
        typer.Option(min=0, max=63, help="Lower is better and bigger. [default: 20, webm 32]"),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="ultrafast to veryslow. [default: veryfast]")
    ] = None,
    no_audio: Annotated[bool, typer.Option("--no-audio", help="Leave the sound out.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Show which stage sets the pace.")] = False,
) -> None:
    """Paint a video; its size, times and sound stay as they are."""
    from realtime_nst.cli.report import reported, say
    from realtime_nst.meter import Stopwatch
    from realtime_nst.sinks import open_sink
    from realtime_nst.sinks.codecs import VideoOptions
    from realtime_nst.sources import open_source

    options = VideoOptions(None, crf, preset, audio=not no_audio)
    stages = Stopwatch() if stats else None
    with reported(result, stages) as meter, open_source(source) as frames:
        stylizer = _open_style(style, tier, device, threads)
        with open_sink(result, frames.info, options) as sink:
            say([*frames.info.notes, *sink.notes])
            _paint(frames, stylizer, sink, meter, stages)


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
            _paint(pictures, stylizer, sink, meter)


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


def _paint(
    source: "Source",
    stylizer: "Stylizer",
    sink: "Sink",
    meter: "Meter",
    stages: "Stopwatch | None" = None,
) -> None:
    """Run the pipeline; Ctrl-C ends it between two frames, so that the sink can finish its file."""
    from realtime_nst.cli.interrupt import interrupts
    from realtime_nst.cli.report import progress
    from realtime_nst.pipeline import run

    with interrupts() as stopped, progress(source.info.frames, meter) as count:
        run(source, stylizer, sink, stopped=stopped, on_frame=count, stopwatch=stages)
        if stopped():
            raise KeyboardInterrupt
