"""The command ``train``: train a network on one or more style images."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.messages import say
from realtime_nst.cli.options import Threads, TrainingDevice, TrainingPrecision, VggWeights
from realtime_nst.cli.overwriting import OUTPUT, Overwrite, may_write

if TYPE_CHECKING:
    from realtime_nst.train.recipe import Recipe
    from realtime_nst.train.trainer import Options

PREVIEW_PHOTOS = 4
"""Number of photos in a preview: enough to judge a style, and stylized in a second."""
INPUT, TRAINING, PERFORMANCE = "Input", "Training", "Performance"
"""Groups of options in the help."""
RESUME_HINT = "add --resume to resume it, --overwrite to begin again, or choose another --output"


def train(
    styles: Annotated[
        list[Path],
        typer.Argument(
            metavar="STYLE...",
            help="Style images to learn from, or a single recipe.toml or its folder.",
        ),
    ],
    content: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            rich_help_panel=INPUT,
            help="Folder of photos to train on, searched with its sub-folders. "
            "[default: four included photos]",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            "--out",
            metavar="FOLDER",
            parser=path_of,
            rich_help_panel=OUTPUT,
            help="Folder for the checkpoint and previews. [default: runs/NAME]",
        ),
    ] = None,
    overwrite: Overwrite = None,
    paintings: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            rich_help_panel=INPUT,
            help="Folder with the style images that a recipe names. [default: the recipe's folder]",
        ),
    ] = None,
    tier: Annotated[
        str,
        typer.Option(
            metavar="TIER",
            rich_help_panel=TRAINING,
            help="Size of the network: nano, fast, quality or johnson; a recipe has its own.",
        ),
    ] = "fast",
    steps: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            rich_help_panel=TRAINING,
            help="Number of training steps. [default: by the recipe]",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            max=2**32 - 1,
            rich_help_panel=TRAINING,
            help="Random seed of the weights, crops and order of photos. [default: by the recipe]",
        ),
    ] = None,
    scratch: Annotated[
        bool,
        typer.Option(
            "--from-scratch",
            rich_help_panel=TRAINING,
            help="Initialize with random weights instead of those of the most similar style.",
        ),
    ] = False,
    init_from: Annotated[
        Path | None,
        typer.Option(
            "--init-from",
            metavar="FOLDER",
            rich_help_panel=TRAINING,
            help="Folder of another training, or of a model, to take the first weights from.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", rich_help_panel=TRAINING, help="Resume from the checkpoint."),
    ] = False,
    preview_every: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            rich_help_panel=OUTPUT,
            help="Number of steps between previews. [default: 25, 50, 100, 200, then every 200]",
        ),
    ] = None,
    save_every: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            rich_help_panel=OUTPUT,
            help="Number of steps between checkpoints.",
        ),
    ] = 250,
    device: TrainingDevice = "auto",
    precision: TrainingPrecision = "auto",
    threads: Threads = None,
    compiled: Annotated[
        bool,
        typer.Option(
            "--compile",
            rich_help_panel=PERFORMANCE,
            help="Compile the network with torch.compile; needs a C++ compiler.",
        ),
    ] = False,
    vgg_weights: VggWeights = None,
    smoke: Annotated[
        bool,
        typer.Option(
            "--smoke",
            rich_help_panel=TRAINING,
            help="Train three steps on noise, to check a recipe and its style images.",
        ),
    ] = False,
) -> None:
    """Train a network on one or more style images."""
    from realtime_nst.cli.extras import need_torch

    need_torch()
    from realtime_nst.files import check_file
    from realtime_nst.train.default_recipe import recipe_for, shortened
    from realtime_nst.train.recipe import rescheduled
    from realtime_nst.train.setup import find_warm_start
    from realtime_nst.train.trainer import Options

    recipe, folder = recipe_for(styles, tier)
    out = out or Path("runs") / recipe.name
    options = Options(out, vgg_weights, device, precision, compiled, save_every, threads)
    check_file(options.checkpoint)
    if not resume and not may_write([options.checkpoint], overwrite, RESUME_HINT):
        return
    folders = [each for each in (folder, paintings) if each]
    if smoke:
        _train_on_noise(
            rescheduled(recipe, steps=steps, seed=seed), folders, options, preview_every
        )
        return
    # A recipe defines its own initialization.
    warm = None if scratch or init_from or folder else find_warm_start(recipe, folders, vgg_weights)
    recipe = rescheduled(shortened(recipe) if warm else recipe, steps=steps, seed=seed)
    from realtime_nst.cli.train_progress import run_training
    from realtime_nst.files import Lock
    from realtime_nst.train.setup import initialize, open_trainer

    if content is None:
        _note("trains on four included photos; more improve the result: --content FOLDER")
    trainer, photos = open_trainer(recipe, folders, content, options)
    origin = initialize(trainer, warm, init_from, resume=resume)
    _note(origin)
    first_look = bool(origin) and len(recipe.styles) == 1
    with Lock(options.checkpoint):
        previewed = photos.batch(0)[:PREVIEW_PHOTOS]
        run_training(trainer, previewed, preview_every, first_look=first_look)
    _print_skipped(photos.broken.items())


def _note(text: str) -> None:
    if text:
        say(text)


def _print_skipped(broken: Iterable[tuple[Path, str]]) -> None:
    for path, reason in broken:
        say(f"skipped {path}: {reason}")


def _train_on_noise(
    recipe: "Recipe", folders: list[Path], options: "Options", preview_every: int | None
) -> None:
    """Train a few steps on noise; the style images only have to exist."""
    from realtime_nst.cli.train_progress import run_training
    from realtime_nst.files import Lock
    from realtime_nst.train.dataset import find_painting
    from realtime_nst.train.smoke import SmokeContent, smoke_paintings, smoke_recipe
    from realtime_nst.train.trainer import Trainer

    small = smoke_recipe(recipe)
    for style in small.styles:
        find_painting(style, folders)
    with Lock(options.checkpoint):
        trainer = Trainer(small, smoke_paintings(small), SmokeContent(small.schedule), options)
        run_training(trainer, None, preview_every)
