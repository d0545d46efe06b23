"""The commands ``bench`` and ``bench compare``: measure the speed of models."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.examples import examples
from realtime_nst.cli.help import HelpCommand
from realtime_nst.cli.messages import note, say
from realtime_nst.cli.options import Json, Tier, limited
from realtime_nst.cli.overwriting import Overwrite, may_write
from realtime_nst.cli.table import table
from realtime_nst.errors import NstError
from realtime_nst.timing import format_3digits

if TYPE_CHECKING:
    from realtime_nst.bench.end_to_end import EndToEnd
    from realtime_nst.bench.latency import Comparison, Speed
    from realtime_nst.bench.report import Report
    from realtime_nst.bench.subject import BenchRequest, RuntimeDescription, Size

T = TypeVar("T")

app = typer.Typer()
SIZES = "640x480,1280x720"
"""Frame sizes to measure: a usual webcam's, and HD."""
Sizes = Annotated[
    str,
    typer.Option(
        "--size", metavar="SIZES", help="Frame sizes to measure, for example 640x480,1280x720."
    ),
]
COLUMNS = ("model", "size", "median", "p95", "fps", "opened", "first", "memory")
WHOLE_COLUMNS = ("model", "source", "size", "fps", "at work")


@app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    style: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            "-s",
            metavar="STYLE",
            help="Style or model.onnx to measure; may be repeated. [default: all models]",
        ),
    ] = None,
    size: Sizes = SIZES,
    tier: Tier = None,
    device: Annotated[
        str,
        typer.Option(
            metavar="DEVICES", help="Devices to measure, as for `video`, for example cpu,cuda."
        ),
    ] = "auto",
    precision: Annotated[
        str,
        typer.Option(
            metavar="PRECISIONS",
            help="Precisions to measure: fp32, int8, fp16 or bf16, for example fp32,int8.",
        ),
    ] = "auto",
    threads: Annotated[
        str | None,
        typer.Option(
            metavar="N,N",
            help="Numbers of CPU threads to measure, for example 1,2. [default: all cores]",
        ),
    ] = None,
    batch: Annotated[int, typer.Option(min=1, hidden=True)] = 1,  # models take one image
    seconds: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0, help="Time to measure each model and size."),
    ] = 3.0,
    warmup: Annotated[
        int, typer.Option(metavar="N", min=0, help="Number of calls before those measured.")
    ] = 5,
    pipeline: Annotated[
        bool,
        typer.Option(
            "--pipeline",
            help="Also measure the whole pipeline: decode, stylize, and discard the frames.",
        ),
    ] = False,
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VIDEO",
            help="Video for --pipeline; may be repeated. [default: a generated test video]",
        ),
    ] = None,
    as_json: Json = False,
    chart: Annotated[
        Path | None,
        typer.Option(
            metavar="IMAGE", parser=path_of, help="Image to write, a chart of the results."
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", parser=path_of, help="Folder to save the results in."),
    ] = None,
    overwrite: Overwrite = None,
) -> None:
    """Measure how fast models stylize a frame, from the bytes of one to those of the other."""
    if context.invoked_subcommand:
        return
    from realtime_nst.bench.end_to_end import run_whole, synthetic
    from realtime_nst.bench.latency import measure, need_single
    from realtime_nst.bench.report import file_of
    from realtime_nst.bench.report import save as kept
    from realtime_nst.files import check_folder
    from realtime_nst.image_io.write import check_picture
    from realtime_nst.timing import Budget

    if chart:
        check_picture(chart, map(Path, source or []))
    if save:
        check_folder(save)
    need_single(batch)
    report, sizes = _begin(), _sizes(size)
    if not may_write([chart, save and file_of(report, save)], overwrite):
        return
    requests = _requests(style, device, threads, precision)
    effort = Budget(warmup, seconds)
    found = _each(requests, lambda one: measure([one], sizes, effort, tier, _announce))
    speeds = tuple(chain(*found.values()))
    sources = source or [synthetic(*each) for each in sizes]
    wholes = tuple(run_whole([*found], sources, seconds, tier)) if pipeline else ()
    report = replace(report, speeds=speeds, wholes=wholes)
    typer.echo(report.to_json().rstrip() if as_json else _tables(report))
    if chart:
        _draw(speeds, chart)
    if save:
        say(f"saved: {kept(report, save)}")


