"""Options that are shared by several commands."""

from pathlib import Path
from typing import Annotated

import typer

from realtime_nst.cli.arguments import name_of
from realtime_nst.cli.overwriting import OUTPUT

STYLE, PERFORMANCE = "Style", "Performance"
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
    from realtime_nst.errors import ImageError
    from realtime_nst.stylize.masked import check_area

    try:
        check_area(area)
    except ImageError as error:
        raise typer.BadParameter(f"{error}; {error.hint}") from error
    return area


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
        rich_help_panel=STYLE,
        help="Tier of the model: fast or quality, as listed by `realtime-nst styles`, or the tier "
        "of a model that you trained. [default: fast if available]",
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
        rich_help_panel=PERFORMANCE,
        help="Device to run the model on: auto (the fastest available), cpu, openvino, cuda, "
        "tensorrt, directml, coreml or webgpu.",
    ),
]
Precision = Annotated[
    str,
    typer.Option(
        metavar="PRECISION",
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
