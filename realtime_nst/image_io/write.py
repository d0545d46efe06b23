"""Write image files, whole or not at all."""

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
}
"""Endings that can be written, with OpenCV's parameters."""


def write_image(path: Path, image: Image) -> None:
    """Write one picture, whole or not at all, in the format of its ending.

    Raises:
        SinkError: it cannot be written.
    """
    write_photo(path, Photo(image))


def write_photo(path: Path, photo: Photo) -> list[str]:
    """Write an image with its metadata, whole or not at all, in the format of its ending.

    Returns:
        What the format does not keep, one line each.

    Raises:
        SinkError: it cannot be written.
    """
    coded, notes = _encoded(path, photo)
    write_atomic(path, coded)
    return notes


def check_picture(path: Path, inputs: Iterable[Path] = ()) -> None:
    """See before any work that a picture can be written there.

    Raises:
        SinkError: its ending is unknown, or see ``check_file``.
    """
    check_file(path, inputs)
    refuse_ending(path)


def refuse_ending(path: Path) -> None:
    """See that pictures can have the ending of a name.

    Raises:
        SinkError: they cannot.
    """
    if path.suffix.lower() not in FORMATS:
        endings = f"endings: {', '.join(FORMATS)}"
        raise SinkError(f"cannot write {path}: unknown ending", endings)


def _encoded(path: Path, photo: Photo) -> tuple[bytes, list[str]]:
    refuse_ending(path)
    try:
        coded, notes = encode_photo(path.suffix, photo, FORMATS[path.suffix.lower()])
    except cv2.error as error:
        raise SinkError(f"cannot write {path}: {error.err}", "choose another ending") from error
    if coded is None:  # WebP ends at 16383 pixels, JPEG at 65500.
        size = f"{photo.image.shape[1]}x{photo.image.shape[0]}"
        raise SinkError(f"a {path.suffix} cannot hold {size} pixels", "give it the ending .png")
    return coded, notes
