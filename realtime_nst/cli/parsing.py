"""Parse option values: times, sizes, rates, styles, masks and weights."""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from realtime_nst.cli.messages import note
from realtime_nst.errors import TrainError
from realtime_nst.frame import StreamInfo
from realtime_nst.image_io.write import FORMATS
from realtime_nst.live.adaptive_resolution import AdaptiveResolution, sizes
from realtime_nst.sinks.video.codecs import CODECS, PIPES
from realtime_nst.sources.camera.capture import BACKENDS, CameraRequest
from realtime_nst.sources.options import RawFormat, ReadOptions
from realtime_nst.sources.rotated import ROTATIONS

if TYPE_CHECKING:
    from realtime_nst.gatys.session import StyleFile

IMAGE_SEQUENCE_FPS = Fraction(25)
"""Frames per second of an image sequence without ``--fps``, as in FFmpeg."""
TIME = r"(?:\d+:){0,2}\d+(?:\.\d+)?"
"""Seconds, minutes and seconds, or hours, minutes and seconds."""
AUTO, FULL = "auto", "full"
"""Working sizes that are chosen by speed, and taken from the camera."""
LAYER_WEIGHTS = "for example conv1_1:1,conv2_1:0.8"
"""Hint of an error in a list of layer weights."""


def reading(
    start: str | None, end: str | None, duration: str | None, on_error: str, fps: str | None
) -> ReadOptions:
    """Return the options that select and decode a part of a video."""
    if on_error not in ("stop", "skip"):
        raise typer.BadParameter(f"{on_error!r} is neither stop nor skip")
    begin, finish, length = (
        parse_seconds(start) or Fraction(0),
        parse_seconds(end),
        parse_seconds(duration),
    )
    if finish is not None and length is not None:
        raise typer.BadParameter("--end and --duration exclude each other; give one of them")
    finish = begin + length if length is not None else finish
    if finish is not None and finish <= begin:
        raise typer.BadParameter("the end must be later than the start")
    rate = parse_rate(fps) or IMAGE_SEQUENCE_FPS
    return ReadOptions(begin, finish, on_error == "skip", skip_reporter(), note, rate)


def parse_seconds(text: str | None) -> Fraction | None:
    """Return ``90``, ``1:30`` or ``0:01:30.5`` in seconds."""
    if text is None:
        return None
    if not re.fullmatch(TIME, text):
        raise typer.BadParameter(f"{text!r} is not a time; for example 90, 1:30 or 0:01:30.5")
    return _sum(text)


def _sum(time: str) -> Fraction:
    total = Fraction(0)
    for part in time.split(":"):
        total = 60 * total + Fraction(part)
    return total


def parse_size(text: str | None) -> tuple[int, int] | None:
    """Return ``1280x720``, ``1280x`` or ``x720`` as width and height; 0 for the one left out."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d*)x(\d*)", text)
    if not match or not any(match.groups()) or "0" in match.groups():
        raise typer.BadParameter(f"{text!r} is not a size; for example 1280x720, 1280x or x720")
    return int(match[1] or 0), int(match[2] or 0)


def parse_full_size(text: str, option: str) -> tuple[int, int]:
    """Return ``1280x720`` as width and height, neither of which may be left out."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        message = f"{text!r} is not WIDTHxHEIGHT; for example 1280x720"
        raise typer.BadParameter(message, param_hint=option)
    return int(width), int(height)


def parse_rate(text: str | None) -> Fraction | None:
    """Return ``25``, ``29.97`` or ``30000/1001`` as frames per second."""
    if text is None:
        return None
    if not re.fullmatch(r"\d+(\.\d+|/[1-9]\d*)?", text) or not Fraction(text):
        raise typer.BadParameter(
            f"{text!r} is not a frame rate; for example 25, 29.97 or 30000/1001"
        )
    value = Fraction(text)
    ntsc = Fraction(round(value) * 1000, 1001)  # 29.97 means 30000/1001
    rounded = "." in text and value > 10 and abs(value - ntsc) < Fraction(1, 200)
    return ntsc if rounded else value


def pipe(kind: str) -> str:
    """Check the format of pipes."""
    if kind not in PIPES:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(PIPES)}", param_hint="--format")
    return kind


def image_suffix(name: str | None) -> str | None:
    """Return the file extension of an image format."""
    if name is None:
        return None
    suffix = f".{name.lower().removeprefix('.')}"
    if suffix not in FORMATS:
        known = ", ".join(each[1:] for each in FORMATS)
        raise typer.BadParameter(f"{name!r} is none of {known}", param_hint="--format")
    return suffix


def raw(size: str | None, fps: str | None, pix_fmt: str | None) -> RawFormat:
    """Return the format of raw video, which has no header."""
    width, height = parse_size(size) or (0, 0)
    frames = parse_rate(fps)
    if not (width and height and frames):
        example = "for example --size 1280x720 --fps 25 --pix-fmt yuv420p"
        raise typer.BadParameter(f"rawvideo needs --size and --fps; {example}")
    return RawFormat(width, height, frames, pix_fmt or CODECS["y4m"].pixels)


