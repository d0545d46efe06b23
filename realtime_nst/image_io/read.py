"""Read image files."""

import hashlib
from pathlib import Path

from realtime_nst.errors import SourceError
from realtime_nst.frame import Image
from realtime_nst.image_io.decode import PICTURES as PICTURES
from realtime_nst.image_io.decode import read_photo


def photos_in(folder: Path, count: int) -> list[Path]:
    """The first pictures of a folder by name.

    Raises:
        SourceError: there is none.
    """
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in PICTURES)
    if not found:
        raise SourceError(f"no pictures in {folder}", "give a folder of photos: --content DIR")
    return found[:count]


def read_image(path: Path) -> Image:
    """A picture as BGR bytes, turned upright; grey and 16 bit become that, alpha shows white.

    Raises:
        SourceError: the file is missing or no picture.
    """
    return read_photo(path).image


def _endings() -> str:
    return ", ".join(sorted(PICTURES))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
