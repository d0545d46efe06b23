"""Run the jobs of ``image`` and print their results."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from time import perf_counter

import typer

from realtime_nst.cli.messages import fail, say
from realtime_nst.cli.overwriting import INPUT_HINT, may_replace
from realtime_nst.cli.signals import interrupts
from realtime_nst.cli.summary import print_notes
from realtime_nst.convert.photo_jobs import PhotoJob
from realtime_nst.convert.photos import decode_still, read_still, stylize_photo
from realtime_nst.convert.transforms import OutputShape
from realtime_nst.errors import NstError, SinkError
from realtime_nst.image_io.photo import Photo
from realtime_nst.image_io.write import encoded, write_photo
from realtime_nst.paths import exists
from realtime_nst.pipeline import FrameStylizer
from realtime_nst.sinks.video.codecs import PIPE

Opener = Callable[[], tuple[FrameStylizer, Mapping[str, str]]]
"""Opens the style; returns also the settings to store in the results."""


@dataclass(frozen=True, slots=True)
class PhotoOutcome:
    """Result of one job."""

    source: str
    result: str
    state: str
    """``done``, ``skipped`` or ``failed``."""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    error: str = ""
    notes: tuple[str, ...] = ()


def stylize_all(
    jobs: Sequence[PhotoJob],
    open_stylizer: Opener,
    shape: OutputShape,
    *,
    skip_existing: bool = False,
    as_json: bool = False,
) -> None:
    """Stylize images one by one; an image that fails does not stop the others.

    The style is opened once the first image has been read.

    Raises:
        NstError: the only image cannot be stylized.
        Exit: one of several images failed; with code 1.
    """
    outcomes: list[PhotoOutcome] = []
    opened = cache(open_stylizer)
    try:
        with interrupts() as stopped:
            for number, job in enumerate(jobs, 1):
                if len(jobs) > 1:
                    say(f"{number}/{len(jobs)} {job.source}")
                alone = len(jobs) == 1 and not as_json
                outcomes.append(outcome_of(job, opened, shape, skip_existing, alone=alone))
                if stopped() and number < len(jobs):
                    raise KeyboardInterrupt
    finally:
        _summarize(outcomes, jobs, as_json=as_json)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def may_replace_results(jobs: Sequence[PhotoJob], overwrite: bool | None) -> bool:
    """Return whether results that exist are replaced; see ``overwriting.may_replace``.

    Raises:
        SinkError: nobody can be asked.
    """
    results = [job.result for job in jobs if str(job.result) != PIPE and exists(job.result)]
    return may_replace(results, overwrite, INPUT_HINT)


def outcome_of(
    job: PhotoJob, opened: Opener, shape: OutputShape, skip_existing: bool, *, alone: bool
) -> PhotoOutcome:
    """Stylize one image.

    Args:
        job: the image and its result.
        opened: returns the style.
        shape: size and arrangement of the result.
        skip_existing: whether an existing result is kept.
        alone: whether a failure raises its error instead of being printed.
    """
    started = perf_counter()
    if skip_existing and job.result.exists():
        say(f"{job.result} exists already: nothing was done; add --overwrite to replace it")
        return PhotoOutcome(str(job.source), str(job.result), "skipped")
    try:
        photo = _read(job.source)
    except NstError as error:
        return _failed(job, error, perf_counter() - started, alone=alone)
    style = opened()  # an error here concerns every image
    try:
        return _done(job, photo, *style, shape, started)
    except NstError as error:
        return _failed(job, error, perf_counter() - started, alone=alone)


def _done(
    job: PhotoJob,
    photo: Photo,
    stylize: FrameStylizer,
    settings: Mapping[str, str],
    shape: OutputShape,
    started: float,
) -> PhotoOutcome:
    result = stylize_photo(photo, stylize, shape).with_settings(settings)
    notes = [*photo.notes, *_write(job, result)]
    print_notes(f"{job.source}: {note}" for note in notes)
    height, width = result.image.shape[:2]
    seconds = perf_counter() - started
    say(f"{job.result}: {width}x{height} in {seconds:.1f} s")
    names = (str(job.source), str(job.result))
    return PhotoOutcome(*names, "done", width, height, seconds, notes=tuple(notes))


def _failed(job: PhotoJob, error: NstError, seconds: float, *, alone: bool) -> PhotoOutcome:
    if alone:
        raise error
    fail(str(error), error.hint)
    names = (str(job.source), str(job.result))
    return PhotoOutcome(*names, "failed", seconds=seconds, error=str(error))


def _read(path: Path) -> Photo:
    """Read an image; ``-`` is standard input."""
    if str(path) == PIPE:
        return decode_still(sys.stdin.buffer.read(), path)
    return read_still(path)


def _write(job: PhotoJob, photo: Photo) -> list[str]:
    if str(job.result) == PIPE:
        return _write_to_pipe(photo, job.pipe_suffix)
    return write_photo(job.result, photo)


def _write_to_pipe(photo: Photo, suffix: str) -> list[str]:
    if sys.stdout.isatty():
        hint = f"end with: - > result{suffix}"
        raise SinkError("cannot write an image to a terminal", hint)
    coded, notes = encoded(Path(f"standard output{suffix}"), photo)
    try:
        sys.stdout.buffer.write(coded)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        message = "cannot write to the pipe: its reader has closed it"
        raise SinkError(message, "check the program that reads it") from error
    return notes


def _summarize(
    outcomes: Sequence[PhotoOutcome], jobs: Sequence[PhotoJob], *, as_json: bool
) -> None:
    """Print the results of several images; as JSON also that of one."""
    if as_json:
        rows = [asdict(outcome) for outcome in outcomes]
        piped = any(str(job.result) == PIPE for job in jobs)
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2), err=piped)
        return
    if len(jobs) < 2:
        return
    for outcome in outcomes:
        if outcome.state == "failed":
            say(f"failed  {outcome.source}  {outcome.error}")
    counts = Counter(outcome.state for outcome in outcomes)
    if left := len(jobs) - len(outcomes):
        counts["not started"] = left
    seconds = sum(outcome.seconds for outcome in outcomes)
    totals = ", ".join(f"{count} {state}" for state, count in counts.items())
    say(f"{len(jobs)} images: {totals}, in {seconds:.1f} s")
