"""Write image files atomically."""

from collections.abc import Iterable
from pathlib import Path

import cv2

from realtime_nst.errors import SinkError
from realtime_nst.files import check_file, write_atomic
from realtime_nst.frame import Image
from realtime_nst.image_io.encode import encode_photo
from realtime_nst.image_io.photo import Photo

FORMATS: dict[str, list[int]] = {
    ".png": [],
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95],
    ".jpeg": [cv2.IMWRITE_JPEG_QUALITY, 95],
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, 95],
    ".avif": [cv2.IMWRITE_AVIF_QUALITY, 90],
}
"""OpenCV's encoding parameters for each file extension that can be written."""


def write_image(path: Path, image: Image) -> None:
    """Write an image atomically, in the format of its file extension.

    Args:
        path: the file to write.
        image: (height, width, 3) uint8 BGR.

    Raises:
        SinkError: the file cannot be written.
    """
    write_photo(path, Photo(image))


def write_photo(path: Path, photo: Photo) -> list[str]:
    """Write an image with its metadata atomically, in the format of its file extension.

    Args:
        path: the file to write.
        photo: pixels and metadata.

    Returns:
        Notes on what the format does not keep, one line each.

    Raises:
        SinkError: the file cannot be written.
    """
    coded, notes = encoded(path, photo)
    write_atomic(path, coded)
    return notes


def check_picture(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Check before any work that an image can be written.

    Args:
        path: the file to write.
        inputs: files that must not be overwritten.

    Raises:
        SinkError: the file extension is unknown, or see ``check_file``.
    """
    check_file(path, inputs)
    refuse_ending(path)


def refuse_ending(path: Path) -> None:
    """Check that images can be written with the extension of a path.

    Raises:
        SinkError: the extension is unknown.
    """
    if path.suffix.lower() not in FORMATS:
        hint = f"use one of {', '.join(FORMATS)}"
        raise SinkError(f"cannot write {path}: unknown file extension", hint)


def encoded(path: Path, photo: Photo) -> tuple[bytes, list[str]]:
    """Return the content of an image file, and notes on what the format does not keep.

    Args:
        path: its file extension is the format.
        photo: pixels and metadata.

    Raises:
        SinkError: the extension is unknown, or the format cannot hold so many pixels.
    """
    refuse_ending(path)
    try:
        coded, notes = encode_photo(path.suffix, photo, FORMATS[path.suffix.lower()])
    except cv2.error as error:
        raise SinkError(f"cannot write {path}: {error.err}", "choose another format") from error
    if coded is None:  # the limit is 16383 pixels for WebP, 65500 for JPEG
        size = f"{photo.image.shape[1]}x{photo.image.shape[0]}"
        raise SinkError(f"cannot store {size} pixels in a {path.suffix}", "use .png instead")
    return coded, notes
