"""``bench``: how fast models are on this machine."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.options import Tier, limited
from realtime_nst.cli.table import table
from realtime_nst.errors import NstError
from realtime_nst.timing import format_3digits

if TYPE_CHECKING:
    from realtime_nst.bench.end_to_end import EndToEnd
    from realtime_nst.bench.latency import Comparison, Speed
    from realtime_nst.bench.report import Report
    from realtime_nst.bench.subject import BenchRequest, RuntimeDescription, Size

T = TypeVar("T")

app = typer.Typer(help="Measure how fast models are on this machine.")
SIZES = "640x480,1280x720"
Sizes = Annotated[str, typer.Option("--size", help="Of the pictures: 640x480,1280x720.")]
Json = Annotated[bool, typer.Option("--json", help="For programs, with the machine in it.")]
COLUMNS = ("model", "size", "median", "p95", "fps", "opened", "first", "memory")
WHOLE_COLUMNS = ("model", "source", "size", "fps", "at work")


@app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    style: Annotated[
        list[str] | None,
        typer.Option("--style", "-s", help="A style or model.onnx; repeatable. [default: all]"),
    ] = None,
    size: Sizes = SIZES,
    tier: Tier = None,
    device: Annotated[
        str, typer.Option(help="As for `video`; several: cpu,cuda.", show_default=True)
    ] = "auto",
    precision: Annotated[
        str, typer.Option(help="fp32, int8, fp16, bf16; several: fp32,int8.", show_default=True)
    ] = "auto",
    threads: Annotated[
        str | None, typer.Option(help="Of the CPU; several: 1,2. [default: all cores]")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, hidden=True)] = 1,  # models take one image
    seconds: Annotated[float, typer.Option(min=0, help="For each model and size.")] = 3.0,
    warmup: Annotated[int, typer.Option(min=0, help="Calls before those that count.")] = 5,
    pipeline: Annotated[
        bool, typer.Option("--pipeline", help="Also the whole way of a frame, into nothing.")
    ] = False,
    source: Annotated[
        list[str] | None,
        typer.Option(help="With --pipeline: a video; repeatable. [default: moving bars]"),
    ] = None,
    as_json: Json = False,
    chart: Annotated[
        Path | None, typer.Option(parser=path_of, help="Picture to draw: chart.png.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FOLDER", parser=path_of, help="To keep the figures in.")
    ] = None,
) -> None:
    """Time models, bytes to bytes: one frame in, one painted frame out."""
    if context.invoked_subcommand:
        return
    from realtime_nst.bench.end_to_end import run_whole, synthetic
    from realtime_nst.bench.latency import measure, need_single
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
    wanted = _wanted(style, device, threads, precision)
    effort = Budget(warmup, seconds)
    found = _each(wanted, lambda one: measure([one], sizes, effort, tier, _announce))
    speeds = tuple(chain(*found.values()))
    sources = source or [synthetic(*each) for each in sizes]
    wholes = tuple(run_whole([*found], sources, seconds, tier)) if pipeline else ()
    report = replace(report, speeds=speeds, wholes=wholes)
    typer.echo(report.to_json().rstrip() if as_json else _tables(report))
    if chart:
        _draw(speeds, chart)
    if save:
        typer.echo(f"saved: {kept(report, save)}", err=True)


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="STYLE, STYLE@DEVICE or STYLE@int8.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other.")],
    size: Sizes = "640x480",
    tier: Tier = None,
    pairs: Annotated[int, typer.Option(min=1, help="Turns each gets, at each size.")] = 20,
    as_json: Json = False,
) -> None:
    """Let two models take turns, and say how many times as long B takes as A."""
    from realtime_nst.bench.latency import compare
    from realtime_nst.bench.subject import parse

    report, pair = _begin(), (parse(a), parse(b))
    results = [compare(pair, each, pairs, tier) for each in _sizes(size)]
    if as_json:
        told = {**asdict(report), "comparisons": [asdict(result) for result in results]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        typer.echo("\n".join(_versus(a, b, result) for result in results))


def _begin() -> "Report":
    """The machine before anything runs; a word to people if it has something else to do."""
    from realtime_nst.bench.report import new_report

    report = new_report()
    if report.busy:
        busy = f"this machine is busy (load {report.load}, cores {report.machine.cores})"
        typer.echo(f"note: {busy}: believe only ratios, from `bench compare`", err=True)
    return report


def _wanted(
    styles: list[str] | None, devices: str, threads: str | None, precisions: str
) -> "list[BenchRequest]":
    from realtime_nst.bench.subject import BenchRequest, everything

    counts = dict.fromkeys(map(_count, threads.split(","))) if threads else [None]
    names = styles or everything()
    every = product(names, devices.split(","), counts, precisions.split(","))
    return [BenchRequest(*each) for each in every]


def _each(
    wanted: "Sequence[BenchRequest]", measure: "Callable[[BenchRequest], Iterable[T]]"
) -> "dict[BenchRequest, list[T]]":
    """What was measured; of several things that do not all run, those that do."""
    measured: dict[BenchRequest, list[T]] = {}
    refused: list[NstError] = []
    for one in wanted:
        try:
            measured[one] = list(measure(one))
        except NstError as error:
            refused.append(error)
            if len(wanted) > 1:
                typer.echo(f"note: left out: {error}", err=True)
    if not measured and refused:
        raise refused[-1]
    return measured


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise typer.BadParameter(f"{text!r} is no number of threads; e.g. 1,2")
    return limited(int(text)) or 1


def _sizes(text: str) -> "list[Size]":
    from realtime_nst.cli.parsing import parse_full_size

    return [parse_full_size(each, "--size") for each in text.split(",")]


def _announce(runner: "RuntimeDescription", size: "Size") -> None:
    typer.echo(f"{runner.label}, {size[0]}x{size[1]} ...", err=True)


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
    # Both are open: what either holds of the memory cannot be told.
    rows = [(name, *_row(speed)[:-1]) for name, speed in zip(names, speeds, strict=True)]
    longer = result.longer
    low, median, high = map(format_3digits, (longer.low, longer.median, longer.high))
    said = f"B takes {median} times as long as A (half of {longer.pairs} turns: {low} to {high})"
    return f"{table([('', *COLUMNS[:-1]), *rows])}\n{said}"


def _draw(speeds: "Sequence[Speed]", path: Path) -> None:
    from realtime_nst.bench.chart import draw_chart
    from realtime_nst.image_io.write import write_image

    write_image(path, draw_chart(speeds))
    typer.echo(f"chart: {path}", err=True)
