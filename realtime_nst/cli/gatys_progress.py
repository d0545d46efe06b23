"""Following an optimization: progress bar, snapshots, trace, Ctrl-C; and reading its arguments."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from realtime_nst.cli import progress
from realtime_nst.cli.signals import interrupts
from realtime_nst.errors import SourceError, TrainError
from realtime_nst.files import Lock, check_files, refuse_inputs, write_atomic
from realtime_nst.image_io.write import refuse_ending, write_image

if TYPE_CHECKING:
    from realtime_nst.gatys.batch import Targets
    from realtime_nst.gatys.optimize import Iterate
    from realtime_nst.gatys.session import GatysRun, GatysSession

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """What to keep of an optimization."""

    out: Path
    every: int | None = None
    trace: Path | None = None
    plot: Path | None = None

    def snapshot(self, iteration: int) -> Path:
        """Return where the picture of an iteration is kept."""
        return self.out.with_name(f"{self.out.stem}_{iteration:05d}{self.out.suffix}")


def check_places(keeping: OutputOptions, inputs: Sequence[Path] = (), iterations: int = 0) -> None:
    """Better now than after an hour.

    Raises:
        SinkError: something cannot be written where it should be, or would replace an input.
    """
    check_files(filter(None, (keeping.out, keeping.trace, keeping.plot)), inputs)
    for picture in filter(None, (keeping.out, keeping.plot)):
        refuse_ending(picture)
    if keeping.every:
        steps = range(keeping.every, iterations + 1, keeping.every)
        refuse_inputs([keeping.snapshot(step) for step in steps], inputs)


def check_single(keeping: OutputOptions) -> None:
    """Check of a folder of photos that nothing is asked for that only a single one has.

    Raises:
        TrainError: it is.
    """
    asked = {
        "--trace": keeping.trace,
        "--plot": keeping.plot,
        "--save-every": keeping.every,
    }
    for option, value in asked.items():
        if value is not None:
            hint = f"leave out {option}; manifest.json has the last losses of each photo"
            raise TrainError(f"{option} is for a single photo, not for a folder", hint)


def paint(painting: "GatysRun", keeping: OutputOptions) -> None:
    """Optimize to the end or to Ctrl-C, and save in either case."""
    if painting.note:
        typer.echo(f"note: {painting.note}", err=True)
    records: list[dict[str, float]] = []
    last, stopped = follow(painting, keeping, records)
    if last is None:
        typer.echo("stopped before the first iteration; nothing to save", err=True)
        raise typer.Exit(INTERRUPTED)
    painting.save(last, keeping.out)
    done = f"{last.iteration} of {painting.settings.iterations} iterations"
    typer.echo(f"{keeping.out}: {done} in {last.seconds:.1f} s, {describe(last)}")
    _write_losses(records, keeping)
    if stopped:
        raise typer.Exit(INTERRUPTED)


def _write_losses(records: list[dict[str, float]], keeping: OutputOptions) -> None:
    """Only when the picture is safe, which took so much longer."""
    from realtime_nst.gatys.loss_plot import draw_curves

    if keeping.trace:
        write_atomic(keeping.trace, json.dumps(records, indent=1))
    if keeping.plot:
        write_image(keeping.plot, draw_curves(records))


def follow(
    painting: "GatysRun", keeping: OutputOptions, records: list[dict[str, float]]
) -> tuple["Iterate | None", bool]:
    """Run an optimization; the last iterate, and whether Ctrl-C ended it."""
    last = None
    with interrupts() as stopped, bar(painting.path.name, painting.settings.iterations) as show:
        for last in painting.run():
            records.append(last.record())
            show(last)
            if keeping.every and last.iteration % keeping.every == 0:
                painting.save(last, keeping.snapshot(last.iteration))
            if stopped():
                break
        return last, stopped()


def paint_all(studio: "GatysSession", folder: Path, out: Path) -> None:
    """Optimize every photo of a folder that is not done yet; those that cannot be read are told."""
    from realtime_nst.gatys.batch import open_targets

    targets = open_targets(studio, folder, out)
    with Lock(targets.manifest):
        _paint_all(studio, targets)


def _paint_all(studio: "GatysSession", targets: "Targets") -> None:
    waiting = targets.waiting()
    typer.echo(f"{len(targets.photos) - len(waiting)} of {len(targets.photos)} done before")
    left_out = [photo for photo in waiting if not _add(photo, studio, targets)]
    typer.echo(f"{targets.manifest}: {len(targets.photos) - len(left_out)} targets")
    if left_out:
        typer.echo(f"left out: {', '.join(map(str, left_out))}", err=True)
        raise typer.Exit(1)


def _add(photo: Path, studio: "GatysSession", targets: "Targets") -> bool:
    """Make one more target; False for a photo that cannot be read."""
    try:
        painting = studio.prepare(photo)
    except SourceError as error:
        typer.echo(f"note: {error}", err=True)
        return False
    if painting.note:
        typer.echo(f"note: {photo}: {painting.note}", err=True)
    last, stopped = follow(painting, OutputOptions(targets.out), [])
    if stopped or last is None:
        typer.echo("stopped; the same command goes on with this photo", err=True)
        raise typer.Exit(INTERRUPTED)
    path = targets.add(painting, last)
    typer.echo(f"{path}: {last.seconds:.1f} s, {describe(last)}")
    return True


@contextmanager
def bar(name: str, iterations: int) -> Iterator[Callable[["Iterate"], None]]:
    """A bar with losses and time left; what stands in a note is said aloud."""
    with progress.steps(name, iterations) as shown:

        def show(iterate: "Iterate") -> None:
            done, left = f"{iterate.iteration}/{iterations}", progress.minutes(iterate.left)
            shown(iterate.iteration, f"{done}  {describe(iterate)}  {left} left")
            if iterate.note:
                progress.tell(f"note: {iterate.note}")

        yield show


def describe(iterate: "Iterate") -> str:
    """``content 41.2  style 183  tv 0  total 224``."""
    losses = {**iterate.losses, "total": iterate.total}
    return "  ".join(f"{name} {value:.3g}" for name, value in losses.items())
