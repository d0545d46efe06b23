"""``video --dry-run``: what would happen."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import typer

from realtime_nst.cli.resuming import is_finished
from realtime_nst.cli.videos import Choices
from realtime_nst.errors import NstError
from realtime_nst.frame import StreamInfo
from realtime_nst.jobs import Job
from realtime_nst.shape import announced, shaped
from realtime_nst.sinks import open_sink
from realtime_nst.sinks.codecs import CONTAINERS, PIPE, PIPES
from realtime_nst.sinks.images import check_folder
from realtime_nst.sinks.video import refuse_input
from realtime_nst.sources import open_source


def rehearse(jobs: Sequence[Job], choices: Choices, *, skip_existing: bool) -> None:
    """Say what would happen, by opening everything and writing into a folder that goes again."""
    failed = 0
    for job in jobs:
        if skip_existing and is_finished(job.result):
            typer.echo(f"{job.result} is there already")
            continue
        try:
            _rehearse(job, choices, made=len(jobs) > 1)
        except NstError as error:
            if len(jobs) == 1:
                raise
            failed += 1
            typer.echo(f"{job.source}: error: {error}")
    if failed:
        raise typer.Exit(1)


def _rehearse(job: Job, choices: Choices, *, made: bool) -> None:
    with shaped(open_source(job.source, choices.reading), choices.shape) as source:
        info = announced(source.info, choices.shape)
        typer.echo(f"{job.source}: {_describe(source.info)}")
        check_place(job.result, info, made=made)
        with tempfile.TemporaryDirectory() as folder:
            pipe = str(job.result) == PIPE
            name = f"pipe{PIPES[choices.video.pipe]}" if pipe else job.result.name
            with open_sink(Path(folder) / name, info, choices.video) as sink:
                notes = sink.notes
        typer.echo(f"  -> {job.result}: {_describe(info)}")
        for note in (*source.info.notes, *notes):
            typer.echo(f"  note: {note}")


def check_place(result: Path, info: StreamInfo, *, made: bool) -> None:
    """See that a result could be written.

    Args:
        result: a file, a folder, or a pipe.
        info: of what comes.
        made: whether the folder it lies in will be made.

    Raises:
        SinkError: it could not.
    """
    if str(result) == PIPE:
        return
    folder = result.parent
    folder = folder.parent if made and not folder.exists() else folder
    if not result.suffix or result.is_dir():  # a folder of pictures, made with all above it
        folder = next(each for each in (result, *result.absolute().parents) if each.exists())
    elif result.suffix.lower() in CONTAINERS:
        refuse_input(result, info)
    check_folder(folder)


def _describe(info: StreamInfo) -> str:
    rate = f", {float(info.rate):.5g} fps" if info.rate else ""
    frames = f", {info.frames} frames" if info.frames else ""
    return f"{info.width}x{info.height}{rate}{frames}"
