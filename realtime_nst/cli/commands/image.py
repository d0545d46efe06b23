"""The command ``image``: stylize image files."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli.arguments import path_of
from realtime_nst.cli.commands.video import INPUT, OUTPUT, RUN
from realtime_nst.cli.options import (
    PERFORMANCE,
    STYLE,
    DeviceName,
    MaskedArea,
    Precision,
    Threads,
    Tier,
    Verbose,
)

if TYPE_CHECKING:
    from realtime_nst.pipeline import FrameStylizer


def image(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="IN...",
            parser=path_of,
            help="Images, folders of images, or - for standard input.",
        ),
    ],
    result: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            parser=path_of,
            help="Image file (.png, .jpg, .webp or .avif), a folder for several images, or - for "
            "standard output.",
        ),
    ],
    style: Annotated[
        list[str],
        typer.Option(
            "--style",
            "-s",
            metavar="STYLE",
            rich_help_panel=STYLE,
            help="Style name from `realtime-nst styles`, a blend of one model's styles "
            "(a:0.6,b:0.4), a style at half strength (a:0.5), or a path to a .onnx model.",
        ),
    ],
    mask: MaskedArea = None,
    tier: Tier = None,
    device: DeviceName = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTHxHEIGHT",
            rich_help_panel=OUTPUT,
            help="Size of the result: 1280x720; 1280x or x720 keep the aspect ratio.",
        ),
    ] = None,
    render_scale: Annotated[
        float,
        typer.Option(
            metavar="SCALE",
            rich_help_panel=PERFORMANCE,
            min=0.05,
            max=2,
            help="Size to stylize at, relative to the result's; 0.5 is faster.",
        ),
    ] = 1.0,
    format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            rich_help_panel=OUTPUT,
            help="Format on standard output and in a folder: png, jpg, webp or avif. "
            "[default: that of the input in a folder, else png]",
        ),
    ] = None,
    recursive: Annotated[
        bool,
        typer.Option(
            "--recursive", "-r", rich_help_panel=INPUT, help="Read also the sub-folders of folders."
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            rich_help_panel=INPUT,
            help="Watch the folders IN, and stylize each image that arrives, until Ctrl-C.",
        ),
    ] = False,
    skip_existing: Annotated[
        bool,
        typer.Option(
            "--skip-existing", rich_help_panel=RUN, help="Skip images whose result exists."
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", rich_help_panel=RUN, help="Print the result of each image as JSON."),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Stylize images. Transparency, EXIF, XMP, resolution and color profile are kept."""
    from realtime_nst.cli import parsing
    from realtime_nst.cli.announcement import announce_styles
    from realtime_nst.cli.photos import stylize_all
    from realtime_nst.cli.summary import print_notes
    from realtime_nst.cli.watching import stylize_arriving
    from realtime_nst.convert.photo_jobs import photo_jobs, unread_folders
    from realtime_nst.convert.styles import describe_style, masked_settings
    from realtime_nst.convert.transforms import OutputShape
    from realtime_nst.convert.watch import FolderWatch
    from realtime_nst.inference.options import InferenceOptions
    from realtime_nst.stylize.loading import open_style

    if len(style) > 1:
        blend = ",".join(f"{name}:{1 / len(style):.2g}" for name in style)
        raise typer.BadParameter(f"give one style; {blend} blends them", param_hint="--style")
    shape = OutputShape(parsing.parse_size(size), None, render_scale, mask=mask)
    suffix = parsing.image_suffix(format)

    def opener() -> "tuple[FrameStylizer, Mapping[str, str]]":
        loaded = open_style(style[0], InferenceOptions(tier, device, precision, threads))
        announce_styles({style[0]: loaded}, verbose=verbose)
        return loaded.stylizer, {**describe_style(loaded), **masked_settings(mask)}

    if watch:
        folders = FolderWatch(sources, result, recursive=recursive, suffix=suffix)
        places = ", ".join(map(str, sources))
        stylize_arriving(folders, places, opener, shape, as_json=as_json)
        return
    jobs = photo_jobs(sources, result, recursive=recursive, suffix=suffix)
    if not recursive:
        print_notes(
            f"{each}: sub-folders are left out; add --recursive" for each in unread_folders(sources)
        )
    stylize_all(jobs, opener, shape, skip_existing=skip_existing, as_json=as_json)
