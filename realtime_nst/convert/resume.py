"""Resume conversions that were interrupted."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from realtime_nst.convert.fingerprint import fingerprint
from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.errors import SinkError
from realtime_nst.frame import Image
from realtime_nst.paths import exists
from realtime_nst.sinks.images import is_pattern, numbered
from realtime_nst.sinks.journal import Journal, ResumePoint
from realtime_nst.sinks.video.codecs import CONTAINERS, PIPE
from realtime_nst.sinks.video.recovery import find
from realtime_nst.sources.video.opening import is_pipe


def conversion_settings(source: Path, options: ConversionOptions) -> dict[str, str]:
    """Return everything that determines the result, by names the user knows.

    Raises:
        SourceError: the input cannot be read.
    """
    reading = options.reading
    end = "the end" if reading.end is None else f"{float(reading.end):g} s"
    controls, shape = asdict(options.shape.controls), asdict(options.shape)
    shape.pop("controls")
    chosen = {**shape, **controls, **asdict(options.video)}
    named = {f"--{name.replace('_', '-')}": str(value) for name, value in chosen.items()}
    return {
        "the input": fingerprint(source),
        **options.styles,
        "the part": f"{float(reading.start):g} s to {end}",
        **named,
        "the rate of pictures": str(reading.rate),
    }


def is_resumable(result: Path) -> bool:
    """Return whether a result is written piece by piece; a GIF, for example, is not."""
    if str(result) == PIPE:
        return False
    container = CONTAINERS.get(result.suffix.lower())
    return bool(is_pattern(result) or (container and container.audio_codec))


def file_of(result: Path) -> Path:
    """Return the result itself, or the first of numbered images."""
    return numbered(result, 1) if is_pattern(result) else result


def is_finished(result: Path) -> bool:
    """Return whether a result exists and is complete."""
    return exists(file_of(result)) and not Journal(result, {}).known


def is_taken(result: Path) -> bool:
    """Return whether a conversion that starts over would replace a result.

    The first images of an interrupted conversion are a part of it, not a result.
    """
    return is_finished(result) if is_pattern(result) else exists(result)


def find_resume_point(
    job: Job, journal: Journal | None, restore: Callable[[Sequence[Image]], None]
) -> ResumePoint | None:
    """Return the point to resume from; None to start at the beginning.

    Args:
        job: the input and the output file.
        journal: the journal of the conversion; None if it has none.
        restore: restores the stabilizer from the images saved at that point.

    Raises:
        SinkError: such a result cannot be resumed, or it was started with other settings.
    """
    if journal is None:
        raise _not_resumable(job)
    if not journal.known:
        return None
    if is_pattern(job.result):
        found = max(((job.result, point) for point in journal.read()), default=None, key=_frames)
    else:
        found = find(job.result, journal)
    if found is None:
        return None
    path, point = found
    if memory := journal.go_on(path, point):
        restore(memory)
    return point


def _not_resumable(job: Job) -> SinkError:
    pipe = is_pipe(job.source) or str(job.result) == PIPE
    what = "a pipe" if pipe else f"a {job.result.suffix}"
    return SinkError(f"{what} cannot be resumed: it is written in one go", "leave out --resume")


def _frames(found: tuple[Path, ResumePoint]) -> int:
    return found[1].frames
