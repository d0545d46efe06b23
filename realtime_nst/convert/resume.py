"""Go on with conversions that were interrupted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from realtime_nst.convert.fingerprint import fingerprint
from realtime_nst.convert.jobs import Job
from realtime_nst.convert.transforms import OutputShape
from realtime_nst.errors import SinkError
from realtime_nst.files import exists
from realtime_nst.frame import Image
from realtime_nst.sinks.images import is_pattern, numbered
from realtime_nst.sinks.journal import Journal, ResumePoint
from realtime_nst.sinks.video.codecs import CONTAINERS, PIPE, VideoOptions
from realtime_nst.sinks.video.recovery import find
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.opening import is_pipe


def settings(
    source: Path,
    painting: Mapping[str, str],
    reading: ReadOptions,
    shape: OutputShape,
    video: VideoOptions,
) -> dict[str, str]:
    """All that decides how a result will look, in words of the command line."""
    end = "the end" if reading.end is None else f"{float(reading.end):g} s"
    chosen = {**asdict(shape), **asdict(video)}
    options = {f"--{name.replace('_', '-')}": str(value) for name, value in chosen.items()}
    return {
        "the input": fingerprint(source),
        **painting,
        "the part": f"{float(reading.start):g} s to {end}",
        **options,
        "the rate of pictures": str(reading.rate),
    }


def is_resumable(result: Path) -> bool:
    """Whether a result is made piece by piece. GIFs and the like are made in one go."""
    if str(result) == PIPE:
        return False
    container = CONTAINERS.get(result.suffix.lower())
    return bool(_is_pictures(result) or (container and container.audio_codec))


def _is_pictures(result: Path) -> bool:
    return is_pattern(result)


def is_finished(result: Path) -> bool:
    """Whether a result was made before, to its end."""
    first = numbered(result, 1) if is_pattern(result) else result
    return exists(first) and not Journal(result, {}).known


def find_resume_point(
    job: Job, journal: Journal | None, restore: Callable[[Sequence[Image]], None]
) -> ResumePoint | None:
    """Where to go on, said aloud; None: at the beginning.

    Raises:
        SinkError: nothing like this can be gone on with, or it was begun with other settings.
    """
    if journal is None:
        pipe = is_pipe(job.source) or str(job.result) == PIPE
        what = "a pipe" if pipe else f"a {job.result.suffix}"
        raise SinkError(f"{what} cannot be resumed; it is made in one go", "leave --resume out")
    if not journal.known:
        return None
    if _is_pictures(job.result):
        found = max(((job.result, place) for place in journal.read()), default=None, key=_frames)
    else:
        found = find(job.result, journal)
    if found is None:
        return None
    path, place = found
    if memory := journal.go_on(path, place):
        restore(memory)
    typer.echo(
        f"note: going on behind {place.frames} frames, at {float(place.pts):.1f} s", err=True
    )
    return place


def _frames(found: tuple[Path, ResumePoint]) -> int:
    return found[1].frames
