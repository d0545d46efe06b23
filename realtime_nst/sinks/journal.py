"""Journal of an unfinished conversion, stored next to its result, so that a later run can resume.

Every ``SEGMENT`` frames there is a resume point: frames before it do not depend on frames after
it, and the other way round.
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
from realtime_nst.files import write_atomic
from realtime_nst.frame import Image
from realtime_nst.paths import cannot_write, exists
from realtime_nst.sinks.partial_files import journal_of, older_of, partial_of

SEGMENT = 250
"""Frames between resume points, as many as x264 puts between two key frames anyway."""
KEPT_POINTS = 3
"""Resume points whose images are kept: the file may lag behind the journal by one or two."""


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """A boundary between two frames at which a conversion can be resumed."""

    frames: int
    """Number of frames before it."""
    pts: Fraction
    """Timestamp of the frame after it, in seconds."""
    ticks: int = -1
    """Last timestamp written before it, in the result's time base."""


def nothing(_frames: int) -> Sequence[Image]:
    """Return no images: the default for conversions whose frames do not depend on each other."""
    return ()


class Journal:
    """Progress of one conversion.

    Args:
        result: path of the result.
        settings: everything that determines the result, human-readable; a run that resumes must
            have the same.
        memory: returns the images that the frame after so many frames depends on.
    """

    def __init__(
        self,
        result: Path,
        settings: Mapping[str, str],
        memory: Callable[[int], Sequence[Image]] = nothing,
    ) -> None:
        self._result, self._settings, self._memory = result, dict(settings), memory
        self._path = journal_of(result)
        self._points: list[ResumePoint] = []
        self.before: tuple[Path, ResumePoint] | None = None
        """Earlier run's file and resume point to continue from; None starts from scratch."""

    @property
    def known(self) -> bool:
        """Return whether a conversion was started and not finished."""
        return exists(self._path)

    def begin(self) -> None:
        """Start from scratch.

        Raises:
            SinkError: nothing can be written there.
        """
        with self._write_errors():
            self.end()
            self._write()

    def read(self) -> list[ResumePoint]:
        """Return the resume points of an earlier run whose images still exist.

        Raises:
            SinkError: the run had other settings, or its journal cannot be read.
        """
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            settings = dict(stored["settings"])
            points = [ResumePoint(n, Fraction(pts), ticks) for n, pts, ticks in stored["places"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"cannot read {self._path}: {error}"
            raise SinkError(message, "drop --resume to start over") from error
        self._check_settings(settings)
        needs_images = bool(stored.get("remembers"))
        return [point for point in points if not needs_images or self._images_of(point).exists()]

    def _check_settings(self, settings: Mapping[str, str]) -> None:
        for name in {**settings, **self._settings}:
            before, now = settings.get(name, "nothing"), self._settings.get(name, "nothing")
            if before != now:
                message = f"cannot resume {self._result}: {name} was {before}, now it is {now}"
                hint = "use the same options as before, or drop --resume to start over"
                raise SinkError(message, hint)

    def go_on(self, path: Path, place: ResumePoint) -> Sequence[Image]:
        """Resume from an earlier run's file; return the images that the next frame depends on.

        Args:
            path: the file.
            place: how much of it to keep.
        """
        self._points = [known for known in self.read() if known.frames <= place.frames]
        self.before = path, place
        if not self._images_of(place).exists():
            return ()
        with np.load(self._images_of(place), allow_pickle=False) as stored:
            return [np.ascontiguousarray(stored[name], np.uint8) for name in stored.files]

    def set_aside(self) -> None:
        """Rename the earlier run's file, if this run will write to the same name.

        Raises:
            SinkError: it cannot be renamed.
        """
        if self.before and self.before[0] == partial_of(self._result):
            with self._write_errors():
                path, point = self.before
                self.before = path.replace(older_of(self._result)), point

    def due(self, frames: int) -> bool:
        """Return whether a resume point is due after so many frames."""
        known = self.before[1].frames if self.before else 0
        return frames > known and frames % SEGMENT == 0

    def add(self, place: ResumePoint) -> None:
        """Record that everything before a resume point is finished.

        Raises:
            SinkError: it cannot be written.
        """
        images = self._memory(place.frames)
        with self._write_errors():
            if images:
                np.savez(self._images_of(place), *images)
            self._points.append(place)
            self._write(needs_images=bool(images))
            for old in self._points[:-KEPT_POINTS]:
                self._images_of(old).unlink(missing_ok=True)

    @contextmanager
    def _write_errors(self) -> Iterator[None]:
        try:
            yield
        except NstError:
            raise
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def _write(self, *, needs_images: bool = False) -> None:
        points = [(point.frames, str(point.pts), point.ticks) for point in self._points]
        stored = {"settings": self._settings, "places": points, "remembers": needs_images}
        write_atomic(self._path, json.dumps(stored, indent=1))

    def end(self) -> None:
        """Delete the journal: the conversion is finished or abandoned."""
        for path in self._path.parent.glob(f"{glob.escape(self._path.stem)}.*.npz"):
            path.unlink()
        self._path.unlink(missing_ok=True)

    def _images_of(self, point: ResumePoint) -> Path:
        return self._path.with_suffix(f".{point.frames}.npz")
