"""Following a training: progress bar, previews, Ctrl-C."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from realtime_nst.cli import progress
from realtime_nst.cli.signals import interrupts
from realtime_nst.errors import MissingExtraError
from realtime_nst.extras import install_command
from realtime_nst.hints import command

if TYPE_CHECKING:
    from torch import Tensor

    from realtime_nst.train.dataset import Photos
    from realtime_nst.train.recipe import Recipe
    from realtime_nst.train.trainer import Options, Progress, Trainer
    from realtime_nst.train.warm_start import WarmStart


MEASURED = 12
"""Steps after which it is said how long the rest will take."""
ENOUGH = "Ctrl-C when a preview looks good enough"
EARLY_PREVIEWS, PREVIEW_STEPS = (25, 50, 100), 200
"""Steps that get a preview, and the steps between later ones: a network that begins as a trained
one changes fast at first."""


def need_torch() -> None:
    """Raise MissingExtra, with the line to type, where the training extra is not installed."""
    try:
        import onnx  # noqa: F401  (all three: only whether they are there)
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"{error.name} is not installed", install_command("train")
        ) from error


def beginning(recipe: "Recipe", folders: list[Path], vgg: Path | None) -> "WarmStart | None":
    """The shipped network that a picture of the user's own is learnt from, if there is one."""
    from realtime_nst.train.dataset import read_paintings
    from realtime_nst.train.warm_start import nearest_style

    if len(recipe.styles) > 1:
        return None
    return nearest_style(read_paintings(recipe, folders)[0], recipe.network, vgg)


def prepare(
    recipe: "Recipe", folders: list[Path], content: Path | None, options: "Options"
) -> "tuple[Trainer, Photos]":
    """The training, and the photos it practises on."""
    from realtime_nst.nn.device import pick_device
    from realtime_nst.train.dataset import bundled_photos, open_photos, read_paintings
    from realtime_nst.train.distillation import open_pairs
    from realtime_nst.train.trainer import Trainer

    if content is None:
        content = bundled_photos()
        typer.echo("practises on four photos; more make it better: --content FOLDER", err=True)
    photos = open_photos(content, recipe.schedule, pick_device(options.device))
    pairs = open_pairs(recipe, folders, content)
    return Trainer(recipe, read_paintings(recipe, folders), photos, options, pairs), photos


def start(
    trainer: "Trainer", begin: "WarmStart | None", other: Path | None, *, resume: bool
) -> None:
    """Take over what was learnt before: by this training, another one, or a shipped network."""
    from realtime_nst.train.checkpoint import load_checkpoint
    from realtime_nst.train.warm_start import weights_of

    if resume:
        trainer.restore(load_checkpoint(trainer.options.checkpoint))
    elif other:
        trainer.start_from(weights_of(other))
        typer.echo(f"begins with {other}", err=True)
    elif begin:
        trainer.start_from(begin.weights)
        typer.echo(f"begins with {begin.style} of {begin.model}, the most similar", err=True)


def follow(trainer: "Trainer", pictures: "Tensor | None", every: int | None) -> None:
    """Train to the end or to Ctrl-C, which saves; with previews of ``pictures`` on the way.

    Args:
        trainer: ready to run.
        pictures: photos to preview; None for no previews.
        every: steps between previews; None for early ones, then every ``PREVIEW_STEPS``.
    """
    name, steps = trainer.recipe.name, trainer.recipe.schedule.steps
    trainer.save()  # a place that cannot be written to is found out now, not in an hour
    with interrupts() as stopped, progress.steps(name, steps) as show:
        progress.tell(f"{name}: {trainer.runs_on}")
        for step in trainer.run():
            if step.step == MEASURED:
                progress.tell(f"about {-(-step.eta // 60):.0f} min; {ENOUGH}")
            show(step.step, describe(step))
            ends = step.step == steps or stopped()
            if ends and step.step < steps:
                trainer.save()  # before the preview, which a second Ctrl-C cuts off
            if pictures is not None and (ends or is_preview_step(step.step, every)):
                progress.tell(f"preview: {write_preview(trainer, pictures)}")
            if ends:
                break
    _finish(trainer)


def is_preview_step(step: int, every: int | None) -> bool:
    """Return whether to write a preview after a step."""
    if every:
        return step % every == 0
    return step in EARLY_PREVIEWS or step % PREVIEW_STEPS == 0


def _finish(trainer: "Trainer") -> None:
    """Report what is saved, with the command to type next."""
    name, steps = trainer.recipe.name, trainer.recipe.schedule.steps
    typer.echo(f"{trainer.options.checkpoint}: {trainer.step} of {steps} steps")
    export = command("export", trainer.options.out, f"{name}.onnx")
    if trainer.step < steps:
        typer.echo(f"try it now: {export}", err=True)
        typer.echo("stopped; the same command with --resume goes on", err=True)
        raise typer.Exit(130)
    typer.echo(f"next: {export}")


def describe(step: "Progress") -> str:
    """``1200/2000  content 41.2  gram 183  0.91 steps/s  14:38 left``."""
    losses = "  ".join(f"{kind} {value:.3g}" for kind, value in step.losses.items())
    left = f"{progress.minutes(step.eta)} left"
    return f"{step.step}/{step.steps}  {losses}  {step.rate:.2f} steps/s  {left}"


def write_preview(trainer: "Trainer", pictures: "Tensor") -> Path:
    """A sheet: the photos in the first row, then a row for each style."""
    import torch

    from realtime_nst.image_io.write import write_image
    from realtime_nst.nn.tensors import to_image

    rows = torch.cat([pictures[None], trainer.preview(pictures)])
    sheet = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1)
    path = trainer.options.out / f"preview_{trainer.step:06d}.png"
    write_image(path, to_image(sheet))
    return path
