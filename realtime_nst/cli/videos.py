"""Run the jobs of ``video`` and print their results."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from time import perf_counter

import typer

from realtime_nst.cli import progress
from realtime_nst.cli.messages import fail, note, say
from realtime_nst.cli.overwriting import INPUT_HINT, may_replace
from realtime_nst.cli.signals import interrupts
from realtime_nst.cli.summary import report_run
from realtime_nst.convert.converter import Outcome, RunCallbacks, can_resume, convert
from realtime_nst.convert.dry_run import describe_stream, dry_run
from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.preflight import check
from realtime_nst.convert.resume import file_of, is_finished, is_taken
from realtime_nst.errors import NstError
from realtime_nst.files import check_file
from realtime_nst.frame import StreamInfo
from realtime_nst.inference.engines import Size
from realtime_nst.sinks.video.codecs import PIPE
from realtime_nst.stats import FrameStats, StageTimer
from realtime_nst.stylize.timeline import Timeline

TimelineOpener = Callable[[Size | None], Timeline]
"""Opens the styles for frames of a size."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What is printed, and which jobs are skipped."""

    skip_existing: bool = False
    as_json: bool = False
    pipe: bool = False
    """Whether the video is written to standard output."""
    stats: bool = True
    """Whether to print how long each stage was busy."""


def convert_all(
    jobs: Sequence[Job], options: ConversionOptions, opener: TimelineOpener, report: ReportOptions
) -> None:
    """Convert videos one by one; a video that fails does not stop the others.

    The styles are opened for the first video that can be read and written. The results are printed
    at the end, also of a run that is stopped by Ctrl-C.

    Raises:
        NstError: the only video cannot be converted.
        Exit: one of several videos failed; with code 1.
    """
    outcomes: list[Outcome] = []
    try:
        for number, job in enumerate(jobs, 1):
            if len(jobs) > 1:
                say(f"{number}/{len(jobs)} {job.source}")
            alone = len(jobs) == 1 and not report.as_json
            outcomes.append(_outcome(job, options, opener, report, alone=alone))
    except KeyboardInterrupt:
        outcomes.append(Outcome(str(job.source), str(job.result), "stopped"))
        raise
    finally:
        _summarize(outcomes, len(jobs), report)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def open_once(opener: TimelineOpener) -> TimelineOpener:
    """Return an opener that opens the styles for the first size, and then returns them again."""
    opened: list[Timeline] = []

    def timeline(size: Size | None) -> Timeline:
        if not opened:
            opened.append(opener(size))
        return opened[0]

    return timeline


def may_replace_results(
    jobs: Sequence[Job], overwrite: bool | None, *, resume: bool = False
) -> bool:
    """Return whether results that exist are replaced; see ``overwriting.may_replace``.

    Raises:
        SinkError: nobody can be asked, or the only result could not be written at all.
    """
    files = [job for job in jobs if str(job.result) != PIPE]
    finished = [] if resume else [job for job in files if is_taken(job.result)]
    if len(jobs) == 1:
        for job in finished:
            check_file(file_of(job.result), [job.source])
    return may_replace([job.result for job in finished], overwrite, INPUT_HINT)


def print_dry_run(
    jobs: Sequence[Job], options: ConversionOptions, overwrite: bool | None = None
) -> None:
    """Print what would be done.

    Args:
        jobs: what to convert.
        options: how to convert it.
        overwrite: whether results that exist would be replaced; None would ask.

    Raises:
        NstError: the only video could not be converted.
        Exit: one of several videos could not be converted; with code 1.
    """
    failed = 0
    for job in jobs:
        if is_taken(job.result) and not overwrite and not options.resume:
            would = "would be kept" if overwrite is False else "add --overwrite to replace it"
            typer.echo(f"{job.result} exists already: {would}")
            if overwrite is False:
                continue
        try:
            _print_plan(job, options)
        except NstError as error:
            if len(jobs) == 1:
                raise
            failed += 1
            typer.echo(f"{job.source}: error: {error}")
    if failed:
        raise typer.Exit(1)


def _print_plan(job: Job, options: ConversionOptions) -> None:
    plan = dry_run(job, options)
    typer.echo(f"{job.source}: {describe_stream(plan.source)}")
    typer.echo(f"  -> {job.result}: {describe_stream(plan.result)}")
    for each in plan.notes:
        typer.echo(f"  note: {each}")


def _outcome(
    job: Job,
    options: ConversionOptions,
    opener: TimelineOpener,
    report: ReportOptions,
    *,
    alone: bool,
) -> Outcome:
    names, started = (str(job.source), str(job.result)), perf_counter()
    kept = report.skip_existing and is_taken(job.result)
    if kept or (options.resume and is_finished(job.result)):
        again = "nothing was done; add --overwrite to convert it again"
        again = again.replace("add", "replace --resume by") if options.resume else again
        say(f"{job.result} exists already: {again}")
        return Outcome(*names, "skipped")
    try:
        size = check(job, options)
    except NstError as error:
        return _failed(job, error, started, alone=alone)
    timeline = opener(size)  # an error here concerns all videos
    try:
        stats = _convert(job, options, timeline, report)
    except NstError as error:
        return _failed(job, error, started, alone=alone)
    return Outcome(*names, "done", stats.frames, perf_counter() - started)


def _convert(
    job: Job, options: ConversionOptions, timeline: Timeline, report: ReportOptions
) -> FrameStats:
    stages, resumable = StageTimer(), can_resume(job)
    with report_run(job.result, stages if report.stats else None, resumable=resumable) as stats:

        @contextmanager
        def running(info: StreamInfo) -> Iterator[RunCallbacks]:
            # Ctrl-C stops between two frames, and reaches the sink so that it finishes its file.
            with (
                interrupts() as stopped,
                progress.frames(info.frames, stats, file=str(job.source)) as shown,
            ):
                yield RunCallbacks(shown.on_frame, shown.on_wait, stopped)
                if stopped():
                    raise KeyboardInterrupt

        convert(job, options, timeline, on_note=note, running=running, stages=stages)
    return stats


def _failed(job: Job, error: NstError, started: float, *, alone: bool) -> Outcome:
    if alone:
        raise error
    fail(str(error))
    seconds = perf_counter() - started
    return Outcome(str(job.source), str(job.result), "failed", seconds=seconds, error=str(error))


def _summarize(outcomes: Sequence[Outcome], jobs: int, report: ReportOptions) -> None:
    """Print the results of several videos as a table; as JSON also that of one."""
    if report.as_json:
        typer.echo(json.dumps([asdict(one) for one in outcomes], indent=2), err=report.pipe)
    elif jobs > 1:
        width = max((len(outcome.source) for outcome in outcomes), default=0)
        for one in outcomes:
            text = one.error or f"{one.result}: {one.frames} frames in {one.seconds:.1f} s"
            say(f"{one.state:8}{one.source:{width}}  {text}")
