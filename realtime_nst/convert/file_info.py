"""Describe a media file: what it is, and the settings it was stylized with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from realtime_nst.convert.styles import digest
from realtime_nst.errors import SourceError
from realtime_nst.image_io.decode import decode_photo
from realtime_nst.image_io.formats import format_of, is_animated, png_text
from realtime_nst.models.registry import installed_models, read_model
from realtime_nst.paths import is_folder
from realtime_nst.provenance import from_comment, from_json, from_xmp
from realtime_nst.sources import open_source
from realtime_nst.sources.options import ReadOptions
from realtime_nst.sources.video.description import describe_container
from realtime_nst.sources.video.opening import is_pipe

ANIMATION_RATE = Fraction(25)
"""Frame rate asked for, so that an animated image is opened as a video."""
GATYS = "realtime-nst"
"""Keyword of the settings that ``gatys`` stores in a PNG."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """Properties of a file, as far as it has them."""

    kind: str
    """``image``, ``video`` or ``model``."""
    format: str
    """Human-readable name of the file format."""
    size: int
    """Bytes."""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    frames: int = 0
    """Number of frames according to the container; 0 if unknown."""
    seconds: float = 0.0
    codec: str = ""
    pixels: str = ""
    """FFmpeg's name of the pixel format."""
    audio: tuple[str, ...] = ()
    """Codec of each audio stream."""
    metadata: tuple[str, ...] = ()
    """What an image has besides its pixels."""
    styles: tuple[str, ...] = ()
    """Names of a model's styles."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings that the file was stylized with; empty if it has none."""
    models: tuple[str, ...] = ()
    """Names of the installed models that it was stylized with."""


def file_info(path: Path) -> FileInfo:
    """Read what a file is, and the settings it was stylized with.

    Raises:
        SourceError: the file cannot be read, or is neither an image nor a video.
        ModelError: it is a ``.onnx`` file that is not one of our models.
    """
    if is_folder(path):
        raise SourceError(f"cannot read {path}: it is a folder", "give the files in it")
    if is_pipe(path):
        raise SourceError(f"cannot read {path}: it is a pipe", "write it to a file first")
    if path.suffix.lower() == ".onnx":
        return _model(path)
    found = _media(path)
    return replace(found, models=_installed(found.settings.get("model", "")))


def _media(path: Path) -> FileInfo:
    try:
        with path.open("rb") as file:
            begin = file.read(4096)
        if format_of(begin) is None:
            return _video(path)
        coded = path.read_bytes()
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"cannot read {path}: {error.strerror}", "check the path") from error
    return _video(path) if is_animated(coded) else _image(path, coded)


def _image(path: Path, coded: bytes) -> FileInfo:
    photo = decode_photo(coded, str(path))
    height, width = photo.image.shape[:2]
    blocks = {
        "transparency": photo.alpha is not None,
        "EXIF": photo.exif,
        "XMP": photo.xmp,
        "IPTC": photo.iptc,
        "color profile": photo.icc,
    }
    return FileInfo(
        "image",
        format_of(coded) or "",
        len(coded),
        width,
        height,
        frames=1,
        metadata=tuple(name for name, block in blocks.items() if block),
        settings=from_xmp(coded) or from_json(png_text(coded, GATYS)),
    )


def _video(path: Path) -> FileInfo:
    with open_source(path, ReadOptions(rate=ANIMATION_RATE)) as source:
        info = source.info
    rate, frames = info.rate or 0, info.frames or 0
    known = FileInfo(
        "video",
        "",
        path.stat().st_size,
        info.width,
        info.height,
        float(rate),
        frames,
        float(frames / rate) if rate else 0.0,
        pixels=info.pixels,
    )
    if path.suffix.lower() == ".webp":  # which FFmpeg cannot read if it is animated
        return replace(known, format="animated WebP")
    container = describe_container(path)
    return replace(
        known,
        format=f"{path.suffix[1:].upper()} ({container.format})",
        seconds=container.seconds or known.seconds,
        codec=container.codec,
        pixels=known.pixels or container.pixels,
        audio=container.audio,
        settings=from_comment(container.comment),
    )


def _installed(digests: str) -> tuple[str, ...]:
    """Return the names of the installed models with the given digests."""
    wanted = digests.split()
    models = installed_models() if wanted else ()
    return tuple(model.card.name for model in models if digest(model.path) in wanted)


def _model(path: Path) -> FileInfo:
    card = read_model(path).card
    name = f"ONNX model {card.name} of the tier {card.tier}, {card.precision}"
    styles = tuple(style.name for style in card.styles)
    return FileInfo("model", name, path.stat().st_size, styles=styles)
