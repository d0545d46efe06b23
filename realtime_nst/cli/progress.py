"""Show progress: a bar on a terminal, else a line every ten seconds."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import typer

from realtime_nst.frame import Frame
from realtime_nst.stats import FrameStats

LINE_SECONDS = 10.0
"""Seconds between two lines where there is no terminal, so that a log stays short."""

Clock = Callable[[], float]


def is_interactive() -> bool:
    """Return whether stderr is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def tell(line: str) -> None:
    """Print a line to stderr, above a bar if there is one.

    ``typer.echo`` would write past rich, into the line of the bar.
    """
    sys.stderr.write(f"{line}\n")


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

    on_frame: Callable[[Frame], None]
    on_wait: Callable[[], None]


@contextmanager
def frames(
    total: int | None, stats: FrameStats, clock: Clock = perf_counter
) -> Iterator[FrameProgress]:
    """Count frames, and show their number, the frame rate and the time left.

    Args:
        total: number of frames; None if unknown.
        stats: counts the frames.
        clock: returns the time in seconds.
    """
    if is_interactive():
        with _frame_bar(total, stats) as show:
            yield FrameProgress(show, _nothing)
        return
    started, due = clock(), periodically(clock=clock)

    def tell() -> None:
        if due():
            typer.echo(frame_line(total, stats, clock() - started), err=True)

    def count(frame: Frame) -> None:
        stats.record(frame)
        tell()

    yield FrameProgress(count, tell)


def frame_line(total: int | None, stats: FrameStats, seconds: float) -> str:
    """Format ``240 of 1800 frames, 24.0 fps, 1:05 left``; without a rate, the elapsed time."""
    counted = f"{stats.frames} frames" if total is None else f"{stats.frames} of {total} frames"
    if not stats.overall_fps:
        return f"{counted}, {minutes(seconds)} so far"
    rate = f"{counted}, {stats.overall_fps:.1f} fps"
    left = None if total is None else max(0, total - stats.frames) / stats.overall_fps
    return rate if left is None else f"{rate}, {minutes(left)} left"


@contextmanager
def _frame_bar(total: int | None, stats: FrameStats) -> Iterator[Callable[[Frame], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    speed = TextColumn("{task.fields[fps]:.1f} fps, left")
    several = (BarColumn(), MofNCompleteColumn(), speed, TimeRemainingColumn())
    columns = (BarColumn(), TimeElapsedColumn()) if total == 1 else several
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        # Without a total the bar pulses, which is the only progress that one image has.
        task = bar.add_task("", total=None if total == 1 else total, fps=0.0)

        def count(frame: Frame) -> None:
            stats.record(frame)
            bar.update(task, completed=stats.frames, fps=stats.fps)

        yield count


@contextmanager
def steps(
    name: str, total: int, clock: Clock = perf_counter
) -> Iterator[Callable[[int, str], None]]:
    """Show the steps of a training or an optimization, each with a note.

    Args:
        name: name of the result.
        total: number of steps.
        clock: returns the time in seconds.
    """
    if is_interactive():
        with _step_bar(name, total) as show:
            yield show
        return
    due = periodically(clock=clock)

    def line(_done: int, note: str) -> None:
        if due():
            typer.echo(f"{name}: {note}", err=True)

    yield line


@contextmanager
def _step_bar(name: str, total: int) -> Iterator[Callable[[int, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=total, note="")
        yield lambda done, note: bar.update(task, completed=done, note=note)


def _nothing() -> None:
    """Do nothing: the bar moves by itself."""
