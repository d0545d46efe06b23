"""Image files as a sink: one file, or many in a folder."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from realtime_nst.errors import SinkError
from realtime_nst.files import Lock, refuse_inputs
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_io.photo import Photo
from realtime_nst.image_io.sequence import NUMBER
from realtime_nst.image_io.write import FORMATS, write_photo
from realtime_nst.provenance import to_xmp
from realtime_nst.sinks.journal import Journal, ResumePoint


def is_pattern(path: Path) -> bool:
    """Return whether a path is a pattern of numbered images."""
    return bool(NUMBER.search(path.name)) and path.suffix.lower() in FORMATS


class ImageSink:
    """Writes an image file, numbered files, or a folder of files named after the input images.

    Args:
        path: the file, pattern or folder.
        info: properties of the frames.
        journal: what an earlier run finished, and where to record what this one finishes.

    Raises:
        SinkError: several frames would be written to one file, or an input overwritten.
    """

    notes: tuple[str, ...] = ()

    def __init__(self, path: Path, info: StreamInfo, journal: Journal | None = None) -> None:
        self._journal = journal
        self._xmp = to_xmp(b"", info.settings) if info.settings else b""
        # A single image needs no number: its name is taken literally.
        numbered = is_pattern(path) and not (info.rate is None and info.frames == 1)
        self._file, self._numbered = path, numbered
        single = path.suffix.lower() in FORMATS and not path.is_dir()
        self._folder = None if single else path
        self._stills = () if numbered else info.image_paths
        if single and info.frames != 1 and not numbered:
            hint = f"give a folder instead, or {path.stem}-%06d{path.suffix}"
            raise SinkError(f"{path} holds one image only", hint)
        refuse_clashes(
            [self._target(index) for index in range(len(info.image_paths))], info.image_paths
        )
        self._lock = Lock(self._target(0))
        if journal and not journal.before:
            journal.begin()

    def write(self, frame: Frame) -> None:
        """Write an image atomically."""
        if self._journal and self._journal.due(frame.index):
            self._journal.add(ResumePoint(frame.index, frame.pts))
        write_photo(self._target(frame.index), Photo(frame.image, xmp=self._xmp))

    def _target(self, index: int) -> Path:
        if self._folder is None:
            if not self._numbered:
                return self._file
            return numbered(self._file, index + 1)  # FFmpeg also counts from 1
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
        """Record the end of the conversion; every image is complete once written."""
        if kind is None and self._journal:
            self._journal.end()
        self._lock.release()


def numbered(path: Path, number: int) -> Path:
    """Return a path with ``%06d`` replaced by a number; other names are unchanged."""
    return path.with_name(NUMBER.sub(lambda found: found[0] % number, path.name))


def refuse_clashes(targets: Sequence[Path], stills: Sequence[Path]) -> None:
    """Check that no two images get one name, and that no input is overwritten.

    Args:
        targets: files to be written.
        stills: input files.

    Raises:
        SinkError: files would be overwritten.
    """
    for target, count in Counter(targets).items():
        if count > 1:
            message = f"{count} images would all be written to {target}"
            raise SinkError(message, "convert them one by one, or rename them")
    refuse_inputs(targets, stills)