def parse_styles(texts: Sequence[str]) -> dict[Fraction, str]:
    """Return the styles ``a``, ``b@5s``, ``b@1:30``, ``b@johnson@5s`` by their start in seconds."""
    found: dict[Fraction, str] = {}
    for text in texts:
        match = re.fullmatch(rf"(.+)@({TIME})s?", text)
        name, start = (match[1], _sum(match[2])) if match else (text, Fraction(0))
        if start in found:
            example = f"for example --style {found[start]} --style {name}@5s"
            both = f"{found[start]} and {name}"
            raise typer.BadParameter(f"{both} begin at the same time; {example}")
        found[start] = name
    return dict(sorted(found.items()))


def camera_request(size: str | None, fps: float | None, backend: str | None) -> CameraRequest:
    """Return the size, frame rate and backend to request from a camera."""
    if backend is not None and backend not in BACKENDS:
        raise typer.BadParameter(f"choose one of {', '.join(BACKENDS)}", param_hint="--backend")
    rate = Fraction(fps).limit_denominator(1001) if fps else None
    return CameraRequest(parse_full_size(size, "--size") if size else None, rate, backend)


def rotation(degrees: int) -> int:
    """Return degrees to rotate by clockwise; 0 does not rotate."""
    if degrees not in (0, *ROTATIONS):
        message = f"{degrees} is not one of {', '.join(map(str, ROTATIONS))}"
        raise typer.BadParameter(message, param_hint="--rotate")
    return degrees


def output_size(text: str | None) -> tuple[int, int] | None:
    """Return width and height of the outputs; None keeps the camera's."""
    return parse_full_size(text, "--output-size") if text else None


def crop(fill: str) -> bool:
    """Return whether the window crops frames; otherwise it pads them with black bars."""
    if fill not in ("pad", "crop"):
        raise typer.BadParameter(f"{fill!r} is neither pad nor crop", param_hint="--fill")
    return fill == "crop"


def working_resolution(text: str, info: StreamInfo, fps: float) -> AdaptiveResolution:
    """Return the resolution to stylize at.

    Args:
        text: ``auto`` (as large as the frame rate allows), ``full`` (the camera's) or ``480x360``.
        info: stream information of the camera.
        fps: frame rate to maintain.
    """
    if text == AUTO:
        rate = float(info.rate) if info.rate else None
        return AdaptiveResolution(sizes(info.width, info.height), fps, rate)
    if text == FULL:
        return AdaptiveResolution(((info.width, info.height),), fps)
    return AdaptiveResolution((parse_full_size(text, "--working-size"),), fps)


def style_files(
    styles: Sequence[str], content_masks: Sequence[str], style_masks: Sequence[str]
) -> "tuple[StyleFile, ...]":
    """Return style images such as ``sky.jpg:0.3`` with the masks of each, in order.

    Raises:
        TrainError: there are more masks than styles.
    """
    from realtime_nst.gatys.session import StyleFile

    if max(len(content_masks), len(style_masks)) > len(styles):
        hint = "give the styles in the order of their masks, and - for a style without a mask"
        raise TrainError("there are more masks than styles", hint)
    given = zip_longest(styles, content_masks, style_masks, fillvalue="-")
    return tuple(
        StyleFile(*_path_and_share(style), _mask_path(where), _mask_path(part))
        for style, where, part in given
    )


def layer_weights(text: str) -> dict[str, float]:
    """Return ``conv1_1:1,conv2_1:0.8`` as weights by layer; a layer without a weight has 1.

    Raises:
        TrainError: a layer has no name, or its weight is not a number.
    """
    weights = {}
    for item in text.split(","):
        name, _, weight = item.strip().partition(":")
        if not name:
            raise TrainError(f"{text!r} has a layer without a name", LAYER_WEIGHTS)
        try:
            weights[name] = float(weight or 1)
        except ValueError:
            raise TrainError(f"{weight!r} is not a layer weight", LAYER_WEIGHTS) from None
    return weights


def _path_and_share(style: str) -> tuple[Path, float]:
    path, _, share = style.rpartition(":")
    try:
        return (Path(path), float(share)) if path else (Path(style), 1.0)
    except ValueError:  # C:\images\sky.jpg
        return Path(style), 1.0


def _mask_path(text: str) -> Path | None:
    return None if text == "-" else Path(text)


def skip_reporter(limit: int = 5) -> Callable[[str], None]:
    """Return a function that prints what was skipped, up to ``limit`` times."""
    count = 0

    def report(skipped: str) -> None:
        nonlocal count
        count += 1
        if count <= limit:
            more = "; further ones are not reported" if count == limit else ""
            note(f"skipped: {skipped}{more}")

    return report
