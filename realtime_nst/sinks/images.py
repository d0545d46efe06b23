"""Frames as pictures: one into a file, many into a folder."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from realtime_nst.errors import SinkError
from realtime_nst.files import Lock, refuse_inputs
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_io.write import FORMATS, write_image
from realtime_nst.sinks.journal import Journal, ResumePoint

NUMBER = re.compile(r"%0?\d*d")
"""Stands for a frame's number in a name, as in FFmpeg."""


def is_pattern(path: Path) -> bool:
    """Return whether a name stands for numbered images."""
    return bool(NUMBER.search(path.name)) and path.suffix.lower() in FORMATS


class ImageSink:
    """A picture file, or a folder of them named after the pictures they were made of."""

    notes: tuple[str, ...] = ()

    def __init__(self, path: Path, info: StreamInfo, journal: Journal | None = None) -> None:
        self._journal = journal
        # A single image, as of `image`, has no number: its name is just a name.
        numbered = is_pattern(path) and not (info.rate is None and info.frames == 1)
        self._file, self._numbered = path, numbered
        single = path.suffix.lower() in FORMATS and not path.is_dir()
        self._folder = None if single else path
        self._stills = () if numbered else info.image_paths
        if single and info.frames != 1 and not numbered:
            hint = f"give a folder instead, or {path.stem}-%06d{path.suffix}"
            raise SinkError(f"{path} holds one picture only", hint)
        refuse_clashes(
            [self._target(index) for index in range(len(info.image_paths))], info.image_paths
        )
        self._lock = Lock(self._target(0))
        if journal and not journal.before:
            journal.begin()

    def write(self, frame: Frame) -> None:
        """Write a picture whole or not at all."""
        if self._journal and self._journal.due(frame.index):
            self._journal.add(ResumePoint(frame.index, frame.pts))
        write_image(self._target(frame.index), frame.image)

    def _target(self, index: int) -> Path:
        if self._folder is None:
            if not self._numbered:
                return self._file
            return numbered(self._file, index + 1)  # FFmpeg too writes from 1 on, and finds either
        if not self._stills:
            return self._folder / f"{index:06d}.png"
        still = self._stills[index]
        suffix = still.suffix if still.suffix.lower() in FORMATS else ".png"
        return self._folder / f"{still.stem}{suffix}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to finish: every picture is whole as soon as it is there."""
        if kind is None and self._journal:
            self._journal.end()
        self._lock.release()


def numbered(path: Path, number: int) -> Path:
    """Return a name with a number in the place of ``%06d``; others stay as they are."""
    return path.with_name(NUMBER.sub(lambda found: found[0] % number, path.name))


def refuse_clashes(targets: Sequence[Path], stills: Sequence[Path]) -> None:
    """Check that no two images get one name, and that none of those read is written over.

    Raises:
        SinkError: it would happen.
    """
    for target, count in Counter(targets).items():
        if count > 1:
            message = f"{count} pictures would all become {target}"
            raise SinkError(message, "give them one by one, or rename them")
    refuse_inputs(targets, stills)
