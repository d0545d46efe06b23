"""Watch folders for new images, by polling, which also works on network drives."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from realtime_nst.convert.photo_jobs import PhotoJob, images_in, job_in_folder
from realtime_nst.errors import SinkError, SourceError
from realtime_nst.paths import is_folder


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Size and modification time of a file: while it is being written, they change."""

    size: int
    changed: int


class FolderWatch:
    """Finds the images that arrive in folders, and those that are replaced.

    Args:
        folders: the folders to watch.
        result: folder of the results.
        recursive: whether to watch sub-folders, too.
        suffix: extension of the results; None keeps the input's where it can be written.

    Raises:
        SourceError: one of them is not a folder.
        SinkError: the results would be inputs again.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        result: Path,
        *,
        recursive: bool = False,
        suffix: str | None = None,
    ) -> None:
        _check(folders, result)
        self._folders, self._result = folders, result
        self._recursive, self._suffix = recursive, suffix
        self._seen: dict[Path, _Stamp] = {}
        self._taken: dict[Path, _Stamp] = {}

    def poll(self) -> list[PhotoJob]:
        """Return a job for each image that is complete and was not returned before.

        An image is complete when neither its size nor its modification time has changed since
        the last call.
        """
        now = {path: stamp for path in self._images() if (stamp := _stamp(path))}
        ready = [
            path
            for path, stamp in now.items()
            if stamp.size and self._seen.get(path) == stamp and self._taken.get(path) != stamp
        ]
        self._seen = now
        self._taken |= {path: now[path] for path in ready}
        return [self._job(path) for path in ready]

    def _images(self) -> Iterator[Path]:
        pattern = "**/*" if self._recursive else "*"
        for folder in self._folders:
            for path in sorted(images_in(folder, pattern)):
                if not path.name.startswith(".") and self._result not in path.parents:
                    yield path

    def _job(self, path: Path) -> PhotoJob:
        folder = next(each for each in self._folders if each in path.parents)
        return job_in_folder(path, path.relative_to(folder), self._result, self._suffix)


def _check(folders: Sequence[Path], result: Path) -> None:
    for folder in folders:
        if not is_folder(folder):
            raise SourceError(f"cannot watch {folder}: it is not a folder", f"mkdir {folder}")
        if os.path.realpath(folder) == os.path.realpath(result):
            message = f"cannot write results into {result}: it is the watched folder"
            raise SinkError(message, "choose another folder for the results")


def _stamp(path: Path) -> _Stamp | None:
    """Return a file's stamp; None if it has vanished."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _Stamp(found.st_size, found.st_mtime_ns)
