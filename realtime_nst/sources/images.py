"""Image files as a source: one, several, or all of a folder."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import Self

from realtime_nst.closing import Closing
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_io.decode import PICTURES as PICTURES
from realtime_nst.image_io.read import read_image, suffix_list
from realtime_nst.image_io.sequence import NUMBER
from realtime_nst.paths import exists
from realtime_nst.sources.options import ReadOptions


def is_pattern(path: Path) -> bool:
    """Return whether a path is a pattern of numbered images; an existing file is not."""
    numbered = NUMBER.search(path.name) and path.suffix.lower() in PICTURES
    return bool(numbered) and not exists(path)


class ImageSource(Closing):
    """Images in the given order; they may differ in size.

    With a frame rate they are the frames of a video, without one they are a second apart.

    Args:
        paths: the image files, at least one.
        reading: which part to read, and how.
        notes: remarks for the user, one line each.

    Raises:
        SourceError: the first image cannot be read.
    """

    live = False

    def __init__(
        self,
        paths: Sequence[Path],
        reading: ReadOptions = ReadOptions(),  # noqa: B008  (frozen)
        notes: tuple[str, ...] = (),
    ) -> None:
        self._paths, self._reading, rate = tuple(paths), reading, reading.rate
        self._rate = rate or Fraction(1)
        self._first = read_image(paths[0])
        height, width = self._first.shape[:2]
        name = paths[0].name if len(paths) == 1 else f"{len(paths)} images"
        count = len(paths)
        self.info = StreamInfo(
            name, width, height, rate, count, image_paths=self._paths, notes=notes
        )

    @classmethod
    def of_folder(cls, folder: Path, reading: ReadOptions = ReadOptions()) -> Self:  # noqa: B008  (frozen)
        """Open all images of a folder by name; ``f2.png`` comes before ``f10.png``.

        Raises:
            SourceError: the folder contains no image, or none in the requested part.
        """
        found = (path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
        paths = sorted(found, key=_natural)
        if not paths:
            raise SourceError(f"no images in {folder}", f"supported formats: {suffix_list()}")
        return cls(_part(paths, reading), reading)

    @classmethod
    def of_pattern(cls, pattern: Path, reading: ReadOptions = ReadOptions()) -> Self:  # noqa: B008  (frozen)
        """Open all images that match a pattern such as ``%06d.png``, by number.

        Raises:
            SourceError: no image matches, or none in the requested part.
        """
        found = _by_number(pattern)
        part = _part([found[number] for number in sorted(found)], reading)
        missing = max(found) - min(found) + 1 - len(found)
        note = f"{pattern} lacks {missing} numbers; the images follow without a gap"
        return cls(part, reading, (note,) if missing else ())

    def __iter__(self) -> Iterator[Frame]:
        for index, path in enumerate(self._paths):
            try:
                image = self._first if index == 0 else read_image(path)
            except SourceError as error:
                if not self._reading.skip_broken:
                    raise
                self._reading.on_skip(str(error))
                continue
            yield Frame(image, index, index / self._rate, perf_counter())


def _natural(path: Path) -> list[tuple[int, str]]:
    """Return a sort key that orders numbers in names by their value."""
    parts = re.split("([0-9]+)", path.name)
    return [(int(part) if number % 2 else 0, part) for number, part in enumerate(parts)]


def numbered(pattern: Path) -> list[Path]:
    """Return the images that match a pattern such as ``%06d.png``, by number.

    Raises:
        SourceError: no image matches.
    """
    found = _by_number(pattern)
    return [found[number] for number in sorted(found)]


def _by_number(pattern: Path) -> dict[int, Path]:
    before, after = NUMBER.split(pattern.name, maxsplit=1)
    name = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}")
    found = {}
    for path in pattern.parent.glob("*"):
        if match := name.fullmatch(path.name):
            found[int(match[1])] = path
    if not found:
        raise SourceError(f"no images match {pattern}", "give a pattern such as frames/%06d.png")
    return found


def _part(paths: Sequence[Path], reading: ReadOptions) -> list[Path]:
    part = reading.part_of(paths)
    if not part:
        message = f"there are only {len(paths)} images, none of them in the requested part"
        raise SourceError(message, "check --start and --fps")
    return part
