"""Print notes and the summary of a run, to stderr, so that results can be piped."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from realtime_nst.cli.messages import note, say
from realtime_nst.errors import SinkError
from realtime_nst.stats import FrameStats, StageTimer

STAGES = {"source": "decode", "network": "network", "stabilizer": "stabilize", "sink": "encode"}
"""The stages of a conversion, and how they are printed."""
LIVE_STAGES = {"style": "stylize", "network": "of it the network", "sink": "display"}
"""The stages of a live session that are printed. Its source mostly waits for the camera."""


@contextmanager
def report_run(
    result: Path, stages: StageTimer | None = None, *, resumable: bool = False
) -> Iterator[FrameStats]:
    """Yield a frame counter, and print a summary at the end, also after Ctrl-C.

    Args:
        result: the file that is written.
        stages: stage timings to print, filled during the run.
        resumable: whether another run can resume where this one stops.
    """
    stats, started = FrameStats(), perf_counter()
    try:
        yield stats
    except KeyboardInterrupt:
        say(_summary(stats, perf_counter() - started, f"stopped; {result}"))
        if resumable:
            say("hint: run the same command with --resume to continue")
        raise
    except SinkError as error:
        if resumable and stats.frames and "--resume" not in error.hint:
            error.add_note("run the same command with --resume to continue where this one stopped")
        raise
    seconds = perf_counter() - started
    say(_summary(stats, seconds, str(result)))
    if stages:
        say(format_stage_shares(stages.busy, seconds))


def print_notes(notes: Iterable[str]) -> None:
    """Print notes, one line each."""
    for each in notes:
        note(each)


def _summary(stats: FrameStats, seconds: float, result: str) -> str:
    speed = f" ({stats.frames / seconds:.1f} fps)" if stats.frames > 1 else ""
    plural = "" if stats.frames == 1 else "s"
    return f"{result}: {stats.frames} frame{plural} in {seconds:.1f} s{speed}"


def format_stage_shares(
    busy: Mapping[str, float], seconds: float, stages: Mapping[str, str] = STAGES
) -> str:
    """Return how long each stage was busy, as a line.

    Stages run in parallel, so the shares add up to more than 100 %; the slowest stage determines
    the frame rate.

    Args:
        busy: seconds by stage.
        seconds: duration of the run.
        stages: the stages to include, and how they are printed.
    """
    times = ((name, busy[stage]) for stage, name in stages.items() if busy.get(stage))
    shares = (f"{name} {time:.2f} s ({time / seconds:.0%})" for name, time in times)
    return f"busy: {', '.join(shares)} of {seconds:.2f} s"
