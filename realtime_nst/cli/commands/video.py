"""The command ``video``: stylize video files."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli import completion
from realtime_nst.cli.arguments import name_of, split_result
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
    Stats,
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
    from realtime_nst.inference.engines import Size
    from realtime_nst.stylize.timeline import Timeline

ENCODING, RUN = "Video encoding", "Run"
"""Groups of options in the help."""


def video(
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IN...",
            parser=name_of,
            show_default=False,
            help="Videos, a folder of videos, images (frames/%06d.png), URLs (https://...), or - "
            "for standard input.",
        ),
    ] = None,
    result: Annotated[
        str | None,
        typer.Argument(
            metavar="[OUT]",
            parser=name_of,
            show_default=False,
            help="Video file (.mp4, .mov, .mkv, .webm, .avi, .gif, .apng, .webp or .y4m), a folder "
            "(stylized/), images (frames/%06d.png), or - for standard output. "
            "[default: IN.STYLE.EXT next to IN]",
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
            help="Style name, blend (a:0.6,b:0.4) or path to a .onnx model. Repeat it with start "
            "times to change the style: -s a -s b@5s -s c@1:30. "
            f"[default: {DEFAULT_STYLE}]",
        ),
    ] = None,
    fade: Annotated[
        str | None,
        typer.Option(
            metavar="SECONDS",
            rich_help_panel=STYLE,
            help="Seconds to fade from one style to the next; 0 cuts. [default: 0.5]",
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
    codec: Annotated[
        str | None,
        typer.Option(
            metavar="CODEC",
            autocompletion=completion.codecs,
            rich_help_panel=ENCODING,
            help="Video codec: h264, hevc, av1, vp9, prores or ffv1; h264_nvenc, hevc_nvenc or "
            "av1_nvenc on NVIDIA GPUs; h264_qsv, hevc_qsv or av1_qsv on Intel GPUs. "
            "[default: the usual one for the file type of OUT]",
        ),
    ] = None,
    crf: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            rich_help_panel=ENCODING,
            min=0,
            max=100,
            help="Quality of the encoder; lower is better. [default: 18 for h264]",
        ),
    ] = None,
    encoder_preset: Annotated[
        str | None,
        typer.Option(
            metavar="PRESET",
            rich_help_panel=ENCODING,
            help="Preset of the encoder, e.g. ultrafast to veryslow for h264; --preset takes it, "
            "too.",
        ),
    ] = None,
    pix_fmt: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            rich_help_panel=ENCODING,
            help="Pixel format as named by FFmpeg, e.g. yuv444p.",
        ),
    ] = None,
    format: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            rich_help_panel=OUTPUT,
            help="Format on pipes: y4m or rawvideo; rawvideo input needs --size, --fps and "
            "--pix-fmt [yuv420p].",
        ),
    ] = "y4m",
    start: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            rich_help_panel=INPUT,
            help="Start time in the input: 90, 1:30 or 0:01:30.5.",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(metavar="TIME", rich_help_panel=INPUT, help="End time in the input."),
    ] = None,
    duration: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", rich_help_panel=INPUT, help="Duration to convert, instead of --end."
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTHxHEIGHT",
            rich_help_panel=OUTPUT,
            help="Size of the video: 1280x720; 1280x or x720 keep the aspect ratio.",
        ),
    ] = None,
    fps: Annotated[
        str | None,
        typer.Option(
            metavar="RATE",
            rich_help_panel=OUTPUT,
            help="Constant frame rate: 25, 29.97 or 30000/1001. [default: as in the input; "
            "25 for images]",
        ),
    ] = None,
    render_scale: Annotated[
        float,
        typer.Option(
            metavar="SCALE",
            rich_help_panel=PERFORMANCE,
            min=0.05,
            max=2,
            help="Size to stylize at, relative to the video's; 0.5 is faster.",
        ),
    ] = 1.0,
    side_by_side: Annotated[
        bool,
        typer.Option(
            "--side-by-side",
            rich_help_panel=OUTPUT,
            help="Show the input to the left of the result.",
        ),
    ] = False,
    audio: Annotated[
        bool,
        typer.Option("--keep-audio/--no-audio", rich_help_panel=OUTPUT, help="Keep or drop audio."),
    ] = True,
    on_error: Annotated[
        str,
        typer.Option(
            metavar="stop|skip",
            rich_help_panel=INPUT,
            help="Where the input is damaged: stop or skip.",
            show_default=True,
        ),
    ] = "stop",
    stabilize: Annotated[
        float | None,
        typer.Option(
            "--stabilize",
            metavar="SHARE",
            rich_help_panel=STYLE,
            min=0,
            max=1,
            help="Strength of the stabilizer against flicker, from 0 (off) to 1. [default: 0.57]",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", rich_help_panel=RUN, help="Resume an interrupted conversion."),
    ] = False,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview",
            rich_help_panel=RUN,
            help="Write only IN.STYLE.preview.jpg, three frames next to the input, and print how "
            "long the whole will take.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", rich_help_panel=RUN, help="Print what would be done, and do nothing."
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", rich_help_panel=RUN, help="Print the results as JSON.")
    ] = False,
    stats: Stats = True,
    verbose: Verbose = False,
) -> None:
    """Stylize videos. Size, timestamps, audio and other streams are kept."""
    from realtime_nst.cli import parsing, previews, videos
    from realtime_nst.cli.announcement import announce_default, announce_styles
    from realtime_nst.cli.downloads import local_files
    from realtime_nst.cli.previews import PreviewJob
    from realtime_nst.convert.default_result import default_preview, default_video
    from realtime_nst.convert.jobs import jobs_for
    from realtime_nst.convert.options import ConversionOptions
    from realtime_nst.convert.styles import describe_styles
    from realtime_nst.convert.transforms import OutputShape
    from realtime_nst.inference.options import InferenceOptions
    from realtime_nst.provenance import without_folders
    from realtime_nst.sinks.video.codecs import PIPE, VideoOptions
    from realtime_nst.sources.video.opening import is_pipe
    from realtime_nst.stylize.controls import StyleControls
    from realtime_nst.stylize.loading import open_timeline
    from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH
    from realtime_nst.urls import is_url

    names, result = split_result(sources, result, output, "video")
    style = style or announce_default()
    files = context.with_resource(local_files(names))
    if result is None:
        result = default_video(Path(files[0].name) if is_url(names[0]) else files[0], style, codec)
    reading = parsing.reading(start, end, duration, on_error, fps)
    if parsing.pipe(format) == "rawvideo" and is_pipe(files[0]):
        reading = replace(reading, raw=parsing.raw(size, fps, pix_fmt))
        size, fps, pix_fmt = None, None, pix_fmt if result == PIPE else None
    controls = StyleControls(strength, keep_colors, palette, stroke_size(strokes))
    rate = parsing.parse_rate(fps)
    shape = OutputShape(parsing.parse_size(size), rate, render_scale, side_by_side, mask, controls)
    encoding = VideoOptions(codec, crf, encoder_preset, pix_fmt, audio, reading.skip_broken, format)
    styles, fading, stabilization = (
        parsing.parse_styles(style),
        parsing.parse_seconds(fade),
        DEFAULT_STRENGTH if stabilize is None else stabilize,
    )
    description = describe_styles(
        styles.values(), " ".join(map(without_folders, style)), fading, tier, stabilization
    )
    options = ConversionOptions(reading, shape, encoding, description, stabilization, resume)
    jobs = jobs_for(files, result)
    if dry_run:
        videos.print_dry_run(jobs, options, overwrite)
        return
    inference = InferenceOptions(tier, device, precision, threads)

    def opener(size: "Size | None") -> "Timeline":
        timeline, loaded = open_timeline(styles, fading, inference, size)
        announce_styles(loaded, verbose=verbose)
        return timeline

    if preview:
        local = {
            file: Path(file.name) for name, file in zip(names, files, strict=True) if is_url(name)
        }
        previews.write_previews(
            [
                PreviewJob(job, default_preview(local.get(job.source, job.source), style))
                for job in jobs
            ],
            options,
            videos.open_once(opener),
            overwrite=overwrite,
            as_json=as_json,
        )
        return
    keep = not videos.may_replace_results(jobs, overwrite, resume=resume)
    report = videos.ReportOptions(keep, as_json, result == PIPE, stats)
    videos.convert_all(jobs, options, videos.open_once(opener), report)
