"""Show progress: a bar on a terminal, a line every ten seconds elsewhere, or JSON for programs."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from realtime_nst.cli.messages import say, write_fields

if TYPE_CHECKING:
    from realtime_nst.frame import Frame
    from realtime_nst.stats import FrameStats

AUTO, LINES, JSON, NONE = MODES = ("auto", "lines", "json", "none")
"""Values of ``--progress``."""
LINE_SECONDS = 10.0
"""Seconds between two lines where there is no terminal, so that a log stays short."""
JSON_SECONDS = 0.5
"""Seconds between two JSON objects: a program draws its own bar."""

Clock = Callable[[], float]
_mode = [AUTO]


def use(mode: str) -> None:
    """Show progress in one of ``MODES`` from now on."""
    _mode[0] = mode


def is_interactive() -> bool:
    """Return whether stderr is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def minutes(seconds: float) -> str:
    """Format a duration: ``14:38``."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def periodically(seconds: float = LINE_SECONDS, clock: Clock = perf_counter) -> Callable[[], bool]:
    """Return a function that returns True once every so many seconds."""
    last = clock()

    def due() -> bool:
        nonlocal last
        now = clock()
        if now - last < seconds:
            return False
        last = now
        return True

    return due


@dataclass(frozen=True, slots=True)
class FrameProgress:
    """Callbacks for ``pipeline.run``."""

    on_frame: Callable[["Frame"], None]
    on_wait: Callable[[], None]


@contextmanager
def frames(
    total: int | None, stats: "FrameStats", clock: Clock = perf_counter, *, file: str = ""
) -> Iterator[FrameProgress]:
    """Count frames, and show their number, the frame rate and the time left.

    Args:
        total: number of frames; None if unknown.
        stats: counts the frames.
        clock: returns the time in seconds.
        file: name of the video, for programs.
    """
    with _shown_frames(total, stats, clock, file) as show:

        def count(frame: "Frame") -> None:
            stats.record(frame)
            show()

        yield FrameProgress(count, show)


def _shown_frames(
    total: int | None, stats: "FrameStats", clock: Clock, file: str
) -> AbstractContextManager[Callable[[], None]]:
    """Return a context with a function to call whenever something may have changed."""
    if _mode[0] == JSON:
        return _json_frames(total, stats, clock, file)
    if _mode[0] == AUTO and is_interactive():
        from realtime_nst.cli.progress_bars import frame_bar

        return frame_bar(total, stats)
    return _frame_lines(total, stats, clock)


@contextmanager
def _frame_lines(
    total: int | None, stats: "FrameStats", clock: Clock
) -> Iterator[Callable[[], None]]:
    started, due = clock(), periodically(clock=clock)

    def show() -> None:
        if _mode[0] != NONE and due():
            say(frame_line(total, stats, clock() - started))

    yield show


@contextmanager
def _json_frames(
    total: int | None, stats: "FrameStats", clock: Clock, file: str
) -> Iterator[Callable[[], None]]:
    due = periodically(JSON_SECONDS, clock)

    def show(now: bool = False) -> None:
        if now or due():
            write_fields(json_fields("convert", file, stats.frames, total, stats.overall_fps))

    show(now=True)
    yield show
    show(now=True)


def json_fields(
    stage: str, file: str, done: int, total: int | None, rate: float
) -> dict[str, object]:
    """Return one report for programs.

    Args:
        stage: ``convert``, or for other work than frames its name.
        file: name of the file that is worked on.
        done: number of frames, or steps, that are done.
        total: number of frames, or steps; None if unknown.
        rate: frames, or steps, per second; 0 if unknown.
    """
    left = None if total is None or not rate else round(max(0, total - done) / rate, 1)
    counts = {"frame": done, "frames": total, "fps": round(rate, 2) or None, "eta": left}
    return {"stage": stage, **counts, "file": file}


def frame_line(total: int | None, stats: "FrameStats", seconds: float) -> str:
    """Format ``240 of 1800 frames, 24.0 fps, 1:05 left``; without a rate, the elapsed time."""
    counted = f"{stats.frames} frames" if total is None else f"{stats.frames} of {total} frames"
    if not stats.overall_fps:
        return f"{counted}, {minutes(seconds)} so far"
    rate = f"{counted}, {stats.overall_fps:.1f} fps"
    left = None if total is None else max(0, total - stats.frames) / stats.overall_fps
    return rate if left is None else f"{rate}, {minutes(left)} left"


@contextmanager
def steps(
    name: str, total: int, clock: Clock = perf_counter, *, stage: str = "steps"
) -> Iterator[Callable[[int, str], None]]:
    """Show the steps of a training or an optimization, each with a note.

    Args:
        name: name of the result.
        total: number of steps.
        clock: returns the time in seconds.
        stage: name of the work, for programs.
    """
    if _mode[0] == AUTO and is_interactive():
        from realtime_nst.cli.progress_bars import step_bar

        with step_bar(name, total) as show:
            yield show
        return
    started, as_json = clock(), _mode[0] == JSON
    due = periodically(JSON_SECONDS if as_json else LINE_SECONDS, clock)

    def line(done: int, note: str) -> None:
        if as_json and (due() or done == total):
            rate = done / max(clock() - started, 1e-9)
            write_fields({**json_fields(stage, name, done, total, rate), "text": note})
        elif _mode[0] not in (NONE, JSON) and due():
            say(f"{name}: {note}")

    yield line
