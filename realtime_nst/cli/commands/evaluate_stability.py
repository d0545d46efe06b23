"""The command ``evaluate stability``: measure flicker, and the style that stabilizing costs."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_nst.cli.arguments import files_in, path_of
from realtime_nst.cli.messages import note
from realtime_nst.cli.options import DeviceName, Json, Threads, Tier, VggWeights
from realtime_nst.cli.overwriting import Overwrite, may_write
from realtime_nst.errors import NstError, SourceError

if TYPE_CHECKING:
    from realtime_nst.evaluate.scenes import Scene
    from realtime_nst.evaluate.selection import StyleUnderTest
    from realtime_nst.evaluate.stability import Distance, Paint, StabilityReport
    from realtime_nst.frame import Image

COLUMNS = ("style", "model", "noise", "known motion", "clips", "measured flow", "style distance")
"""Headings of the table."""
NAMES = ("noise", "motion", "clips", "truth", "style")
"""Keys of the results in the last columns."""


@dataclass(frozen=True, slots=True)
class StyleImages:
    """Where the style images are, to measure the distance to them."""

    image: Path | None
    """Style image of the only style."""
    folder: Path | None
    """Folder that is searched for the images that recipes name."""
    vgg_weights: Path | None


@dataclass(frozen=True, slots=True)
class StabilityOptions:
    """Options that every style is measured with."""

    strength: float
    """Strength of the stabilizer, from 0 to 1."""
    paintings: StyleImages
    open: "Callable[[StyleUnderTest], Paint]"


def stability(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Styles or models to measure; model.onnx stands for all its styles.",
        ),
    ],
    content: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder of photos, to measure with noise and with known motion."
        ),
    ] = None,
    photos: Annotated[int, typer.Option(metavar="N", min=1, help="Number of photos to use.")] = 2,
    clips: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="CLIP", help="Video or folder of videos to measure on; may be repeated."
        ),
    ] = None,
    start: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0, help="Start of the measured part of each video."),
    ] = 0,
    frames: Annotated[
        int, typer.Option(metavar="N", min=2, help="Number of frames to use of each video.")
    ] = 24,
    truth: Annotated[
        Path | None,
        typer.Option(
            "--ground-truth",
            metavar="FOLDER",
            help="Folder of frames with measured optical flow (.flo).",
        ),
    ] = None,
    size: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=64,
            help="Width in pixels; photos and videos are scaled to the area of N x 3/4 N.",
        ),
    ] = 320,
    strength: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=1,
            help="Strength of the temporal stabilizer. [default: as for `video`]",
        ),
    ] = None,
    style: Annotated[
        Path | None,
        typer.Option(metavar="IMAGE", help="Style image, if only one style is measured."),
    ] = None,
    paintings: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder with the style images that recipes name."),
    ] = None,
    tier: Tier = None,
    device: DeviceName = "cpu",
    threads: Threads = None,
    vgg_weights: VggWeights = None,
    as_json: Json = False,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="IMAGE", parser=path_of, help="Image to write, a chart of the results."
        ),
    ] = None,
    strip: Annotated[
        Path | None,
        typer.Option(metavar="IMAGE", parser=path_of, help="Image to write, with sample frames."),
    ] = None,
    overwrite: Overwrite = None,
) -> None:
    """Measure how much stylized videos flicker, with the temporal stabilizer off and on.

    Errors are multiples of the input video's own; along a known motion they are grey levels. The
    style distance is the recipe's loss.
    """
    from realtime_nst.evaluate.scenes import films_in
    from realtime_nst.evaluate.selection import select_styles
    from realtime_nst.files import check_files
    from realtime_nst.image_io.read import photos_in
    from realtime_nst.image_io.write import refuse_ending
    from realtime_nst.stylize.stabilizer import DEFAULT_STRENGTH

    images = [path for path in (plot, strip) if path]
    photo_files = photos_in(content, photos) if content else []
    check_files(images, [*photo_files, *films_in(clips or []), *files_in(truth, style, paintings)])
    for image in images:
        refuse_ending(image)
    if not may_write(images, overwrite):
        return
    area, begin = size * size * 3 // 4, Fraction(str(start))
    subjects = [each for name in models for each in select_styles(name, tier)]
    scenes = [
        *_photo_scenes(content, photos, area),
        *_clip_scenes(clips or [], area, frames, begin),
        *_truth_scenes(truth),
    ]
    if not scenes:
        hint = "give --content, --clips or --ground-truth"
        raise SourceError("cannot measure: there are no photos, clips or frames", hint)
    options = StabilityOptions(
        DEFAULT_STRENGTH if strength is None else strength,
        StyleImages(style, paintings, vgg_weights),
        lambda subject: subject.paint(device, threads),
    )
    reports, strips = _measure(subjects, scenes, options, with_strips=strip is not None)
    typer.echo(_as_json(reports) if as_json else _table(reports))
    _draw(reports, strips, plot, strip)


def _photo_scenes(folder: Path | None, photos: int, area: int) -> "Iterator[Scene]":
    from realtime_nst.evaluate.scenes import motion_scenes, noise_scene
    from realtime_nst.image_io.read import photos_in

    for path in photos_in(folder, photos) if folder else []:
        yield noise_scene(path, area)
        yield from motion_scenes(path, area)


def _clip_scenes(paths: list[Path], area: int, frames: int, start: Fraction) -> "Iterator[Scene]":
    from realtime_nst.evaluate.scenes import clip_scene, films_in

    for path in films_in(paths):
        yield clip_scene(path, area, frames, start)


def _truth_scenes(folder: Path | None) -> "list[Scene]":
    from realtime_nst.evaluate.ground_truth import truth_scenes

    return truth_scenes(folder) if folder else []


def _measure(
    subjects: "list[StyleUnderTest]",
    scenes: "list[Scene]",
    options: StabilityOptions,
    *,
    with_strips: bool,
) -> "tuple[list[StabilityReport], list[Image]]":
    from realtime_nst.cli import progress
    from realtime_nst.evaluate.plots import draw_strip
    from realtime_nst.evaluate.stability import StabilityReport, paint_scene, score

    reports, strips, total = [], [], len(subjects) * len(scenes)
    with progress.steps("stability", total, stage="evaluate") as show:
        for number, subject in enumerate(subjects):
            distance, scores = _distance(subject, options.paintings), []
            paint = options.open(subject)
            for place, scene in enumerate(scenes, 1):
                painted = paint_scene(scene, paint, options.strength)
                # With measured flow there are too few frames for the stabilizer to settle.
                scores.append(score(painted, None if scene.kind == "truth" else distance))
                if with_strips:
                    strips.append(draw_strip(painted, f"{subject.style}, {scene.name}"))
                done = number * len(scenes) + place
                show(done, f"{subject.style}, {place} of {len(scenes)} scenes")
            names = subject.model, subject.style
            reports.append(StabilityReport(*names, options.strength, tuple(scores)))
    return reports, strips


def _distance(subject: "StyleUnderTest", paintings: StyleImages) -> "Distance | None":
    """Return the distance to a style; without its style image print a note and return None."""
    from realtime_nst.cli.extras import need_torch

    try:
        need_torch()
        from realtime_nst.evaluate.style_distance import distance_to_style

        where = paintings.image, paintings.folder, paintings.vgg_weights
        return distance_to_style(subject.choice, *where)
    except NstError as error:
        note(f"no style distance of {subject.style}: {error}")
        return None


def _as_json(reports: "list[StabilityReport]") -> str:
    from realtime_nst.evaluate.stability import figures

    return json.dumps([{**asdict(each), "figures": figures(each)} for each in reports], indent=1)


def _table(reports: "list[StabilityReport]") -> str:
    from realtime_nst.cli.table import table
    from realtime_nst.evaluate.stability import figures

    rows = []
    for report in reports:
        found = figures(report)
        pairs = [(found.get(name), found.get(f"{name}_stabilised")) for name in NAMES]
        cells = [
            "-" if off is None or on is None else f"{off:.3g} -> {on:.3g}" for off, on in pairs
        ]
        rows.append([report.style, report.model, *cells])
    return table([COLUMNS, *rows])


def _draw(
    reports: "list[StabilityReport]", strips: "list[Image]", plot: Path | None, strip: Path | None
) -> None:
    from realtime_nst.evaluate.plots import draw_bars, stacked
    from realtime_nst.image_io.write import write_image

    if plot:
        write_image(plot, draw_bars(reports))
    if strip:
        write_image(strip, stacked(strips))
