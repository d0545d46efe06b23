"""What a conversion has finished so far, noted beside its result, so that another run can go on.

Every ``SEGMENT`` frames there is a place to go on from: what lies before it needs nothing of what
comes after, and the other way round.
"""

import glob
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from realtime_nst.errors import NstError, SinkError
from realtime_nst.files import cannot_write, exists, write_atomic
from realtime_nst.frame import Image
from realtime_nst.sinks.partial_files import journal_of, older_of, partial_of

SEGMENT = 250
"""Frames from one place to the next, as many as x264 puts between two key frames anyway."""
REMEMBERED = 3
"""Places whose pictures are kept: the file may lag behind the journal by one or two."""


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """A moment between two frames."""

    frames: int
    """How many lie before it."""
    pts: Fraction
    """Of the frame behind it, in seconds."""
    ticks: int = -1
    """The last time written before it, in the result's unit."""


def nothing(frames: int) -> Sequence[Image]:
    """Where every frame is painted for itself."""
    return ()


class Journal:
    """The notes of one conversion.

    Args:
        result: what is made.
        settings: all that decides how it will look, for people; another run must have the same.
        memory: asked for the pictures that the frame behind so many frames builds on.
    """

    def __init__(
        self,
        result: Path,
        settings: Mapping[str, str],
        memory: Callable[[int], Sequence[Image]] = nothing,
    ) -> None:
        self._result, self._settings, self._memory = result, dict(settings), memory
        self._path = journal_of(result)
        self._places: list[ResumePoint] = []
        self.before: tuple[Path, ResumePoint] | None = None
        """What this run goes on from: another run's file, and how much of it; None: nothing."""

    @property
    def known(self) -> bool:
        """Whether a conversion was begun and not finished."""
        return exists(self._path)

    def begin(self) -> None:
        """Start anew.

        Raises:
            SinkError: nothing can be written there.
        """
        with self._noting():
            self.end()
            self._write()

    def read(self) -> list[ResumePoint]:
        """The places another run has left, except those whose pictures are gone.

        Raises:
            SinkError: it had other settings, or its notes cannot be read.
        """
        try:
            noted = json.loads(self._path.read_text(encoding="utf-8"))
            settings = dict(noted["settings"])
            places = [ResumePoint(n, Fraction(pts), ticks) for n, pts, ticks in noted["places"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{self._path} cannot be read: {error}"
            raise SinkError(message, "leave --resume out to begin anew") from error
        self._compare(settings)
        remembers = bool(noted.get("remembers"))
        return [place for place in places if not remembers or self._pictures(place).exists()]

    def _compare(self, settings: Mapping[str, str]) -> None:
        for name in {**settings, **self._settings}:
            before, now = settings.get(name, "nothing"), self._settings.get(name, "nothing")
            if before != now:
                message = f"{self._result} was begun with {name} {before}, but now it is {now}"
                hint = "say the same as then, or leave --resume out to begin anew"
                raise SinkError(message, hint)

    def go_on(self, path: Path, place: ResumePoint) -> Sequence[Image]:
        """Go on from a place in an earlier run's file; the pictures that the next frame needs."""
        self._places = [known for known in self.read() if known.frames <= place.frames]
        self.before = path, place
        if not self._pictures(place).exists():
            return ()
        with np.load(self._pictures(place), allow_pickle=False) as stored:
            return [np.ascontiguousarray(stored[name], np.uint8) for name in stored.files]

    def set_aside(self) -> None:
        """Rename the file to go on from, where this run's own will grow.

        Raises:
            SinkError: it cannot be renamed.
        """
        if self.before and self.before[0] == partial_of(self._result):
            with self._noting():
                path, place = self.before
                self.before = path.replace(older_of(self._result)), place

    def due(self, frames: int) -> bool:
        """Whether behind so many frames there is to be a place."""
        known = self.before[1].frames if self.before else 0
        return frames > known and frames % SEGMENT == 0

    def add(self, place: ResumePoint) -> None:
        """Note that everything before a place is finished.

        Raises:
            SinkError: it cannot be written.
        """
        pictures = self._memory(place.frames)
        with self._noting():
            if pictures:
                np.savez(self._pictures(place), *pictures)
            self._places.append(place)
            self._write(remembers=bool(pictures))
            for old in self._places[:-REMEMBERED]:
                self._pictures(old).unlink(missing_ok=True)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except NstError:
            raise
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def _write(self, *, remembers: bool = False) -> None:
        places = [(place.frames, str(place.pts), place.ticks) for place in self._places]
        noted = {"settings": self._settings, "places": places, "remembers": remembers}
        write_atomic(self._path, json.dumps(noted, indent=1))

    def end(self) -> None:
        """All is finished, or nobody wants it any more."""
        for path in self._path.parent.glob(f"{glob.escape(self._path.stem)}.*.npz"):
            path.unlink()
        self._path.unlink(missing_ok=True)

    def _pictures(self, place: ResumePoint) -> Path:
        return self._path.with_suffix(f".{place.frames}.npz")
