"""The command ``export``: write a trained network as an ONNX model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.messages import note, say
from realtime_nst.cli.options import Output
from realtime_nst.cli.overwriting import Overwrite, may_write
from realtime_nst.hints import command

if TYPE_CHECKING:
    from realtime_nst.frame import Image
    from realtime_nst.models.card import Card
    from realtime_nst.train.checkpoint import Checkpoint


def export(
    checkpoint: Annotated[
        Path,
        typer.Argument(metavar="CHECKPOINT", help="Folder of a training, or its checkpoint.pt."),
    ],
    out: Annotated[
        Path | None,
        typer.Argument(
            metavar="[OUT.onnx]",
            parser=path_of,
            show_default=False,
            help="Model file to write. [default: FOLDER.onnx next to the folder of the training]",
        ),
    ] = None,
    output: Output = None,
    overwrite: Overwrite = None,
    fp16: Annotated[
        bool,
        typer.Option(
            "--fp16", help="Write half precision, for GPUs; instance normalization stays fp32."
        ),
    ] = False,
    quantize: Annotated[
        str | None,
        typer.Option(
            metavar="int8",
            help="Also write int8/STYLE.onnx next to the model, quantized to int8 for CPUs.",
        ),
    ] = None,
    content: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of photos to calibrate int8 with. [default: four included photos]",
        ),
    ] = None,
) -> None:
    """Write a trained network as an ONNX model, and compare it with the original.

    The recipe is written next to the model, for `evaluate fidelity` and for training again.
    """
    from realtime_nst.cli.extras import need_torch

    need_torch()
    from realtime_nst.export.onnx import export as write_model
    from realtime_nst.export.onnx import write_recipe
    from realtime_nst.files import Lock, check_files
    from realtime_nst.models.recipe_files import recipe_beside
    from realtime_nst.train.checkpoint import CHECKPOINT, load_checkpoint

    file = checkpoint / CHECKPOINT if checkpoint.is_dir() else checkpoint
    out = _result(file, out, output)
    if out.suffix != ".onnx":
        raise typer.BadParameter(f"{out} does not end in .onnx", param_hint="OUT.onnx")
    if quantize not in (None, "int8"):
        raise typer.BadParameter(f"{quantize!r} is not int8", param_hint="--quantize")
    check_files([out, recipe_beside(out)], [file])
    trained = load_checkpoint(checkpoint)
    styles = [style.name for style in trained.recipe.styles] if quantize else []
    quantized = [out.parent / str(quantize) / f"{name}.onnx" for name in styles]
    if not may_write([out, recipe_beside(out), *quantized], overwrite):
        return
    photos = _photos(trained, content) if quantize else []
    with Lock(out):
        card = write_model(trained, out, fp16=fp16)
        write_recipe(trained.recipe, out)
    typer.echo(_describe(out, card))
    if quantize:
        _quantize(trained, out.parent / quantize, photos)
    style = out if len(card.styles) == 1 else f"{out}:{card.styles[0].name}"
    say(f"next: {command('webcam', '--style', style)}")


def _result(checkpoint: Path, out: Path | None, output: str | None) -> Path:
    if out and output:
        raise typer.BadParameter(f"it is given twice: {out} and {output}", param_hint="--output")
    folder = checkpoint.absolute().parent
    return Path(output) if output else out or folder.with_name(f"{folder.name}.onnx")


def _describe(out: Path, card: "Card") -> str:
    """Return what was written, and how close it is to the network."""
    styles, numbers = ", ".join(style.name for style in card.styles), card.numbers
    size = out.stat().st_size / 1e6
    return (
        f"{out}: {card.tier}, {card.precision}, {styles}, {size:.1f} MB\n"
        f"difference from the network: at most {numbers['parity_max']:g} grey levels, "
        f"{numbers['parity_mean']:g} on average, PSNR {numbers['parity_psnr']:g} dB"
    )


def _photos(trained: "Checkpoint", content: Path | None) -> "list[Image]":
    """Return photos to calibrate int8 with, if the network can be quantized."""
    from realtime_nst.export.quantize import check_frozen, photos_for
    from realtime_nst.train.dataset import bundled_photos

    check_frozen(trained)
    if content is None:
        content = bundled_photos()
        note("int8 is calibrated on four included photos; more improve it: --content FOLDER")
    return photos_for(content, trained.recipe.schedule)


def _quantize(trained: "Checkpoint", out: Path, photos: "list[Image]") -> None:
    from realtime_nst.export.quantize import quantize

    for card in quantize(trained, out, photos):
        name, psnr = card.styles[0].name, card.numbers["int8_psnr"]
        typer.echo(f"{out / name}.onnx: int8, PSNR {psnr:g} dB against the float model")
