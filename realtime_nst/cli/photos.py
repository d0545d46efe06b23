"""What ``image`` does with each of its files."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from time import perf_counter

import typer

from realtime_nst.cli.signals import interrupts
from realtime_nst.cli.summary import print_notes
from realtime_nst.convert.jobs import VIDEOS
from realtime_nst.convert.photo_jobs import PhotoJob
from realtime_nst.convert.transforms import OutputShape, fitted_size, painted, scaled
from realtime_nst.errors import NstError, SinkError, SourceError
from realtime_nst.frame import Frame
from realtime_nst.image_io.decode import decode_photo
from realtime_nst.image_io.encode import encode_photo
from realtime_nst.image_io.formats import is_animated
from realtime_nst.image_io.photo import Photo
from realtime_nst.image_io.write import write_photo
from realtime_nst.pipeline import FrameStylizer
from realtime_nst.sinks.video.codecs import PIPE

Opener = Callable[[], FrameStylizer]


@dataclass(frozen=True, slots=True)
class Outcome:
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
    """Stylize one image after the other; one that cannot be does not stop the rest.

    The style is opened when the first image has been read.

    Raises:
        NstError: a single image cannot be stylized.
        Exit: one of several could not be; with code 1.
    """
    outcomes: list[Outcome] = []
    opened = cache(open_stylizer)
    try:
        with interrupts() as stopped:
            for number, job in enumerate(jobs, 1):
                if len(jobs) > 1:
                    typer.echo(f"{number}/{len(jobs)} {job.source}", err=True)
                alone = len(jobs) == 1 and not as_json
                outcomes.append(_outcome(job, opened, shape, skip_existing, alone=alone))
                if stopped() and number < len(jobs):
                    raise KeyboardInterrupt
    finally:
        _summarize(outcomes, jobs, as_json=as_json)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def _outcome(
    job: PhotoJob, opened: Opener, shape: OutputShape, skip_existing: bool, *, alone: bool
) -> Outcome:
    began = perf_counter()
    if skip_existing and job.result.exists():
        typer.echo(f"{job.result} is there already", err=True)
        return Outcome(str(job.source), str(job.result), "skipped")
    try:
        photo = read_still(job.source)
    except NstError as error:
        return _failed(job, error, perf_counter() - began, alone=alone)
    stylize = opened()  # what is wrong with a style is wrong for every image
    try:
        return _done(job, photo, stylize, shape, began)
    except NstError as error:
        return _failed(job, error, perf_counter() - began, alone=alone)


def _done(
    job: PhotoJob, photo: Photo, stylize: FrameStylizer, shape: OutputShape, began: float
) -> Outcome:
    result = stylized(photo, stylize, shape)
    notes = [*photo.notes, *_write(job.result, result)]
    print_notes(f"{job.source}: {note}" for note in notes)
    height, width = result.image.shape[:2]
    seconds = perf_counter() - began
    typer.echo(f"{job.result}: {width}x{height} in {seconds:.1f} s", err=True)
    names = (str(job.source), str(job.result))
    return Outcome(*names, "done", width, height, seconds, notes=tuple(notes))


def _failed(job: PhotoJob, error: NstError, seconds: float, *, alone: bool) -> Outcome:
    if alone:
        raise error
    typer.echo(f"error: {error}\nhint: {error.hint}", err=True)
    names = (str(job.source), str(job.result))
    return Outcome(*names, "failed", seconds=seconds, error=str(error))


def read_still(path: Path) -> Photo:
    """Read an image that does not move; ``-`` is standard input.

    Raises:
        SourceError: it cannot be read, or is a video or an animation.
    """
    hint = f"realtime-nst video {path} OUT.mp4 --style STYLE"
    if path.suffix.lower() in VIDEOS - {".gif"}:
        raise SourceError(f"{path} is a video", hint)
    try:
        coded = sys.stdin.buffer.read() if str(path) == PIPE else path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}", "check the path") from error
    if is_animated(coded):
        raise SourceError(f"{path} is animated", hint)
    return decode_photo(coded, str(path))


def stylized(photo: Photo, stylize: FrameStylizer, shape: OutputShape) -> Photo:
    """Return a photo stylized, in the size asked for, as transparent as it was."""
    height, width = photo.image.shape[:2]
    size = fitted_size(shape, width, height)
    frame = Frame(scaled(photo.image, *size), 0, Fraction(0), perf_counter())
    alpha = None if photo.alpha is None else scaled(photo.alpha, *size)
    return photo.with_image(painted(stylize, shape)(frame).image, alpha)


def _write(path: Path, photo: Photo) -> list[str]:
    if str(path) == PIPE:
        if sys.stdout.isatty():
            raise SinkError("cannot write an image to a terminal", "end with: - > result.png")
        coded, notes = encode_photo(".png", photo, [])
        sys.stdout.buffer.write(coded or b"")
        return notes
    return write_photo(path, photo)


def _summarize(outcomes: Sequence[Outcome], jobs: Sequence[PhotoJob], *, as_json: bool) -> None:
    """Print what became of several images; as JSON also of one."""
    if as_json:
        rows = [asdict(outcome) for outcome in outcomes]
        piped = any(str(job.result) == PIPE for job in jobs)
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2), err=piped)
        return
    if len(jobs) < 2:
        return
    for outcome in outcomes:
        if outcome.state == "failed":
            typer.echo(f"failed  {outcome.source}  {outcome.error}", err=True)
    counts = Counter(outcome.state for outcome in outcomes)
    if left := len(jobs) - len(outcomes):
        counts["not begun"] = left
    seconds = sum(outcome.seconds for outcome in outcomes)
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    typer.echo(f"{len(jobs)} images: {told}, in {seconds:.1f} s", err=True)
