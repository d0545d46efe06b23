"""What ``video`` does with each of its files."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from time import perf_counter

import typer

from realtime_nst.cli import progress
from realtime_nst.cli.signals import interrupts
from realtime_nst.cli.summary import print_notes, report_run
from realtime_nst.convert.jobs import Job
from realtime_nst.convert.preflight import check
from realtime_nst.convert.resume import find_resume_point, is_finished, is_resumable, settings
from realtime_nst.convert.transforms import OutputShape, announced, painted, transform
from realtime_nst.errors import NstError
from realtime_nst.frame import Image
from realtime_nst.inference.engines import Size
from realtime_nst.pipeline import FrameStylizer, run
from realtime_nst.sinks import Sink, open_sink
from realtime_nst.sinks.journal import SEGMENT, Journal, nothing
from realtime_nst.sinks.video.codecs import VideoOptions
from realtime_nst.sources import Source, open_source
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.opening import is_pipe
from realtime_nst.stats import FrameStats, StageTimer
from realtime_nst.stylize.stabilized import StabilizedStylizer
from realtime_nst.stylize.stabilizer import Stabilizer
from realtime_nst.stylize.timeline import Timeline

REPLACED = "what was left of an interrupted {} is replaced; --resume would have gone on"
Memory = Callable[[int], Sequence[Image]]
Network = Callable[[Size | None], Timeline]
"""Opens what paints, for frames of a size."""


@dataclass(frozen=True, slots=True)
class ConversionOptions:
    """How every file is converted."""

    reading: ReadOptions
    shape: OutputShape
    video: VideoOptions
    painting: Mapping[str, str]
    """What decides how a frame is painted, for people."""
    stabilise: float = 0.0
    resume: bool = False
    stats: bool = True
    """Whether it is said how long each stage was at work."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What is done about several files as a whole."""

    skip_existing: bool = False
    as_json: bool = False
    pipe: bool = False
    """Whether a film goes where words usually do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file."""

    source: str
    result: str
    state: str
    """``done``, ``skipped`` or ``failed``."""
    frames: int = 0
    seconds: float = 0.0
    error: str = ""


def convert(job: Job, choices: ConversionOptions, timeline: Timeline) -> FrameStats:
    """Paint one video."""
    shape, stages = choices.shape, StageTimer()
    network = stages.time_calls("network", timeline)
    stabilise = stages.time_calls("stabiliser", Stabilizer())
    calm = StabilizedStylizer(network, choices.stabilise, timeline.cut, SEGMENT, stabilise)
    journal = journal_of(job, choices, calm.state if choices.stabilise else nothing)
    rest = (
        [] if choices.resume or not (journal and journal.known) else [REPLACED.format(job.result)]
    )
    done = find_resume_point(job, journal, calm.restore) if choices.resume else None
    reading = replace(choices.reading, resume=done.pts) if done else choices.reading
    with (
        report_run(job.result, stages if choices.stats else None, resumable=bool(journal)) as meter,
        transform(open_source(job.source, reading), shape, done) as frames,
        open_sink(job.result, announced(frames.info, shape), choices.video, journal) as sink,
    ):
        known = sink.notes
        print_notes([*rest, *frames.info.notes, *known])
        stylize = painted(calm if choices.stabilise else network, shape)
        paint(frames, stylize, sink, meter, stages)
    print_notes(sink.notes[len(known) :])
    return meter


def journal_of(job: Job, choices: ConversionOptions, memory: Memory) -> Journal | None:
    """Where to note what is finished; None: nobody could go on from there."""
    if is_pipe(job.source) or not is_resumable(job.result):
        return None
    every = settings(job.source, choices.painting, choices.reading, choices.shape, choices.video)
    return Journal(job.result, every, memory)


def paint(
    source: Source,
    stylize: FrameStylizer,
    sink: Sink,
    meter: FrameStats,
    stages: StageTimer | None = None,
) -> None:
    """Run the pipeline; Ctrl-C ends it between two frames, so that the sink can finish its file."""
    with interrupts() as stopped, progress.frames(source.info.frames, meter) as shown:
        run(
            source,
            stylize,
            sink,
            stopped=stopped,
            on_frame=shown.on_frame,
            on_wait=shown.on_wait,
            stopwatch=stages,
        )
        if stopped():
            raise KeyboardInterrupt


def convert_all(
    jobs: Sequence[Job], choices: ConversionOptions, network: Network, telling: ReportOptions
) -> None:
    """Paint one video after the other; one that cannot be does not stop the rest.

    The network is opened for the first one that can be read and written. What became of them is
    told in the end, also of a run that is stopped by Ctrl-C.
    """
    outcomes: list[Outcome] = []
    try:
        for number, job in enumerate(jobs, 1):
            if len(jobs) > 1:
                typer.echo(f"{number}/{len(jobs)} {job.source}", err=True)
            alone = len(jobs) == 1 and not telling.as_json
            outcomes.append(_outcome(job, choices, network, telling.skip_existing, alone=alone))
    except KeyboardInterrupt:
        outcomes.append(Outcome(str(job.source), str(job.result), "stopped"))
        raise
    finally:
        summarize(outcomes, len(jobs), telling)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def opened_once(open_network: Network) -> Network:
    """Open a network for the first size that is asked for, and keep it for all others."""
    opened: list[Timeline] = []

    def network(size: Size | None) -> Timeline:
        if not opened:
            opened.append(open_network(size))
        return opened[0]

    return network


def _outcome(
    job: Job, choices: ConversionOptions, network: Network, skip_existing: bool, *, alone: bool
) -> Outcome:
    names, started = (str(job.source), str(job.result)), perf_counter()
    if (skip_existing or choices.resume) and is_finished(job.result):
        option = "--resume" if choices.resume else "--skip-existing"
        again = f"nothing was done; without {option} it is made again, as the options say"
        typer.echo(f"{job.result} is there already: {again}", err=True)
        return Outcome(*names, "skipped")
    try:
        size = check(job, choices)
    except NstError as error:
        return _failed(job, error, started, alone=alone)
    timeline = network(size)  # an error here goes for all videos
    try:
        meter = convert(job, choices, timeline)
    except NstError as error:
        return _failed(job, error, started, alone=alone)
    return Outcome(*names, "done", meter.frames, perf_counter() - started)


def _failed(job: Job, error: NstError, started: float, *, alone: bool) -> Outcome:
    if alone:
        raise error
    typer.echo(f"error: {error}", err=True)
    passed = perf_counter() - started
    return Outcome(str(job.source), str(job.result), "failed", seconds=passed, error=str(error))


def summarize(outcomes: Sequence[Outcome], jobs: int, telling: ReportOptions) -> None:
    """A table of several files; as JSON also of one."""
    if telling.as_json:
        typer.echo(json.dumps([asdict(one) for one in outcomes], indent=2), err=telling.pipe)
    elif jobs > 1:
        width = max((len(outcome.source) for outcome in outcomes), default=0)
        for one in outcomes:
            told = one.error or f"{one.result}: {one.frames} frames in {one.seconds:.1f} s"
            typer.echo(f"{one.state:8}{one.source:{width}}  {told}", err=True)
