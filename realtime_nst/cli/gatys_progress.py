"""Run an optimization with a progress bar and snapshots; Ctrl-C saves and stops it."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from realtime_nst.cli import progress
from realtime_nst.cli.messages import note, say
from realtime_nst.cli.signals import interrupts
from realtime_nst.errors import SourceError, TrainError
from realtime_nst.files import Lock, check_files, refuse_inputs, write_atomic
from realtime_nst.image_io.write import refuse_ending, write_image

if TYPE_CHECKING:
    from realtime_nst.gatys.batch import Targets
    from realtime_nst.gatys.optimize import Iterate
    from realtime_nst.gatys.session import GatysRun, GatysSession

INTERRUPTED = 130
"""Exit code of a program that Ctrl-C ended: 128 + SIGINT."""


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Files to write during and after an optimization."""

    out: Path
    """Image of the result."""
    every: int | None = None
    """Number of iterations between snapshots; None for no snapshots."""
    trace: Path | None = None
    """JSON file of the losses."""
    plot: Path | None = None
    """Image of the losses."""

    def snapshot(self, iteration: int) -> Path:
        """Return the path of the snapshot of an iteration."""
        return self.out.with_name(f"{self.out.stem}_{iteration:05d}{self.out.suffix}")

    def files(self, iterations: int) -> list[Path]:
        """Return every file that a run of so many iterations writes."""
        steps = range(self.every, iterations + 1, self.every) if self.every else ()
        files = filter(None, (self.out, self.trace, self.plot))
        return [*files, *(self.snapshot(step) for step in steps)]


def check_outputs(outputs: OutputOptions, inputs: Sequence[Path] = (), iterations: int = 0) -> None:
    """Check the output paths before an optimization that may take an hour.

    Args:
        outputs: files to write.
        inputs: files to read, which no output may replace.
        iterations: number of iterations, for the snapshots.

    Raises:
        SinkError: a file cannot be written, or would replace an input.
    """
    check_files(filter(None, (outputs.out, outputs.trace, outputs.plot)), inputs)
    for image in filter(None, (outputs.out, outputs.plot)):
        refuse_ending(image)
    refuse_inputs(outputs.files(iterations), inputs)


def check_single(outputs: OutputOptions) -> None:
    """Check that no output is requested that a folder of photos does not have.

    Raises:
        TrainError: there is one.
    """
    values = {
        "--trace": outputs.trace,
        "--plot": outputs.plot,
        "--save-every": outputs.every,
    }
    for option, value in values.items():
        if value is not None:
            hint = f"remove {option}; manifest.json has the last losses of each photo"
            raise TrainError(f"cannot apply {option} to a folder: it needs a single photo", hint)


def run_single(job: "GatysRun", outputs: OutputOptions) -> None:
    """Optimize to the end or to Ctrl-C, and save in both cases."""
    if job.note:
        note(job.note)
    records: list[dict[str, float]] = []
    last, stopped = follow(job, outputs, records)
    if last is None:
        say("stopped before the first iteration; nothing to save")
        raise typer.Exit(INTERRUPTED)
    job.save(last, outputs.out)
    done = f"{last.iteration} of {job.settings.iterations} iterations"
    typer.echo(f"{outputs.out}: {done} in {last.seconds:.1f} s, {describe(last)}")
    _write_losses(records, outputs)
    if stopped:
        raise typer.Exit(INTERRUPTED)


def _write_losses(records: list[dict[str, float]], outputs: OutputOptions) -> None:
    """Write the trace and the plot; only after the image, which took much longer to make."""
    from realtime_nst.gatys.loss_plot import draw_curves

    if outputs.trace:
        write_atomic(outputs.trace, json.dumps(records, indent=1))
    if outputs.plot:
        write_image(outputs.plot, draw_curves(records))


def follow(
    job: "GatysRun", outputs: OutputOptions, records: list[dict[str, float]]
) -> tuple["Iterate | None", bool]:
    """Run an optimization, and return its last iterate and whether Ctrl-C stopped it."""
    last = None
    with interrupts() as stopped, bar(job.path.name, job.settings.iterations) as show:
        for last in job.run():
            records.append(last.record())
            show(last)
            if outputs.every and last.iteration % outputs.every == 0:
                job.save(last, outputs.snapshot(last.iteration))
            if stopped():
                break
        return last, stopped()


def run_folder(session: "GatysSession", folder: Path, out: Path) -> None:
    """Optimize every photo of a folder that is not done yet; skip and report unreadable ones."""
    from realtime_nst.gatys.batch import open_targets

    targets = open_targets(session, folder, out)
    with Lock(targets.manifest):
        _run_folder(session, targets)


def _run_folder(session: "GatysSession", targets: "Targets") -> None:
    waiting = targets.waiting()
    typer.echo(f"{len(targets.photos) - len(waiting)} of {len(targets.photos)} already done")
    skipped = [photo for photo in waiting if not _add(photo, session, targets)]
    typer.echo(f"{targets.manifest}: {len(targets.photos) - len(skipped)} targets")
    if skipped:
        say(f"skipped: {', '.join(map(str, skipped))}")
        raise typer.Exit(1)


def _add(photo: Path, session: "GatysSession", targets: "Targets") -> bool:
    """Optimize one more photo; return False if it cannot be read."""
    try:
        job = session.prepare(photo)
    except SourceError as error:
        note(str(error))
        return False
    if job.note:
        note(f"{photo}: {job.note}")
    last, stopped = follow(job, OutputOptions(targets.out), [])
    if stopped or last is None:
        say("stopped; run the same command again to resume with this photo")
        raise typer.Exit(INTERRUPTED)
    path = targets.add(job, last)
    typer.echo(f"{path}: {last.seconds:.1f} s, {describe(last)}")
    return True


@contextmanager
def bar(name: str, iterations: int) -> Iterator[Callable[["Iterate"], None]]:
    """Show a progress bar with losses and remaining time, and print notes above it."""
    with progress.steps(name, iterations, stage="optimize") as shown:

        def show(iterate: "Iterate") -> None:
            done, left = f"{iterate.iteration}/{iterations}", progress.minutes(iterate.left)
            shown(iterate.iteration, f"{done}  {describe(iterate)}  {left} left")
            if iterate.note:
                note(iterate.note)

        yield show


def describe(iterate: "Iterate") -> str:
    """Return ``content 41.2  style 183  tv 0  total 224``."""
    losses = {**iterate.losses, "total": iterate.total}
    return "  ".join(f"{name} {value:.3g}" for name, value in losses.items())
