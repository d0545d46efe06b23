"""Find the videos to convert, and the name of each result."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import escape, glob
from pathlib import Path

from realtime_nst.errors import SinkError, SourceError
from realtime_nst.image_io.sequence import NUMBER
from realtime_nst.image_io.write import FORMATS
from realtime_nst.paths import exists, is_folder, refuse_device
from realtime_nst.sinks.video.codecs import CONTAINERS, PIPE
from realtime_nst.sources.images import PICTURES

VIDEOS = frozenset(
    (
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg"),
        *(".mpeg", ".wmv", ".flv", ".3gp", ".ogv", ".y4m", ".gif", ".apng"),
    )
)
"""Extensions of the files of a folder that are converted."""
SLASHES = tuple({"/", os.sep})
"""Separators that mark a result as a folder."""


@dataclass(frozen=True, slots=True)
class Job:
    """One video to convert."""

    source: Path
    result: Path


def jobs_for(sources: Sequence[Path], result: str | Path) -> list[Job]:
    """Return the jobs for the arguments of ``video``.

    Args:
        sources: videos, folders with videos in them, or patterns such as ``clips/*.mov``.
        result: a file, for a single video; or a folder, in which videos keep their names. It is a
            folder if it exists as one, ends in a slash, or if there are several videos.

    Raises:
        SourceError: a folder or pattern has no video.
        SinkError: the result is neither, or two results would have the same name.
    """
    _check_not_empty(sources)
    several = len(sources) > 1 or is_several(sources[0])
    path, slash = Path(result), str(result).endswith(SLASHES)
    if not (slash or is_folder(path)):
        if not several:
            _refuse_bare(path)
            return [Job(sources[0], path)]
        _refuse_single(path)
    jobs = [Job(one, path / _name(one)) for source in sources for one in _expand(source)]
    for target, count in Counter(job.result for job in jobs).items():
        if count > 1:
            message = f"cannot write {target}: {count} videos would have this name"
            raise SinkError(message, "convert them one by one, or rename them")
    return jobs


def _check_not_empty(sources: Sequence[Path]) -> None:
    for source in sources:
        if source.is_dir() and not any(_videos(source)) and not any(_images(source)):
            message = f"there is neither a video nor an image in {source}"
            raise SourceError(message, "give a video, or the folder it is in")


def _refuse_bare(path: Path) -> None:
    """Raise SinkError for a name without an extension: it may mean a file or a folder."""
    if path.suffix or str(path) == PIPE:
        return
    refuse_device(path)
    name = path.name
    hint = f"{name}.mp4 for a video, {name}{os.sep} for a folder, {name}/%06d.png for images"
    raise SinkError(f"cannot write {path}: it has no extension and is not a folder", hint)


def _refuse_single(path: Path) -> None:
    if str(path) == PIPE or path.suffix.lower() in {*CONTAINERS, *FORMATS}:
        folder = "results" if str(path) == PIPE or NUMBER.search(path.name) else path.stem
        hint = f"give a folder instead, e.g. {folder}{os.sep}"
        raise SinkError(f"cannot write several videos to {path}: it holds one", hint)


def is_several(source: Path) -> bool:
    """Return whether a source is a folder of videos, or a pattern."""
    return (is_folder(source) and any(_videos(source))) or (
        not exists(source) and any(mark in source.name for mark in "*?[")
    )


def _expand(source: Path) -> list[Path]:
    if not is_several(source):
        return [source]
    parent = str(source.parent)
    parent = escape(parent) if source.parent.is_dir() else parent  # a folder may be called [1]
    names = glob(str(Path(parent, source.name)))  # noqa: PTH207  (it may be absolute)
    pattern = [Path(name) for name in names]
    found = sorted(_videos(source) if source.is_dir() else pattern)
    if not found:
        raise SourceError(f"no file matches {source}", "check the folder and the pattern")
    return found


def _videos(folder: Path) -> Iterator[Path]:
    return (
        path
        for path in folder.iterdir()
        if path.suffix.lower() in VIDEOS and ".partial" not in path.suffixes
    )


def _images(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix.lower() in PICTURES)


def _name(source: Path) -> str:
    """Return the name of a result in a folder."""
    if str(source) == PIPE:
        raise SinkError("cannot name the result of a pipe", "give OUT a file name, e.g. out.mp4")
    if NUMBER.search(source.name) or is_folder(source):  # images are named after their folder
        folder = source.parent if NUMBER.search(source.name) else source
        return f"{folder.resolve().name or 'images'}.mp4"
    return source.name if source.suffix.lower() in CONTAINERS else f"{source.stem}.mp4"
