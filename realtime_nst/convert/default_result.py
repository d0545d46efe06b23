"""Name the result of a video or an image after its input and its style."""

import re
from collections.abc import Sequence
from pathlib import Path

from realtime_nst.convert.jobs import SLASHES, is_several
from realtime_nst.errors import SinkError
from realtime_nst.image_io.sequence import NUMBER
from realtime_nst.image_io.write import FORMATS
from realtime_nst.models.first_look import ENDINGS
from realtime_nst.models.style_names import normalize
from realtime_nst.paths import beside, is_device, is_folder
from realtime_nst.sinks.video.codecs import CONTAINERS, PIPE

MAX_STYLE = 60
"""Longest part of a name that describes styles, in characters."""
ENDINGS_OF = {"prores": ".mov", "ffv1": ".mkv"}
"""Formats of results whose codec few others can hold."""
FILE_ENDING = re.compile(
    rf"({'|'.join(map(re.escape, ('.onnx', *ENDINGS)))})(?=:|$)", re.IGNORECASE
)
"""Ending of a model or an image that is given as a style."""


def default_video(source: Path, styles: Sequence[str], codec: str | None = None) -> str:
    """Return the default result of a video, or of a folder of videos or images.

    >>> default_video(Path("clips/in.mov"), ["Starry Night"])
    'clips/in.starry-night.mov'

    Args:
        source: a video, or a folder of videos or images.
        styles: the styles.
        codec: a codec that needs a format of its own, such as prores; None for the usual one.

    Raises:
        SinkError: the source has no name of its own, as a pipe.
    """
    _check_named(source)
    if NUMBER.search(source.name):
        return str(_beside(source.absolute().parent, styles, ".mp4"))
    if is_several(source):
        return f"{_beside(source, styles)}{SLASHES[0]}"
    kept = source.suffix.lower() in CONTAINERS and not is_folder(source)
    suffix = ENDINGS_OF.get(codec or "", source.suffix if kept else ".mp4")
    return str(_beside(source, styles, suffix))


def default_image(source: Path, style: str, suffix: str | None = None) -> Path:
    """Return the default result of an image, or of a folder of images.

    >>> default_image(Path("photo.tif"), "udnie").name
    'photo.udnie.png'

    Args:
        source: an image, or a folder of images.
        style: the style.
        suffix: extension of the result; None keeps the source's where it can be written.

    Raises:
        SinkError: the source has no name of its own, as a pipe.
    """
    _check_named(source)
    if NUMBER.search(source.name):
        raise _unnamed(source)
    if is_folder(source):
        return _beside(source, [style])
    kept = source.suffix if source.suffix.lower() in FORMATS else ".png"
    return _beside(source, [style], suffix or kept)


def default_painting(photo: Path, styles: Sequence[str]) -> Path:
    """Return the default result of an optimization, or of those of a folder of photos.

    >>> default_painting(Path("photo.jpg"), ["waves.jpg:0.7"]).name
    'photo.waves-0.7.png'
    """
    return _beside(photo, styles, "" if is_folder(photo) else ".png")


def default_preview(source: Path, styles: Sequence[str]) -> Path:
    """Return the name of a video's preview.

    >>> default_preview(Path("clips/in.mov"), ["Starry Night"]).name
    'in.starry-night.preview.jpg'

    Raises:
        SinkError: the source has no name of its own, as a pipe.
    """
    _check_named(source)
    named = source.absolute().parent if NUMBER.search(source.name) else source
    return _beside(named, styles, ".preview.jpg")


def style_part(styles: Sequence[str]) -> str:
    """Return what describes styles in a file name.

    >>> style_part(["Starry Night:0.6,udnie:0.4", "models/wave.onnx@5s"])
    'starry-night-0.6-udnie-0.4+wave'
    """
    return "+".join(_word(style) for style in styles)[:MAX_STYLE].strip(".-+")


def _word(style: str) -> str:
    name = Path(re.sub(r"@[\d:.]+s?$", "", style)).name
    return re.sub(r"[^\w.]+", "-", normalize(FILE_ENDING.sub("", name))).strip("-")


def _beside(source: Path, styles: Sequence[str], suffix: str = "") -> Path:
    path = source.resolve() if source.name in ("", "..") else source
    ending = f".{style_part(styles)}{suffix}"
    return path.with_name(f"{path.name}{ending}") if is_folder(source) else beside(path, ending)


def _check_named(source: Path) -> None:
    pattern = any(mark in source.name for mark in "*?[") and not source.exists()
    if str(source) == PIPE or is_device(source) or pattern:
        raise _unnamed(source)


def _unnamed(source: Path) -> SinkError:
    return SinkError(f"cannot name the result of {source}", "add --output OUT")
