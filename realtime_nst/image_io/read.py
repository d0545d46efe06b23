"""Read image files."""

import hashlib
from pathlib import Path

from realtime_nst.errors import SourceError
from realtime_nst.frame import Image
from realtime_nst.image_io.decode import PICTURES as PICTURES
from realtime_nst.image_io.decode import read_photo


def photos_in(folder: Path, count: int) -> list[Path]:
    """Return the first images of a folder, sorted by name.

    Args:
        folder: the folder to search.
        count: maximum number of images.

    Raises:
        SourceError: the folder contains no image.
    """
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in PICTURES)
    if not found:
        raise SourceError(f"no images in {folder}", "give a folder of photos: --content DIR")
    return found[:count]


def read_image(path: Path) -> Image:
    """Return an image as (height, width, 3) uint8 BGR.

    The image is rotated upright; grayscale and 16 bit are converted, and transparent pixels
    are blended with white.

    Raises:
        SourceError: the file is missing or not an image.
    """
    return read_photo(path).image


def suffix_list() -> str:
    """Return the supported file extensions, for messages."""
    return ", ".join(sorted(PICTURES))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
