"""Decode HEIC, AVIF and JPEG XL with Pillow, since OpenCV's decoders lack all or part of them."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import SourceError
from realtime_nst.extras import install_command
from realtime_nst.image_io.formats import AVIF_TURNS, is_avif, is_deep_avif, is_heif, is_jxl

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pixels and metadata of a file."""

    rgba: NDArray[np.uint8]
    """(height, width, 4), upright."""
    metadata: dict[str, bytes]
    """``exif``, ``xmp`` and ``icc``."""
    notes: list[str]


def decode(coded: bytes, name: str) -> Decoded | None:
    """Decode a HEIC, AVIF or JPEG XL file.

    Args:
        coded: content of the file.
        name: name of the file, for messages.

    Returns:
        The image; None for other formats, and for an AVIF that OpenCV decodes as well.

    Raises:
        SourceError: the file is damaged, or its package is not installed.
    """
    reader = _reader(coded)
    if reader is None:
        return None
    kind, extra, read = reader
    try:
        with _damage_as_source_error(name):
            return read(coded)
    except ImportError as error:
        if is_avif(coded) and not any(turn in coded[:4096] for turn in AVIF_TURNS):
            return None
        hint = install_command(extra)
        message = f"cannot read {name}: {kind} needs {error.name}"
        raise SourceError(message, hint) from error


def _reader(coded: bytes) -> tuple[str, str, Callable[[bytes], Decoded]] | None:
    """Return what the format is called, the extra that it needs, and its decoder."""
    if is_heif(coded):
        return "HEIC", "heic", _heic
    if is_avif(coded):
        return "a rotated AVIF", "avif", _avif
    return ("JPEG XL", "jxl", _jxl) if is_jxl(coded) else None


def _heic(coded: bytes) -> Decoded:
    """Decode with pillow-heif; FFmpeg supports neither tiles nor crops of these files."""
    import pillow_heif

    file = pillow_heif.open_heif(io.BytesIO(coded), convert_hdr_to_8bit=True)
    depth = file.info.get("bit_depth", 8)
    notes = [] if depth == 8 else [f"{depth} bits per channel become 8"]
    return Decoded(_rgba(file.to_pillow()), _metadata(file.info), notes)


def _avif(coded: bytes) -> Decoded:
    """Decode with Pillow; OpenCV finds neither rotation nor color profile nor XMP."""
    from PIL import ImageOps
    from PIL.AvifImagePlugin import AvifImageFile

    # Not PIL.Image.open, which refuses images above a size.
    with AvifImageFile(io.BytesIO(coded)) as file:
        metadata = _metadata(file.info)
        notes = ["more than 8 bits per channel become 8"] if is_deep_avif(coded) else []
        if getattr(file, "n_frames", 1) > 1:
            notes.append("only the first frame of an animated AVIF is used")
        return Decoded(_rgba(ImageOps.exif_transpose(file)), metadata, notes)


def _jxl(coded: bytes) -> Decoded:
    """Decode with pillow-jxl-plugin."""
    from PIL import ImageOps
    from pillow_jxl.JpegXLImagePlugin import JXLImageFile

    with JXLImageFile(io.BytesIO(coded)) as file:
        metadata = _metadata(file.info)
        notes = [] if metadata["xmp"] else ["XMP of JPEG XL is not kept"] * (b"xml " in coded)
        if file.mode in ("I;16", "F"):
            notes.append("more than 8 bits per channel become 8")
        # The pixels of a repacked JPEG are as its camera stored them, all others are upright.
        image = ImageOps.exif_transpose(file) if file.jpeg else file
        return Decoded(_rgba(image), metadata, notes)


def _metadata(info: Mapping[Any, Any]) -> dict[str, bytes]:
    keys = {"exif": "exif", "xmp": "xmp", "icc": "icc_profile"}
    return {ours: info.get(theirs) or b"" for ours, theirs in keys.items()}


def _rgba(image: "PillowImage") -> NDArray[np.uint8]:
    if image.mode in ("I;16", "F"):  # Pillow would clip both at 255
        scale = 1 / 257 if image.mode == "I;16" else 255
        gray = np.clip(np.asarray(image, np.float32) * scale, 0, 255)
        whole = np.full_like(gray, 255)
        return np.dstack([gray, gray, gray, whole]).round().astype(np.uint8)
    return np.array(image.convert("RGBA"), np.uint8)


@contextmanager
def _damage_as_source_error(name: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError, SyntaxError, EOFError, RuntimeError, IndexError) as error:
        message = f"cannot read {name}: damaged or truncated ({error})"
        raise SourceError(message, "copy the file again") from error
