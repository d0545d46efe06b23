"""Following a training: progress bar, previews, Ctrl-C."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from realtime_nst.cli.interrupt import interrupts
from realtime_nst.errors import MissingExtra

if TYPE_CHECKING:
    from torch import Tensor

    from realtime_nst.train.beginning import Beginning
    from realtime_nst.train.data import Photos
    from realtime_nst.train.recipe import Recipe
    from realtime_nst.train.trainer import Options, Progress, Trainer


MEASURED = 12
"""Steps after which it is said how long the rest will take."""
ENOUGH = "Ctrl-C when a preview looks good enough"


def need_torch() -> None:
    """Raise MissingExtra, with the line to type, where the training extra is not installed."""
    try:
        import onnx  # noqa: F401  (all three: only whether they are there)
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        cure = 'pip install "realtime-nst[train]"'
        raise MissingExtra(f"{error.name} is not installed", cure) from error


def beginning(recipe: "Recipe", folders: list[Path], vgg: Path | None) -> "Beginning | None":
    """The shipped network that a picture of the user's own is learnt from, if there is one."""
    from realtime_nst.train.beginning import nearest
    from realtime_nst.train.data import read_paintings

    if len(recipe.styles) > 1:
        return None
    return nearest(read_paintings(recipe, folders)[0], recipe.network, vgg)


def prepare(
    recipe: "Recipe", folders: list[Path], content: Path | None, options: "Options"
) -> "tuple[Trainer, Photos]":
    """The training, and the photos it practises on."""
    from realtime_nst.train.data import bundled_photos, open_photos, read_paintings
    from realtime_nst.train.device import pick_device
    from realtime_nst.train.distillation import open_pairs
    from realtime_nst.train.trainer import Trainer

    if content is None:
        content = bundled_photos()
        typer.echo("practises on four photos; more make it better: --content FOLDER", err=True)
    photos = open_photos(content, recipe.schedule, pick_device(options.device))
    pairs = open_pairs(recipe, folders, content)
    return Trainer(recipe, read_paintings(recipe, folders), photos, options, pairs), photos


def start(
    trainer: "Trainer", begin: "Beginning | None", other: Path | None, *, resume: bool
) -> None:
    """Take over what was learnt before: by this training, another one, or a shipped network."""
    from realtime_nst.train.beginning import weights_of
    from realtime_nst.train.checkpoint import load_checkpoint

    if resume:
        trainer.restore(load_checkpoint(trainer.options.checkpoint))
    elif other:
        trainer.start_from(weights_of(other))
        typer.echo(f"begins with {other}", err=True)
    elif begin:
        trainer.start_from(begin.weights)
        typer.echo(f"begins with {begin.style} of {begin.model}, the most similar", err=True)


def follow(trainer: "Trainer", pictures: "Tensor | None", every: int) -> None:
    """Train to the end or to Ctrl-C, which saves; previews of ``pictures`` every few steps."""
    steps = trainer.recipe.schedule.steps
    trainer.save()  # a place that cannot be written to is found out now, not in an hour
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    with interrupts() as stopped, Bar(*columns, console=Console(stderr=True)) as bar:
        typer.echo(f"{trainer.recipe.name}: {trainer.runs_on}", err=True)
        task = bar.add_task(trainer.recipe.name, total=steps, note="")
        for progress in trainer.run():
            if progress.step == MEASURED:
                typer.echo(f"about {-(-progress.eta // 60):.0f} min; {ENOUGH}", err=True)
            bar.update(task, completed=progress.step, note=describe(progress))
            if pictures is not None and (progress.step % every == 0 or progress.step == steps):
                write_preview(trainer, pictures)
            if stopped():
                break
    path = trainer.options.checkpoint
    if trainer.step < steps:
        trainer.save()  # at the end, run() has
    typer.echo(f"{path}: {trainer.step} of {steps} steps")
    if trainer.step < steps:
        typer.echo("stopped; the same command with --resume goes on", err=True)
        raise typer.Exit(130)
    typer.echo(f"next: realtime-nst export {path} {trainer.recipe.name}.onnx")


def describe(progress: "Progress") -> str:
    """``1200/2000  content 41.2  gram 183  0.91 steps/s  14:38 left``."""
    losses = "  ".join(f"{kind} {value:.3g}" for kind, value in progress.losses.items())
    minutes, seconds = divmod(round(progress.eta), 60)
    left = f"{minutes}:{seconds:02d} left"
    return f"{progress.step}/{progress.steps}  {losses}  {progress.rate:.2f} steps/s  {left}"


def write_preview(trainer: "Trainer", pictures: "Tensor") -> Path:
    """A sheet: the photos in the first row, then a row for each style."""
    import torch

    from realtime_nst.sinks.images import write_image
    from realtime_nst.train.data import to_image

    rows = torch.cat([pictures[None], trainer.preview(pictures)])
    sheet = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1)
    path = trainer.options.out / f"preview_{trainer.step:06d}.png"
    write_image(path, to_image(sheet))
    return path
