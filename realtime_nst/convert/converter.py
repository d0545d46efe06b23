"""Convert one video: decode, stylize, stabilize and encode it, resuming where asked to."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.resume import conversion_settings, find_resume_point, is_resumable
from realtime_nst.convert.styles import shape_settings, stored_settings
from realtime_nst.convert.transforms import output_info, transform
from realtime_nst.convert.video_stylizer import VideoStylizer, video_stylizer
from realtime_nst.frame import Frame, Image, StreamInfo
from realtime_nst.pipeline import never, rest, run
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.journal import Journal, ResumePoint, nothing
from realtime_nst.sources import open_source
from realtime_nst.sources.video.opening import is_pipe
from realtime_nst.stages import no_op
from realtime_nst.stats import StageTimer
from realtime_nst.stylize.timeline import Timeline

LOG = logging.getLogger(__name__)
REPLACED = "the partial result of an interrupted {} is replaced; --resume would have resumed it"
Note = Callable[[str], object]
"""Called with one line about something the user should know."""


@dataclass(frozen=True, slots=True)
class RunCallbacks:
    """Callbacks of the pipeline while a video is converted."""

    on_frame: Callable[[Frame], None] = no_op
    """Called after each frame that was written."""
    on_wait: Callable[[], None] = rest
    """Called repeatedly while no frame arrives."""
    stopped: Callable[[], bool] = never
    """Return True to stop the pipeline between two frames."""


RunContext = Callable[[StreamInfo], AbstractContextManager[RunCallbacks]]
"""Open what is needed while frames are processed. Called once both files are open."""


@contextmanager
def no_callbacks(_info: StreamInfo) -> Iterator[RunCallbacks]:
    """Yield callbacks that do nothing."""
    yield RunCallbacks()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of one job."""

    source: str
    result: str
    state: str
    """``done``, ``skipped``, ``failed`` or ``stopped``."""
    frames: int = 0
    seconds: float = 0.0
    error: str = ""


def convert(
    job: Job,
    options: ConversionOptions,
    timeline: Timeline,
    *,
    on_note: Note = no_op,
    running: RunContext = no_callbacks,
    stages: StageTimer | None = None,
) -> None:
    """Convert one video.

    Args:
        job: the input and the output file.
        options: how to read, transform and encode.
        timeline: the styles.
        on_note: called with each note about the input, the output or the resuming.
        running: a context that is open while frames are processed and yields the callbacks.
        stages: measures how long each stage is busy.

    Raises:
        SourceError: the input cannot be read.
        SinkError: the output cannot be written, or not be resumed.
    """
    stages = stages or StageTimer()
    stylize = video_stylizer(timeline, options, stages)
    journal = journal_of(job, options, stylize.state)
    replaced = journal is not None and journal.known and not options.resume
    done = _resume(job, journal, stylize, on_note) if options.resume else None
    reading = replace(options.reading, resume=done.pts) if done else options.reading
    shape = options.shape
    with (
        transform(open_source(job.source, reading), shape, done) as frames,
        open_sink(job.result, _described(frames.info, options), options.video, journal) as sink,
    ):
        LOG.info("converting %s to %s", frames.info, job.result)
        known = sink.notes
        before = [REPLACED.format(job.result)] if replaced else []
        _report(on_note, [*before, *frames.info.notes, *known])
        with running(frames.info) as each:
            run(
                frames,
                stylize,
                sink,
                stopped=each.stopped,
                on_frame=each.on_frame,
                on_wait=each.on_wait,
                stopwatch=stages,
            )
    _report(on_note, sink.notes[len(known) :])


def _described(info: StreamInfo, options: ConversionOptions) -> StreamInfo:
    """Return the stream that is written, with the settings to store in the file."""
    settings = {**stored_settings(options.styles), **shape_settings(options.shape)}
    return replace(output_info(info, options.shape), settings=settings)


def journal_of(
    job: Job, options: ConversionOptions, memory: Callable[[int], Sequence[Image]] = nothing
) -> Journal | None:
    """Return the journal of a conversion; None if it cannot be resumed.

    Raises:
        SourceError: the input cannot be read.
    """
    if not can_resume(job):
        return None
    return Journal(job.result, conversion_settings(job.source, options), memory)


def can_resume(job: Job) -> bool:
    """Return whether a conversion can be resumed after an interruption."""
    return not is_pipe(job.source) and is_resumable(job.result)


def _resume(
    job: Job, journal: Journal | None, stylize: VideoStylizer, on_note: Note
) -> ResumePoint | None:
    done = find_resume_point(job, journal, stylize.restore)
    if done:
        on_note(f"resuming after {done.frames} frames, at {float(done.pts):.1f} s")
    return done


def _report(on_note: Note, notes: Iterable[str]) -> None:
    for note in notes:
        on_note(note)
