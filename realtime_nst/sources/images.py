"""Pictures: one, several, or all of a folder."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import Self

from realtime_nst.errors import SourceError
from realtime_nst.files import exists
from realtime_nst.frame import Frame, StreamInfo
from realtime_nst.image_io.decode import PICTURES as PICTURES
from realtime_nst.image_io.read import _endings, read_image
from realtime_nst.sources.options import ReadOptions

NUMBER = re.compile(r"%0?\d*d")
"""Stands for a picture's number in a name, as in FFmpeg."""


def is_pattern(path: Path) -> bool:
    """Return whether a name stands for numbered images; a file that exists is just that file."""
    numbered = NUMBER.search(path.name) and path.suffix.lower() in PICTURES
    return bool(numbered) and not exists(path)


class ImageSource:
    """Pictures in the given order; they may differ in size.

    With a rate they are the frames of a film, without one they lie a second apart.
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
        name = paths[0].name if len(paths) == 1 else f"{len(paths)} pictures"
        count = len(paths)
        self.info = StreamInfo(
            name, width, height, rate, count, image_paths=self._paths, notes=notes
        )

    @classmethod
    def of_folder(cls, folder: Path, reading: ReadOptions = ReadOptions()) -> Self:  # noqa: B008  (frozen)
        """The pictures lying in a folder, by name; ``f2.png`` comes before ``f10.png``."""
        found = (path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
        paths = sorted(found, key=_natural)
        if not paths:
            raise SourceError(f"there is no picture in {folder}", f"endings: {_endings()}")
        return cls(_part(paths, reading), reading)

    @classmethod
    def of_pattern(cls, pattern: Path, reading: ReadOptions = ReadOptions()) -> Self:  # noqa: B008  (frozen)
        """The pictures that ``%06d`` in a name stands for, by number, whatever the first is."""
        found = _by_number(pattern)
        part = _part([found[number] for number in sorted(found)], reading)
        missing = max(found) - min(found) + 1 - len(found)
        told = f"numbers missing of {pattern}: {missing}; the pictures close up"
        return cls(part, reading, (told,) if missing else ())

    def __iter__(self) -> Iterator[Frame]:
        for index, path in enumerate(self._paths):
            try:
                image = self._first if index == 0 else read_image(path)
            except SourceError as error:
                if not self._reading.skip_broken:
                    raise
                self._reading.on_trouble(str(error))
                continue
            yield Frame(image, index, index / self._rate, perf_counter())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing to close."""


def _natural(path: Path) -> list[tuple[int, str]]:
    """Return what sorts names with numbers in them by the numbers' values."""
    parts = re.split("([0-9]+)", path.name)
    return [(int(part) if number % 2 else 0, part) for number, part in enumerate(parts)]


def numbered(pattern: Path) -> list[Path]:
    """Return the images that ``%06d`` in a name stands for, by number.

    Raises:
        SourceError: there is none.
    """
    found = _by_number(pattern)
    return [found[number] for number in sorted(found)]


def _by_number(pattern: Path) -> dict[int, Path]:
    before, after = NUMBER.split(pattern.name, maxsplit=1)
    place = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}")
    found = {}
    for path in pattern.parent.glob("*"):
        if match := place.fullmatch(path.name):
            found[int(match[1])] = path
    if not found:
        raise SourceError(f"there is no picture {pattern}", "e.g. frames/%06d.png")
    return found


def _part(paths: Sequence[Path], reading: ReadOptions) -> list[Path]:
    part = reading.part_of(paths)
    if not part:
        message = f"there are only {len(paths)} pictures, and none in the part asked for"
        raise SourceError(message, "check --start and --fps")
    return part
