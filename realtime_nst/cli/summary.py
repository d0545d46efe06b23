"""What a run says on the way; on stderr, so that results can be piped."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import typer

from realtime_nst.errors import SinkError
from realtime_nst.stats import FrameStats, StageTimer

STAGES = {"source": "decode", "network": "network", "stabiliser": "stabilise", "sink": "encode"}
"""Those of a film, and their names for people."""
LIVE_STAGES = {"style": "painting", "network": "the network in it", "sink": "showing"}
"""Those of a live picture. Its source mostly waits for the camera."""


@contextmanager
def report_run(
    result: Path, stages: StageTimer | None = None, *, resumable: bool = False
) -> Iterator[FrameStats]:
    """Count frames, and say at the end, also of a run cut short by Ctrl-C, what became of them.

    Args:
        result: what is made.
        stages: measured on the way, to be shown, too.
        resumable: whether another run can go on where this one stops.
    """
    meter, started = FrameStats(), perf_counter()
    try:
        yield meter
    except KeyboardInterrupt:
        typer.echo(_summary(meter, perf_counter() - started, f"stopped; {result}"), err=True)
        if resumable:
            typer.echo("hint: the same command with --resume goes on", err=True)
        raise
    except SinkError as error:
        if resumable and meter.frames and "--resume" not in error.hint:
            error.add_note("the same command with --resume goes on where this one stopped")
        raise
    seconds = perf_counter() - started
    typer.echo(_summary(meter, seconds, str(result)), err=True)
    if stages:
        typer.echo(format_stage_shares(stages.busy, seconds), err=True)


def print_notes(notes: Iterable[str]) -> None:
    """What a person should know before the work begins."""
    for note in notes:
        typer.echo(f"note: {note}", err=True)


def _summary(meter: FrameStats, seconds: float, result: str) -> str:
    speed = f" ({meter.frames / seconds:.1f} a second)" if meter.frames > 1 else ""
    plural = "" if meter.frames == 1 else "s"
    return f"{result}: {meter.frames} frame{plural} in {seconds:.1f} s{speed}"


def format_stage_shares(
    busy: Mapping[str, float], seconds: float, stages: Mapping[str, str] = STAGES
) -> str:
    """Stages at work side by side add up to more than the whole; the slowest one sets the pace."""
    times = ((name, busy[stage]) for stage, name in stages.items() if busy.get(stage))
    told = (f"{name} {time:.2f} s ({time / seconds:.0%})" for name, time in times)
    return f"at work: {', '.join(told)} of {seconds:.2f} s"
