"""``gatys``: optimize a picture itself, the slow and faithful way."""

from pathlib import Path
from typing import Annotated

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.errors import TrainError
from realtime_nst.files import Lock


def gatys(
    content: Annotated[Path, typer.Argument(help="The photo, or a folder of photos.")],
    styles: Annotated[
        list[str], typer.Argument(metavar="STYLE...", help="Pictures; PATH:0.3 gives a share.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", parser=path_of, help=".png, .jpg or .webp; for a folder a folder."
        ),
    ],
    style_weight: Annotated[
        str, typer.Option(help="subtle (1e4), balanced (1e6), heavy (1e8), or a number.")
    ] = "balanced",
    content_weight: Annotated[float, typer.Option(min=0)] = 1.0,
    tv_weight: Annotated[float, typer.Option(min=0, help="Smoothness.")] = 0.0,
    style_layers: Annotated[
        str | None, typer.Option(help="As conv1_1:1,conv2_1:0.8; relu1_1 is after the ReLU.")
    ] = None,
    content_layers: Annotated[str | None, typer.Option(help="As conv4_2, before the ReLU.")] = None,
    init: Annotated[str, typer.Option(help="content, noise, or a picture.")] = "content",
    optimizer: Annotated[str, typer.Option(help="lbfgs or adam.")] = "lbfgs",
    lr: Annotated[float, typer.Option(min=0, help="Adam's.")] = 0.01,
    history: Annotated[int, typer.Option(min=1, help="Steps L-BFGS remembers.")] = 20,
    iterations: Annotated[int, typer.Option(min=1)] = 300,
    size: Annotated[int, typer.Option(min=32, help="Longer side in pixels.")] = 512,
    style_scale: Annotated[
        float, typer.Option(min=0.05, help="Larger strokes above 1, finer ones below.")
    ] = 1.0,
    keep_colour: Annotated[
        str, typer.Option("--keep-colors", help="none, luminance or match.")
    ] = "none",
    content_mask: Annotated[
        list[str] | None,
        typer.Option(help="White where a style counts; one a style, in order, - for none."),
    ] = None,
    style_mask: Annotated[
        list[str] | None,
        typer.Option(help="White what of a style picture counts; one a style, - for none."),
    ] = None,
    levels: Annotated[
        int | None, typer.Option(min=1, max=6, help="Sizes to go through. [default: by the size]")
    ] = None,
    tile: Annotated[
        int | None,
        typer.Option(min=0, help="Measure in tiles, 0 for none. [default: if memory is short]"),
    ] = None,
    network: Annotated[str, typer.Option(help="auto, vgg19 or vgg16.")] = "auto",
    pooling: Annotated[str, typer.Option(help="max or avg.")] = "max",
    vgg_weights: Annotated[Path | None, typer.Option(help="Weights to use.")] = None,
    seed: Annotated[int, typer.Option(help="Of the noise.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, bf16 or fp32.")] = "auto",
    save_every: Annotated[
        int | None, typer.Option(min=1, help="Iterations between snapshots beside the result.")
    ] = None,
    trace: Annotated[Path | None, typer.Option(parser=path_of, help="JSON of the losses.")] = None,
    plot: Annotated[
        Path | None, typer.Option(parser=path_of, help="Picture of the losses.")
    ] = None,
) -> None:
    """Paint a photo by optimizing its pixels, as Gatys et al. 2016 do; of a folder, all photos."""
    from realtime_nst.cli.extras import need_torch

    need_torch()
    from realtime_nst.cli.gatys_progress import (
        OutputOptions,
        check_places,
        check_single,
        paint,
        paint_all,
    )
    from realtime_nst.cli.parsing import layer_weights, style_files
    from realtime_nst.gatys.optimize import CONTENT_LAYERS, PRESETS, STYLE_LAYERS, OptimizeSettings
    from realtime_nst.gatys.session import GatysOptions, open_studio

    keeping = OutputOptions(out, save_every, trace, plot)
    if content.is_dir():
        check_single(keeping)
    settings = OptimizeSettings(
        content_weight=content_weight,
        style_weight=PRESETS.get(style_weight) or _number(style_weight),
        tv_weight=tv_weight,
        style_layers=STYLE_LAYERS if style_layers is None else layer_weights(style_layers),
        content_layers=CONTENT_LAYERS
        if content_layers is None
        else tuple(layer_weights(content_layers)),
        optimizer=optimizer,
        rate=lr,
        history=history,
        iterations=iterations,
        init="content" if init not in ("content", "noise") else init,
        seed=seed,
    )
    wishes = GatysOptions(
        styles=style_files(styles, content_mask or [], style_mask or []),
        settings=settings,
        size=size,
        style_scale=style_scale,
        keep_colour=keep_colour,
        levels=levels,
        tile=tile,
        init=None if init in ("content", "noise") else Path(init),
        network=network,
        pooling=pooling,
        vgg_weights=vgg_weights,
        device=device,
        precision=precision,
    )
    if not content.is_dir():
        check_places(keeping, [content, *wishes.files()], iterations)
    studio = open_studio(wishes)
    for note in studio.notes:
        typer.echo(f"note: {note}", err=True)
    if content.is_dir():
        paint_all(studio, content, out)
    else:
        with Lock(out):
            paint(studio.prepare(content), keeping)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        hint = "subtle, balanced, heavy, or a number such as 1e6"
        raise TrainError(f"{text!r} is no style weight", hint) from None