@app.command(
    cls=HelpCommand,
    short_help="Measure two models in turns.",
    epilog=examples("bench compare"),
)
def compare(
    a: Annotated[
        str, typer.Argument(metavar="A", help="First model: STYLE, STYLE@DEVICE or STYLE@int8.")
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="Second model, in the same form.")],
    size: Sizes = "640x480",
    tier: Tier = None,
    pairs: Annotated[
        int, typer.Option(metavar="N", min=1, help="Number of turns of each model at each size.")
    ] = 20,
    as_json: Json = False,
) -> None:
    """Measure two models in turns, and print the ratio of the time of B to that of A."""
    from realtime_nst.bench.latency import compare
    from realtime_nst.bench.subject import parse

    report, pair = _begin(), (parse(a), parse(b))
    results = [compare(pair, each, pairs, tier) for each in _sizes(size)]
    if as_json:
        values = {**asdict(report), "comparisons": [asdict(result) for result in results]}
        typer.echo(json.dumps(values, ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(_versus(a, b, result) for result in results))


def _begin() -> "Report":
    """Describe the machine before measuring; print a note if it is busy."""
    from realtime_nst.bench.report import new_report

    report = new_report()
    if report.busy:
        busy = f"this machine is busy (load {report.load}, cores {report.machine.cores})"
        note(f"{busy}: only the ratios of `bench compare` are reliable")
    return report


def _requests(
    styles: list[str] | None, devices: str, threads: str | None, precisions: str
) -> "list[BenchRequest]":
    from realtime_nst.bench.subject import BenchRequest, everything

    counts = dict.fromkeys(map(_count, threads.split(","))) if threads else [None]
    names = styles or everything()
    every = product(names, devices.split(","), counts, precisions.split(","))
    return [BenchRequest(*each) for each in every]


def _each(
    requests: "Sequence[BenchRequest]", measure: "Callable[[BenchRequest], Iterable[T]]"
) -> "dict[BenchRequest, list[T]]":
    """Measure each request; of several, those that cannot run are left out with a note."""
    measured: dict[BenchRequest, list[T]] = {}
    errors: list[NstError] = []
    for request in requests:
        try:
            measured[request] = list(measure(request))
        except NstError as error:
            errors.append(error)
            if len(requests) > 1:
                note(f"skipped: {error}")
    if not measured and errors:
        raise errors[-1]
    return measured


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise typer.BadParameter(f"{text!r} is not a number of threads; for example 1,2")
    return limited(int(text)) or 1


def _sizes(text: str) -> "list[Size]":
    from realtime_nst.cli.parsing import parse_full_size

    return [parse_full_size(each, "--size") for each in text.split(",")]


def _announce(runner: "RuntimeDescription", size: "Size") -> None:
    say(f"{runner.label}, {size[0]}x{size[1]} ...")


def _tables(report: "Report") -> str:
    speeds = table([COLUMNS, *(_row(speed) for speed in report.speeds)])
    if not report.wholes:
        return speeds
    wholes = table([WHOLE_COLUMNS, *(_whole_row(whole) for whole in report.wholes)])
    return f"{speeds}\n\n{wholes}"


def _row(speed: "Speed") -> tuple[str, ...]:
    memory = "" if speed.peak_mb is None else f"{speed.peak_mb:.0f} MB"
    times = (speed.median_ms, speed.p95_ms, speed.opened_ms, speed.first_ms)
    median, p95, opened, first = (f"{format_3digits(time)} ms" for time in times)
    size = f"{speed.width}x{speed.height}"
    return (speed.runner.label, size, median, p95, format_3digits(speed.fps), opened, first, memory)


def _whole_row(whole: "EndToEnd") -> tuple[str, ...]:
    shares = (f"{stage} {share:.0%}" for stage, share in whole.shares.items())
    size = f"{whole.width}x{whole.height}"
    return (whole.runner.label, whole.source, size, format_3digits(whole.fps), ", ".join(shares))


def _versus(a: str, b: str, result: "Comparison") -> str:
    names = (f"A {a}", f"B {b}")
    speeds = (result.first, result.second)
    # Both are open: the memory of each alone cannot be measured.
    rows = [(name, *_row(speed)[:-1]) for name, speed in zip(names, speeds, strict=True)]
    longer = result.longer
    low, median, high = map(format_3digits, (longer.low, longer.median, longer.high))
    verdict = f"B takes {median} times as long as A (half of {longer.pairs} turns: {low} to {high})"
    return f"{table([('', *COLUMNS[:-1]), *rows])}\n{verdict}"


def _draw(speeds: "Sequence[Speed]", path: Path) -> None:
    from realtime_nst.bench.chart import draw_chart
    from realtime_nst.image_io.write import write_image

    write_image(path, draw_chart(speeds))
    say(f"chart: {path}")
