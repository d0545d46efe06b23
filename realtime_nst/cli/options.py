"""Options that are shared by several commands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli import completion
from realtime_nst.cli.arguments import name_of
from realtime_nst.cli.overwriting import OUTPUT

if TYPE_CHECKING:
    from realtime_nst.stylize.controls import StrokeSize

INPUT, STYLE, PERFORMANCE = "Input", "Style", "Performance"
"""Groups of options in the help."""


def limited(threads: int | None) -> int | None:
    """Return the requested number of threads, reduced to the number of CPUs with a note."""
    from realtime_nst.cli.messages import note
    from realtime_nst.machine import limit_threads

    if threads is None or threads == limit_threads(threads):
        return threads
    count = limit_threads(threads)
    plural = "" if count == 1 else "s"
    note(f"--threads {threads}: only {count} CPU{plural} can be used")
    return count


def checked_area(area: str | None) -> str | None:
    """Return the name of an area that can be stylized alone."""
    if area is None:  # as while a shell completes words: nothing heavy is imported
        return None
    from realtime_nst.errors import ImageError
    from realtime_nst.stylize.masked import check_area

    try:
        check_area(area)
    except ImageError as error:
        raise typer.BadParameter(f"{error}; {error.hint}") from error
    return area


def stroke_size(text: str) -> "StrokeSize":
    """Parse a stroke size: a number or ``auto``."""
    from realtime_nst.errors import ImageError
    from realtime_nst.stylize.controls import AUTO, StyleControls

    if text == AUTO:
        return AUTO
    try:
        return StyleControls(stroke_size=float(text)).stroke_size
    except (ValueError, ImageError) as error:
        message = f"{text!r} is neither a number from 1 to 4 nor auto"
        raise typer.BadParameter(message, param_hint="--stroke-size") from error


Strength = Annotated[
    float,
    typer.Option(
        metavar="SHARE",
        min=0,
        max=1,
        rich_help_panel=STYLE,
        help="Strength of the stylization: 0 shows the original, 1 the stylized image.",
    ),
]
KeepColors = Annotated[
    bool,
    typer.Option(
        "--keep-colors",
        rich_help_panel=STYLE,
        help="Keep the colors of the original; stylize luminance only.",
    ),
]
Palette = Annotated[
    float,
    typer.Option(
        metavar="SHARE",
        min=0,
        max=1,
        rich_help_panel=STYLE,
        help="Share of the style's colors: 0 paints its strokes in the colors of the original.",
    ),
]
StrokeSizeText = Annotated[
    str,
    typer.Option(
        "--stroke-size",
        metavar="SIZE",
        rich_help_panel=STYLE,
        help="Size of the strokes, from 1 to 4; auto enlarges them with the image. Larger strokes "
        "are also faster.",
    ),
]
MaskedArea = Annotated[
    str | None,
    typer.Option(
        "--mask",
        metavar="person|background",
        rich_help_panel=STYLE,
        callback=checked_area,
        help="Stylize only people, or only the background. [default: all of the image]",
    ),
]
Tier = Annotated[
    str | None,
    typer.Option(
        metavar="TIER",
        autocompletion=completion.tiers,
        rich_help_panel=STYLE,
        help="Tier of the model: fast or quality, as listed by `realtime-nst styles`, or the tier "
        "of a model that you trained. [default: fast if available]",
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=OUTPUT,
        expose_value=False,
        autocompletion=completion.presets_of_command,
        help="Options under one name: web, phone, editor, archive, or one of your own.",
    ),
]
SavePreset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        rich_help_panel=OUTPUT,
        expose_value=False,
        help="Save the options of this command line as a preset of your own.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        parser=name_of,
        rich_help_panel=OUTPUT,
        help="Name of the result, so that every argument is an input.",
    ),
]
DeviceName = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="DEVICE",
        autocompletion=completion.devices,
        rich_help_panel=PERFORMANCE,
        help="Device to run the model on: auto (the fastest available), cpu, openvino, cuda, "
        "tensorrt, directml, coreml or webgpu.",
    ),
]
Precision = Annotated[
    str,
    typer.Option(
        metavar="PRECISION",
        autocompletion=completion.precisions,
        rich_help_panel=PERFORMANCE,
        help="Precision of the model: auto (the fastest available), fp32, int8, bf16 (OpenVINO) "
        "or fp16 (GPUs).",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        rich_help_panel=PERFORMANCE,
        callback=limited,
        help="Number of CPU threads to use. [default: all cores]",
    ),
]
TrainingDevice = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="DEVICE",
        rich_help_panel=PERFORMANCE,
        help="Device to compute on: auto, cpu or cuda.",
    ),
]
TrainingPrecision = Annotated[
    str,
    typer.Option(
        "--precision",
        metavar="PRECISION",
        rich_help_panel=PERFORMANCE,
        help="Precision to compute with: fp32, bf16, or auto (bf16 where the device supports it).",
    ),
]
VggWeights = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File with VGG weights. [default: $REALTIME_NST_VGG, or else the included ones]",
    ),
]
Stats = Annotated[
    bool,
    typer.Option("--stats/--no-stats", help="Print how long each stage was busy, at the end."),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Also print the time of each engine and why others are not used.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
