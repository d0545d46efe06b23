"""Write the previews of videos, and print how long their conversion will take."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from realtime_nst.cli.messages import say
from realtime_nst.cli.overwriting import may_replace
from realtime_nst.cli.progress import minutes
from realtime_nst.cli.videos import TimelineOpener
from realtime_nst.convert.jobs import Job
from realtime_nst.convert.options import ConversionOptions
from realtime_nst.convert.preflight import check
from realtime_nst.convert.preview import Preview, preview
from realtime_nst.convert.styles import shape_settings, stored_settings
from realtime_nst.image_io.photo import Photo
from realtime_nst.image_io.write import check_picture, write_photo
from realtime_nst.paths import exists


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """A conversion, and the picture that shows it in advance."""

    job: Job
    path: Path


def write_previews(
    jobs: Sequence[PreviewJob],
    options: ConversionOptions,
    opener: TimelineOpener,
    *,
    overwrite: bool | None = None,
    as_json: bool = False,
) -> None:
    """Write a picture for each conversion; nothing is converted.

    Args:
        jobs: the conversions, and the pictures to write.
        options: how to convert.
        opener: opens the styles.
        overwrite: whether pictures that exist are replaced; None asks.
        as_json: print the estimates as JSON.

    Raises:
        NstError: a video cannot be read or converted, or nobody can be asked.
    """
    existing = [each.path for each in jobs if exists(each.path)]
    keep = not may_replace(existing, overwrite)
    rows = []
    for each in jobs:
        if keep and each.path in existing:
            say(f"{each.path} exists already: nothing was done; add --overwrite to replace it")
            continue
        check_picture(each.path, [each.job.source])
        found = preview(each.job, options, opener(check(each.job, options)))
        settings = {**stored_settings(options.styles), **shape_settings(options.shape)}
        write_photo(each.path, Photo(found.image).with_settings(settings))
        say(f"{each.path}: frames at {_times(found)}; the input on the right")
        say(_estimate(found))
        rows.append(
            {
                "source": str(each.job.source),
                "preview": str(each.path),
                "frames": found.frames,
                "fps": round(found.fps, 2),
                "seconds": found.seconds and round(found.seconds, 3),
            }
        )
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))


def _times(found: Preview) -> str:
    *most, last = map(minutes, found.times)
    return f"{', '.join(most)} and {last}" if most else last


def _estimate(found: Preview) -> str:
    if found.seconds is None:
        return "the video is too short, or its length unknown, to say how long it will take"
    speed = f"{found.frames} frames at {found.fps:.1f} fps"
    return f"the whole will take about {minutes(found.seconds)}: {speed}"
