"""``video --dry-run``: what would happen."""

from collections.abc import Sequence

import typer

from realtime_nst.cli.videos import ConversionOptions
from realtime_nst.convert.jobs import Job
from realtime_nst.convert.preflight import open_all
from realtime_nst.convert.resume import is_finished
from realtime_nst.errors import NstError
from realtime_nst.frame import StreamInfo


def dry_run(jobs: Sequence[Job], choices: ConversionOptions, *, skip_existing: bool) -> None:
    """Say what would happen, by opening everything and writing into a folder that goes again."""
    failed = 0
    for job in jobs:
        if skip_existing and is_finished(job.result):
            typer.echo(f"{job.result} is there already")
            continue
        try:
            _rehearse(job, choices)
        except NstError as error:
            if len(jobs) == 1:
                raise
            failed += 1
            typer.echo(f"{job.source}: error: {error}")
    if failed:
        raise typer.Exit(1)


def _rehearse(job: Job, choices: ConversionOptions) -> None:
    before, after, notes = open_all(job, choices)
    typer.echo(f"{job.source}: {_describe(before)}")
    typer.echo(f"  -> {job.result}: {_describe(after)}")
    for note in (*before.notes, *notes):
        typer.echo(f"  note: {note}")


def _describe(info: StreamInfo) -> str:
    rate = f", {float(info.rate):.5g} fps" if info.rate else ""
    frames = f", {info.frames} frames" if info.frames else ""
    return f"{info.width}x{info.height}{rate}{frames}"
