"""Stylize the images that arrive in folders, until Ctrl-C."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import sleep

import typer

from realtime_nst.cli.messages import say
from realtime_nst.cli.photos import Opener, PhotoOutcome, outcome_of
from realtime_nst.cli.signals import interrupts
from realtime_nst.convert.photo_jobs import PhotoJob
from realtime_nst.convert.transforms import OutputShape
from realtime_nst.convert.watch import FolderWatch

POLL_SECONDS = 0.5
"""Seconds between two looks at the folders; an image is taken after two without a change."""


def stylize_arriving(
    watch: FolderWatch,
    places: str,
    open_stylizer: Opener,
    shape: OutputShape,
    *,
    as_json: bool = False,
    wait: Callable[[float], None] = sleep,
) -> None:
    """Stylize images as they arrive; one that fails does not stop the others.

    Images that are there already are stylized, too, unless they have a result. Each outcome is
    printed at once, with ``as_json`` as one JSON object per line.

    Args:
        watch: finds the images.
        places: the watched folders, for messages.
        open_stylizer: opens the style.
        shape: size and arrangement of the results.
        as_json: print JSON to standard output.
        wait: called between two looks at the folders.
    """
    style = open_stylizer()
    counts: Counter[str] = Counter()
    sources: dict[Path, Path] = {}
    with interrupts() as stopped:
        say(f"watching {places}; Ctrl-C ends it")
        while not stopped():
            for job in watch.poll():
                outcome = _stylize(job, sources, lambda: style, shape)
                counts[outcome.state] += 1
                if as_json:
                    typer.echo(json.dumps(asdict(outcome), ensure_ascii=False))
                if stopped():
                    break
            else:
                wait(POLL_SECONDS)
    totals = ", ".join(f"{count} {state}" for state, count in counts.items())
    say(f"stopped; {sum(counts.values())} images{': ' if totals else ''}{totals}")


def _stylize(
    job: PhotoJob, sources: dict[Path, Path], opened: Opener, shape: OutputShape
) -> PhotoOutcome:
    """Stylize one image, unless it was done before or its result is that of another."""
    names = str(job.source), str(job.result)
    is_new = job.result not in sources
    owner = sources.setdefault(job.result, job.source)
    if owner != job.source:
        error = f"{job.result} is the result of {owner.name}"
        say(f"skipped {job.source}: {error}")
        return PhotoOutcome(*names, "skipped", error=error)
    if is_new and _is_newer(job.result, job.source):
        return PhotoOutcome(*names, "skipped")
    return outcome_of(job, opened, shape, skip_existing=False, alone=False)


def _is_newer(result: Path, source: Path) -> bool:
    """Return whether a result exists that was made after the last change of its source."""
    try:
        return result.stat().st_mtime_ns >= source.stat().st_mtime_ns
    except OSError:
        return False
