"""Read image files with the metadata that a result should keep."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import SourceError
from realtime_nst.frame import Image
from realtime_nst.image_io import plugins
from realtime_nst.image_io.formats import JPEG, dpi_of, is_image, unread_metadata, xmp_of_png
from realtime_nst.image_io.jpeg import iptc_of
from realtime_nst.image_io.photo import XMP_OF_JPEG, Photo, orientation, upright, upright_xmp

PICTURES = frozenset(
    (
        *(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".jp2"),
        *(".avif", ".heic", ".heif", ".jxl"),
    )
)
"""File extensions that are read as images."""
NAMES = {
    cv2.IMAGE_METADATA_EXIF: "exif",
    cv2.IMAGE_METADATA_XMP: "xmp",
    cv2.IMAGE_METADATA_ICCP: "icc",
}
"""Names of the metadata blocks that OpenCV reads, by its constants."""
EXIF_OF_AVIF = b"Exif\0\0"
"""Prefix of an EXIF block that OpenCV leaves in AVIF files, like the prefix of XMP in a JPEG."""
RGB_PROFILE = b"RGB "
"""Bytes 16 to 19 of a color profile for RGB."""


def read_photo(path: Path) -> Photo:
    """Read an image file.

    Args:
        path: the image file.

    Raises:
        SourceError: the file cannot be read, or is not an image.
    """
    try:
        coded = path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}", "check the path") from error
    return decode_photo(coded, str(path))


def decode_photo(coded: bytes, name: str) -> Photo:
    """Decode an image file.

    Args:
        coded: content of the file.
        name: name of the file, for messages.

    Raises:
        SourceError: the file is damaged, or not an image.
    """
    if plugged := plugins.decode(coded, name):
        colors, opacity = plugged.rgba[..., 2::-1], plugged.rgba[..., 3]
        return _photo(colors, opacity, plugged.metadata, None, plugged.notes)
    image, metadata = _decoded(coded, name)
    if xmp := xmp_of_png(coded):
        metadata["xmp"] = xmp
    # A JPEG has no alpha, and training reads thousands of them: decode each only once.
    whole = None if coded.startswith(JPEG) else _unchanged(coded)
    notes = [note] if (note := unread_metadata(coded)) else []
    if whole is not None and whole.dtype != np.uint8:
        notes.append(f"{8 * whole.dtype.itemsize} bits per channel become 8")
    alpha = None
    if whole is not None and whole.ndim == 3 and whole.shape[2] == 4:
        alpha = _turned(_eight_bit(whole[..., 3]), orientation(metadata.get("exif", b"")))
    photo = _photo(image, alpha, metadata, dpi_of(coded), notes)
    return replace(photo, iptc=iptc_of(coded))


def _decoded(coded: bytes, name: str) -> tuple[NDArray[Any], dict[str, bytes]]:
    """Decode the colors, rotated upright, and the metadata."""
    try:
        buffer = np.frombuffer(coded, np.uint8)
        image, kinds, values = cv2.imdecodeWithMetadata(buffer, cv2.IMREAD_COLOR)
    except cv2.error:  # an empty file, or one with an absurd size
        image, kinds, values = None, (), ()
    if image is None:
        raise _unreadable(coded, name)
    pairs = zip(kinds, values, strict=True)
    return image, {NAMES[kind]: bytes(value.ravel()) for kind, value in pairs if kind in NAMES}


def _unchanged(coded: bytes) -> NDArray[Any] | None:
    """Decode all channels as stored, without rotation."""
    try:
        return cv2.imdecode(np.frombuffer(coded, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None


def _unreadable(coded: bytes, name: str) -> SourceError:
    if is_image(coded):
        return SourceError(f"cannot read {name}: damaged or truncated", "copy the file again")
    message = f"cannot read {name}: not a supported image"
    return SourceError(message, f"supported formats: {', '.join(sorted(PICTURES))}")


def _photo(
    image: NDArray[Any],
    alpha: NDArray[np.uint8] | None,
    metadata: dict[str, bytes],
    dpi: tuple[int, int] | None,
    notes: list[str],
) -> Photo:
    alpha = None if alpha is None or alpha.min() == 255 else np.ascontiguousarray(alpha)
    icc = metadata.get("icc", b"")
    if icc and icc[16:20] != RGB_PROFILE:  # pixels are RGB by now
        kind = icc[16:20].decode("ascii", "replace").strip()
        notes.append(f"the {kind} color profile is not kept")
        icc = b""
    exif = metadata.get("exif", b"").removeprefix(EXIF_OF_AVIF)
    xmp = metadata.get("xmp", b"").removeprefix(XMP_OF_JPEG)
    shown = np.ascontiguousarray(image if alpha is None else _on_white(image, alpha), np.uint8)
    return Photo(shown, alpha, upright(exif), upright_xmp(xmp), icc, dpi, tuple(notes))


def _eight_bit(channel: NDArray[Any]) -> NDArray[np.uint8]:
    most = np.iinfo(channel.dtype).max if channel.dtype.kind == "u" else 1.0
    return np.ascontiguousarray(np.rint(channel * (255 / most)), np.uint8)


def _on_white(image: NDArray[Any], alpha: NDArray[np.uint8]) -> Image:
    """Blend an image with white, since transparent pixels often contain arbitrary colors."""
    opacity = alpha[..., None].astype(np.float32) / 255
    return np.rint(image * opacity + 255 * (1 - opacity)).astype(np.uint8)


def _turned(channel: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """Rotate a channel by an EXIF orientation, as OpenCV rotates colors."""
    if number >= 5:
        channel = channel.T
    across, down = number in (2, 3, 6, 7), number in (3, 4, 7, 8)
    return np.ascontiguousarray(channel[:: -1 if down else 1, :: -1 if across else 1])
