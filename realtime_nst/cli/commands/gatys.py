"""The command ``gatys``: stylize a photo by optimizing its pixels."""

from pathlib import Path
from typing import Annotated

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.messages import note
from realtime_nst.cli.options import TrainingDevice, TrainingPrecision, VggWeights
from realtime_nst.cli.overwriting import OUTPUT, Overwrite, may_write
from realtime_nst.errors import TrainError
from realtime_nst.files import Lock

STYLE, LOSSES, OPTIMIZATION = "Style", "Losses", "Optimization"
PERFORMANCE = "Performance"
"""Groups of options in the help."""


def gatys(
    content: Annotated[
        Path, typer.Argument(metavar="CONTENT", help="Photo or folder of photos to stylize.")
    ],
    styles: Annotated[
        list[str],
        typer.Argument(
            metavar="STYLE...", help="Style images; PATH:0.3 sets the share of one of several."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            "--out",
            metavar="OUT",
            parser=path_of,
            rich_help_panel=OUTPUT,
            help="Image to write: .png, .jpg, .webp or .avif; for a folder of photos a folder. "
            "[default: CONTENT.STYLE.png next to CONTENT]",
        ),
    ] = None,
    overwrite: Overwrite = None,
    style_weight: Annotated[
        str,
        typer.Option(
            metavar="WEIGHT",
            rich_help_panel=LOSSES,
            help="Weight of the style loss: subtle (1e4), balanced (1e6), heavy (1e8) or a number.",
        ),
    ] = "balanced",
    content_weight: Annotated[
        float,
        typer.Option(
            metavar="WEIGHT", min=0, rich_help_panel=LOSSES, help="Weight of the content loss."
        ),
    ] = 1.0,
    tv_weight: Annotated[
        float,
        typer.Option(
            metavar="WEIGHT",
            min=0,
            rich_help_panel=LOSSES,
            help="Weight of the total variation loss, which makes the result smoother.",
        ),
    ] = 0.0,
    style_layers: Annotated[
        str | None,
        typer.Option(
            metavar="LAYERS",
            rich_help_panel=LOSSES,
            help="VGG layers of the style loss with their weights, for example "
            "conv1_1:1,conv2_1:0.8; relu1_1 is the output of the ReLU. [default: as Gatys et al.]",
        ),
    ] = None,
    content_layers: Annotated[
        str | None,
        typer.Option(
            metavar="LAYERS",
            rich_help_panel=LOSSES,
            help="VGG layers of the content loss. [default: conv4_2, before the ReLU]",
        ),
    ] = None,
    init: Annotated[
        str,
        typer.Option(
            metavar="INIT",
            rich_help_panel=OPTIMIZATION,
            help="Image to begin with: content, noise or an image file.",
        ),
    ] = "content",
    optimizer: Annotated[
        str,
        typer.Option(
            metavar="NAME", rich_help_panel=OPTIMIZATION, help="Optimizer: lbfgs or adam."
        ),
    ] = "lbfgs",
    lr: Annotated[
        float,
        typer.Option(
            metavar="RATE", min=0, rich_help_panel=OPTIMIZATION, help="Learning rate of Adam."
        ),
    ] = 0.01,
    history: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            rich_help_panel=OPTIMIZATION,
            help="Number of steps in the history of L-BFGS.",
        ),
    ] = 20,
    iterations: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, rich_help_panel=OPTIMIZATION, help="Number of iterations."
        ),
    ] = 300,
    size: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=32,
            rich_help_panel=OUTPUT,
            help="Longer side of the result in pixels.",
        ),
    ] = 512,
    style_scale: Annotated[
        float,
        typer.Option(
            metavar="SCALE",
            min=0.05,
            rich_help_panel=STYLE,
            help="Size of the strokes: larger above 1, finer below.",
        ),
    ] = 1.0,
    keep_colour: Annotated[
        str,
        typer.Option(
            "--keep-colors",
            metavar="METHOD",
            rich_help_panel=STYLE,
            help="Method to keep the photo's colors: none, luminance (stylize luminance only) or "
            "match (recolor the style image).",
        ),
    ] = "none",
    content_mask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="IMAGE",
            rich_help_panel=STYLE,
            help="Mask image of the result for each style, in order (white = apply, - = no mask).",
        ),
    ] = None,
    style_mask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="IMAGE",
            rich_help_panel=STYLE,
            help="Mask image of each style image, in order (white = use, - = no mask).",
        ),
    ] = None,
    levels: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=6,
            rich_help_panel=OPTIMIZATION,
            help="Number of sizes to optimize one after the other, from small to large. "
            "[default: by --size]",
        ),
    ] = None,
    tile: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            rich_help_panel=PERFORMANCE,
            help="Side in pixels of the tiles that limit memory; 0 for none. "
            "[default: tiles if memory is short]",
        ),
    ] = None,
    network: Annotated[
        str,
        typer.Option(
            metavar="NETWORK",
            rich_help_panel=LOSSES,
            help="Network of the losses: vgg19, vgg16 or auto (vgg19 if its weights are at hand).",
        ),
    ] = "auto",
    pooling: Annotated[
        str,
        typer.Option(
            metavar="POOLING", rich_help_panel=LOSSES, help="Pooling of the network: max or avg."
        ),
    ] = "max",
    vgg_weights: VggWeights = None,
    seed: Annotated[
        int,
        typer.Option(metavar="N", rich_help_panel=OPTIMIZATION, help="Random seed of the noise."),
    ] = 0,
    device: TrainingDevice = "auto",
    precision: TrainingPrecision = "auto",
    save_every: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            rich_help_panel=OUTPUT,
            help="Number of iterations between snapshots, written next to the result. "
            "[default: no snapshots]",
        ),
    ] = None,
    trace: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=path_of,
            rich_help_panel=OUTPUT,
            help="JSON file to write the loss of each iteration to.",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="IMAGE",
            parser=path_of,
            rich_help_panel=OUTPUT,
            help="Image to write, a plot of the losses.",
        ),
    ] = None,
) -> None:
    """Stylize a photo, or each photo of a folder, by optimizing its pixels (Gatys et al. 2016)."""
    from realtime_nst.cli.extras import need_torch

    need_torch()
    from realtime_nst.cli.gatys_progress import (
        OutputOptions,
        check_outputs,
        check_single,
        run_folder,
        run_single,
    )
    from realtime_nst.cli.parsing import layer_weights, style_files
    from realtime_nst.convert.default_result import default_painting
    from realtime_nst.gatys.optimize import CONTENT_LAYERS, PRESETS, STYLE_LAYERS, OptimizeSettings
    from realtime_nst.gatys.session import GatysOptions, open_studio

    out = out or default_painting(content, styles)
    outputs = OutputOptions(out, save_every, trace, plot)
    if content.is_dir():
        check_single(outputs)
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
    options = GatysOptions(
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
        check_outputs(outputs, [content, *options.files()], iterations)
        if not may_write(outputs.files(iterations), overwrite):
            return
    session = open_studio(options)
    for each in session.notes:
        note(each)
    if content.is_dir():
        run_folder(session, content, out)
    else:
        with Lock(out):
            run_single(session.prepare(content), outputs)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        hint = "give subtle, balanced, heavy or a number such as 1e6"
        raise TrainError(f"{text!r} is not a style weight", hint) from None
