"""Draw progress bars on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from realtime_nst.stats import FrameStats


@contextmanager
def frame_bar(total: int | None, stats: FrameStats) -> Iterator[Callable[[], None]]:
    """Show the frames of a video; the bar of a single image pulses.

    Args:
        total: number of frames; None if unknown.
        stats: counts the frames.
    """
    speed = TextColumn("{task.fields[fps]:.1f} fps, left")
    several = (BarColumn(), MofNCompleteColumn(), speed, TimeRemainingColumn())
    columns = (BarColumn(), TimeElapsedColumn()) if total == 1 else several
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        # Without a total the bar pulses, which is the only progress that one image has.
        task = bar.add_task("", total=None if total == 1 else total, fps=0.0)
        yield lambda: bar.update(task, completed=stats.frames, fps=stats.fps)


@contextmanager
def step_bar(name: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """Show the steps of a training, each with a note.

    Args:
        name: name of the result.
        total: number of steps.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=total, note="")
        yield lambda done, note: bar.update(task, completed=done, note=note)
