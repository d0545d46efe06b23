"""Which files become which: one video, several, or all of a folder."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import escape, glob
from pathlib import Path

from realtime_nst.errors import SinkError, SourceError
from realtime_nst.sinks.codecs import CONTAINERS
from realtime_nst.sources.images import PICTURES

VIDEOS = frozenset(
    (
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg"),
        *(".mpeg", ".wmv", ".flv", ".3gp", ".ogv", ".y4m", ".gif", ".apng"),
    )
)
"""Endings that are taken for videos in a folder."""


@dataclass(frozen=True, slots=True)
class Job:
    """One video to paint."""

    source: Path
    result: Path


def jobs_for(sources: Sequence[Path], result: Path) -> list[Job]:
    """The jobs that a command line asks for.

    Args:
        sources: videos, folders with videos in them, or patterns such as ``clips/*.mov``.
        result: a file for a single video; for several a folder, in which they keep their names.

    Raises:
        SourceError: a folder or pattern has no video.
        SinkError: two results would have one name.
    """
    _check_not_empty(sources)
    if len(sources) == 1 and not _several(sources[0]):
        return [Job(sources[0], result)]
    if result.suffix.lower() in CONTAINERS:
        hint = f"give a folder instead, e.g. {result.stem}"
        raise SinkError(f"{result} holds one video only", hint)
    jobs = [Job(path, result / _name(path)) for source in sources for path in _expand(source)]
    for target, count in Counter(job.result for job in jobs).items():
        if count > 1:
            message = f"{count} videos would all become {target}"
            raise SinkError(message, "give them one by one, or rename them")
    return jobs


def _check_not_empty(sources: Sequence[Path]) -> None:
    for source in sources:
        if source.is_dir() and not any(_videos(source)) and not any(_images(source)):
            message = f"there is neither a video nor an image in {source}"
            raise SourceError(message, "give a video, or the folder it lies in")


def _several(source: Path) -> bool:
    return (source.is_dir() and any(_videos(source))) or (
        not source.exists() and any(mark in source.name for mark in "*?[")
    )


def _expand(source: Path) -> list[Path]:
    if not _several(source):
        return [source]
    parent = str(source.parent)
    parent = escape(parent) if source.parent.is_dir() else parent  # a folder may be called [1]
    names = glob(str(Path(parent, source.name)))  # noqa: PTH207  (it may be absolute)
    pattern = [Path(name) for name in names]
    found = sorted(_videos(source) if source.is_dir() else pattern)
    if not found:
        raise SourceError(f"nothing is called {source}", "check the folder and the pattern")
    return found


def _videos(folder: Path) -> Iterator[Path]:
    return (
        path
        for path in folder.iterdir()
        if path.suffix.lower() in VIDEOS and ".partial" not in path.suffixes
    )


def _images(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix.lower() in PICTURES)


def _name(path: Path) -> str:
    return path.name if path.suffix.lower() in CONTAINERS else f"{path.stem}.mp4"
