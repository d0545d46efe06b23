"""The command ``image``: stylize image files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli import completion
from realtime_nst.cli.arguments import name_of, split_result
from realtime_nst.cli.commands.video import RUN
from realtime_nst.cli.options import (
    INPUT,
    PERFORMANCE,
    STYLE,
    DeviceName,
    KeepColors,
    MaskedArea,
    Output,
    Palette,
    Precision,
    Preset,
    SavePreset,
    Strength,
    StrokeSizeText,
    Threads,
    Tier,
    Verbose,
    stroke_size,
)
from realtime_nst.cli.overwriting import OUTPUT, Overwrite
from realtime_nst.models.default_style import DEFAULT_STYLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime_nst.pipeline import FrameStylizer


def image(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IN...",
            parser=name_of,
            show_default=False,
            help="Images, folders of images, or - for standard input.",
        ),
    ] = None,
    result: Annotated[
        str | None,
        typer.Argument(
            metavar="[OUT]",
            parser=name_of,
            show_default=False,
            help="Image file (.png, .jpg, .webp or .avif), a folder for several images, or - for "
            "standard output. [default: IN.STYLE.EXT next to IN]",
        ),
    ] = None,
    output: Output = None,
    preset: Preset = None,  # noqa: ARG001  (both are applied while the words are parsed)
    save_preset: SavePreset = None,  # noqa: ARG001
    overwrite: Overwrite = None,
    style: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            "-s",
            metavar="STYLE",
            autocompletion=completion.styles,
            rich_help_panel=STYLE,
            help="Style name from `realtime-nst styles`, a blend of one model's styles "
            "(a:0.6,b:0.4), a style at half strength (a:0.5), or a path to a .onnx model. "
            f"[default: {DEFAULT_STYLE}]",
        ),
    ] = None,
    strength: Strength = 1.0,
    keep_colors: KeepColors = False,
    palette: Palette = 1.0,
    strokes: StrokeSizeText = "1",
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
    as_json: Annotated[
        bool,
        typer.Option("--json", rich_help_panel=RUN, help="Print the result of each image as JSON."),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Stylize images. Transparency, EXIF, XMP, resolution and color profile are kept."""
    from realtime_nst.cli import parsing
    from realtime_nst.cli.announcement import announce_default, announce_styles
    from realtime_nst.cli.photos import may_replace_results, stylize_all
    from realtime_nst.cli.summary import print_notes
    from realtime_nst.cli.watching import stylize_arriving
    from realtime_nst.convert.default_result import default_image
    from realtime_nst.convert.photo_jobs import photo_jobs, unread_folders
    from realtime_nst.convert.styles import describe_style, shape_settings
    from realtime_nst.convert.transforms import OutputShape
    from realtime_nst.convert.watch import FolderWatch
    from realtime_nst.inference.options import InferenceOptions
    from realtime_nst.stylize.controls import StyleControls
    from realtime_nst.stylize.loading import open_style

    names, result = split_result(sources, result, output, "image")
    paths = [Path(name) for name in names]
    style = style or announce_default()
    if len(style) > 1:
        blend = ",".join(f"{name}:{1 / len(style):.2g}" for name in style)
        raise typer.BadParameter(f"give one style; {blend} blends them", param_hint="--style")
    controls = StyleControls(strength, keep_colors, palette, stroke_size(strokes))
    shape = OutputShape(parsing.parse_size(size), None, render_scale, mask=mask, controls=controls)
    suffix = parsing.image_suffix(format)

    def opener() -> "tuple[FrameStylizer, Mapping[str, str]]":
        loaded = open_style(style[0], InferenceOptions(tier, device, precision, threads))
        announce_styles({style[0]: loaded}, verbose=verbose)
        return loaded.stylizer, {**describe_style(loaded), **shape_settings(shape)}

    place = Path(result) if result else default_image(paths[0], style[0], suffix)
    if watch:
        folders = FolderWatch(paths, place, recursive=recursive, suffix=suffix)
        places = ", ".join(map(str, paths))
        stylize_arriving(folders, places, opener, shape, as_json=as_json)
        return
    jobs = photo_jobs(paths, place, recursive=recursive, suffix=suffix)
    if not recursive:
        print_notes(
            f"{each}: sub-folders are left out; add --recursive" for each in unread_folders(paths)
        )
    keep = not may_replace_results(jobs, overwrite)
    stylize_all(jobs, opener, shape, skip_existing=keep, as_json=as_json)
