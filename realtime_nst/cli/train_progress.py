"""Run a training with a progress bar and previews; Ctrl-C saves and stops it."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from realtime_nst.cli import progress
from realtime_nst.cli.messages import say
from realtime_nst.cli.signals import interrupts
from realtime_nst.hints import command

if TYPE_CHECKING:
    from torch import Tensor

    from realtime_nst.train.trainer import Trainer, TrainingProgress

INTERRUPTED = 130
"""Exit code of a program that Ctrl-C ended: 128 + SIGINT."""
ESTIMATE_STEP = 12
"""Step after which the remaining time is printed: the first ones are slower than the rest."""
STOP_NOTE = "press Ctrl-C when a preview looks good enough"
EARLY_PREVIEWS, PREVIEW_STEPS = (25, 50, 100), 200
"""First steps with a preview, and the number of steps between later previews: a network that is
initialized from a trained one changes fast at first."""


def run_training(
    trainer: "Trainer", photos: "Tensor | None", every: int | None, *, first_look: bool = False
) -> None:
    """Train to the end or to Ctrl-C, save in both cases, and write previews.

    Args:
        trainer: initialized trainer.
        photos: photos to stylize for previews, (n, 3, h, w); None for no previews.
        every: number of steps between previews; None writes ``EARLY_PREVIEWS``, then one every
            ``PREVIEW_STEPS``.
        first_look: also show the photos as they were stylized before the training.
    """
    name, steps = trainer.recipe.name, trainer.recipe.schedule.steps
    trainer.save()  # fails now, not after an hour, if the file cannot be written
    first = trainer.preview(photos) if first_look and photos is not None else None
    with interrupts() as stopped, progress.steps(name, steps, stage="train") as show:
        say(f"{name}: {trainer.runs_on}")
        for step in trainer.run():
            if step.step == ESTIMATE_STEP:
                say(f"about {-(-step.eta // 60):.0f} min; {STOP_NOTE}")
            show(step.step, describe(step))
            ends = step.step == steps or stopped()
            if ends and step.step < steps:
                trainer.save()  # before the preview, which a second Ctrl-C cuts off
            if photos is not None and (ends or is_preview_step(step.step, every)):
                say(f"preview: {write_preview(trainer, photos, first)}")
            if ends:
                break
    _finish(trainer)


def is_preview_step(step: int, every: int | None) -> bool:
    """Return whether to write a preview after a step."""
    if every:
        return step % every == 0
    return step in EARLY_PREVIEWS or step % PREVIEW_STEPS == 0


def _finish(trainer: "Trainer") -> None:
    """Print what was saved, and the next command."""
    name, steps = trainer.recipe.name, trainer.recipe.schedule.steps
    typer.echo(f"{trainer.options.checkpoint}: {trainer.step} of {steps} steps")
    export = command("export", trainer.options.out, f"{name}.onnx")
    if trainer.step < steps:
        say(f"try it now: {export}")
        say("stopped; add --resume to the same command to resume")
        raise typer.Exit(INTERRUPTED)
    typer.echo(f"next: {export}")


def describe(step: "TrainingProgress") -> str:
    """Return ``1200/2000  content 41.2  gram 183  0.91 steps/s  14:38 left``."""
    losses = "  ".join(f"{kind} {value:.3g}" for kind, value in step.losses.items())
    left = f"{progress.minutes(step.eta)} left"
    return f"{step.step}/{step.steps}  {losses}  {step.rate:.2f} steps/s  {left}"


def write_preview(trainer: "Trainer", photos: "Tensor", first_look: "Tensor | None" = None) -> Path:
    """Write an image with the photos in the first row and one row for each style.

    With a first look, (1, n, 3, h, w), there are three rows: photos, first look, now.
    """
    import torch

    from realtime_nst.image_io.write import write_image
    from realtime_nst.nn.tensors import to_image

    before = [] if first_look is None else [first_look]
    rows = torch.cat([photos[None], *before, trainer.preview(photos)])
    sheet = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1)
    path = trainer.options.out / f"preview_{trainer.step:06d}.png"
    write_image(path, to_image(sheet))
    return path
