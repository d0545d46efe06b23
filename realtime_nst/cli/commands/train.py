"""``train`` and ``export``: from a painting to a model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.commands.convert import Threads
from realtime_nst.errors import TrainError
from realtime_nst.hints import command

if TYPE_CHECKING:
    from realtime_nst.frame import Image
    from realtime_nst.train.checkpoint import Checkpoint

PREVIEWED = 4
"""Photos in a preview."""


def train(
    styles: Annotated[
        list[Path],
        typer.Argument(help="Pictures to learn from, or one recipe.toml or the folder it is in."),
    ],
    content: Annotated[
        Path | None,
        typer.Option(help="Folder of photos to practise on, searched below too. [default: four]"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            parser=path_of, help="Folder for checkpoint and previews. [default: runs/NAME]"
        ),
    ] = None,
    paintings: Annotated[
        Path | None, typer.Option(help="Folder of the pictures a recipe names.")
    ] = None,
    tier: Annotated[
        str, typer.Option(help="nano, fast, quality or johnson; a recipe has its own.")
    ] = "fast",
    steps: Annotated[int | None, typer.Option(min=1, help="How many steps to train.")] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**32 - 1, help="Of weights, order and crops.")
    ] = None,
    scratch: Annotated[
        bool, typer.Option("--scratch", help="Begin from nothing, not from the nearest style.")
    ] = False,
    other: Annotated[
        Path | None,
        typer.Option("--begin", help="Folder of the training or model to begin with."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint.")] = False,
    preview_every: Annotated[
        int | None,
        typer.Option(
            min=1, help="Steps between previews. [default: 25, 50, 100, 200, then every 200]"
        ),
    ] = None,
    save_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")] = 250,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, bf16 or fp32.")] = "auto",
    threads: Threads = None,
    compiled: Annotated[
        bool, typer.Option("--compile", help="Fuse the network; needs a C++ compiler.")
    ] = False,
    vgg_weights: Annotated[Path | None, typer.Option(help="VGG-16 weights to use.")] = None,
    smoke: Annotated[
        bool,
        typer.Option(
            "--smoke",
            help="Three steps on noise, to see that a recipe runs and its pictures are there.",
        ),
    ] = False,
) -> None:
    """Train a network on one or several styles."""
    from realtime_nst.cli.train_progress import beginning, follow, need_torch, prepare, start

    need_torch()
    from realtime_nst.files import Lock, check_file
    from realtime_nst.train.dataset import find_painting
    from realtime_nst.train.recipe import recipe_for, rescheduled, shortened
    from realtime_nst.train.smoke import SmokeContent, smoke_paintings, smoke_recipe
    from realtime_nst.train.trainer import Options, Trainer

    recipe, folder = recipe_for(styles, tier)
    out = out or Path("runs") / recipe.name
    options = Options(out, vgg_weights, device, precision, compiled, save_every, threads)
    check_file(options.checkpoint)
    if options.checkpoint.exists() and not resume:
        hint = "add --resume to go on, or choose another --out"
        raise TrainError(f"there is a training at {options.checkpoint} already", hint)
    folders = [each for each in (folder, paintings) if each]
    if smoke:
        recipe = smoke_recipe(rescheduled(recipe, steps=steps, seed=seed))
        noise = SmokeContent(recipe.schedule)
        for style in recipe.styles:
            find_painting(style, folders)
        with Lock(options.checkpoint):
            follow(Trainer(recipe, smoke_paintings(recipe), noise, options), None, preview_every)
        return
    near = not (scratch or other or folder)  # a recipe says itself how it begins
    begin = beginning(recipe, folders, vgg_weights) if near else None
    recipe = rescheduled(shortened(recipe) if begin else recipe, steps=steps, seed=seed)
    trainer, photos = prepare(recipe, folders, content, options)
    start(trainer, begin, other, resume=resume)
    with Lock(options.checkpoint):
        follow(trainer, photos.batch(0)[:PREVIEWED], preview_every)
    for path, reason in photos.broken.items():
        typer.echo(f"skipped {path}: {reason}", err=True)


def export(
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint.pt, or the folder it is in.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT.onnx", parser=path_of, help="Where to write the model.")
    ],
    fp16: Annotated[
        bool, typer.Option("--fp16", help="Half precision, for GPUs; instance norm stays fp32.")
    ] = False,
    quantize: Annotated[
        str | None,
        typer.Option(metavar="int8", help="Also write int8/STYLE.onnx beside it, for CPUs."),
    ] = None,
    content: Annotated[
        Path | None,
        typer.Option(help="Folder of photos that show int8 its ranges. [default: four]"),
    ] = None,
) -> None:
    """Write a trained network as an ONNX model and check it against the original.

    Its recipe is written beside it, for `evaluate fidelity` and for training by it again.
    """
    from realtime_nst.cli.train_progress import need_torch

    need_torch()
    from realtime_nst.export.onnx import export as write
    from realtime_nst.export.onnx import write_recipe
    from realtime_nst.files import Lock, check_files
    from realtime_nst.models.recipe_files import recipe_beside
    from realtime_nst.train.checkpoint import CHECKPOINT, load_checkpoint

    if out.suffix != ".onnx":
        raise typer.BadParameter(f"{out} does not end in .onnx", param_hint="OUT.onnx")
    if quantize not in (None, "int8"):
        raise typer.BadParameter(f"{quantize!r} is not int8", param_hint="--quantize")
    learnt = checkpoint / CHECKPOINT if checkpoint.is_dir() else checkpoint
    check_files([out, recipe_beside(out)], [learnt])
    trained = load_checkpoint(checkpoint)
    photos = _photos(trained, content) if quantize else []
    with Lock(out):
        card = write(trained, out, fp16=fp16)
        write_recipe(trained.recipe, out)
    numbers = card.numbers
    typer.echo(
        f"{out}: {card.tier}, {card.precision}, {', '.join(s.name for s in card.styles)}, "
        f"{out.stat().st_size / 1e6:.1f} MB\n"
        f"differs from the network by {numbers['parity_max']:g} grey levels at most, "
        f"{numbers['parity_mean']:g} on average, {numbers['parity_psnr']:g} dB"
    )
    if quantize:
        _quantize(trained, out.parent / quantize, photos)
    style = out if len(card.styles) == 1 else f"{out}:{card.styles[0].name}"
    typer.echo(f"next: {command('webcam', '--style', style)}", err=True)


def _photos(trained: "Checkpoint", content: Path | None) -> "list[Image]":
    """What int8 takes its ranges from, if the network can be had in int8 at all."""
    from realtime_nst.export.quantize import check_frozen, photos_for
    from realtime_nst.train.dataset import bundled_photos

    check_frozen(trained)
    if content is None:
        content = bundled_photos()
        typer.echo(
            "int8 is measured on four photos; more make it better: --content FOLDER", err=True
        )
    return photos_for(content, trained.recipe.schedule)


def _quantize(trained: "Checkpoint", out: Path, photos: "list[Image]") -> None:
    from realtime_nst.export.quantize import quantize

    for card in quantize(trained, out, photos):
        name, psnr = card.styles[0].name, card.numbers["int8_psnr"]
        typer.echo(f"{out / name}.onnx: int8, {psnr:g} dB from the float picture")
