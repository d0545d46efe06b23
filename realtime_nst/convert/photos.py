"""Stylize one image file, keeping its transparency and metadata."""

from fractions import Fraction
from pathlib import Path
from time import perf_counter

from realtime_nst.convert.jobs import VIDEOS
from realtime_nst.convert.transforms import (
    OutputShape,
    arrange_output,
    at_scale,
    fitted_size,
    scaled,
)
from realtime_nst.errors import SourceError
from realtime_nst.frame import Frame
from realtime_nst.image_io.decode import decode_photo
from realtime_nst.image_io.formats import is_animated
from realtime_nst.image_io.photo import Photo
from realtime_nst.people.person_mask import PersonMask
from realtime_nst.pipeline import FrameStylizer
from realtime_nst.stylize.masked import MaskedStylizer


def read_still(path: Path) -> Photo:
    """Read an image file that is not animated.

    Raises:
        SourceError: the file cannot be read, or is a video or an animation.
    """
    if path.suffix.lower() in VIDEOS - {".gif"}:
        raise SourceError(f"{path} is a video", _video_hint(path))
    try:
        coded = path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}", "check the path") from error
    return decode_still(coded, path)


def decode_still(coded: bytes, path: Path) -> Photo:
    """Decode an image file that is not animated.

    Args:
        coded: the content of the file.
        path: its path, for error messages.

    Raises:
        SourceError: the file is damaged, no image, or an animation.
    """
    if is_animated(coded):
        raise SourceError(f"{path} is animated", _video_hint(path))
    return decode_photo(coded, str(path))


def stylize_photo(photo: Photo, stylize: FrameStylizer, shape: OutputShape) -> Photo:
    """Return a stylized photo in the requested size, with the transparency of the given one.

    Raises:
        DeviceError: an image of that size does not fit into memory.
    """
    height, width = photo.image.shape[:2]
    size = fitted_size(shape, width, height)
    frame = Frame(scaled(photo.image, *size), 0, Fraction(0), perf_counter())
    alpha = None if photo.alpha is None else scaled(photo.alpha, *size)
    stylize = at_scale(stylize, shape)
    if shape.mask:
        stylize = MaskedStylizer(stylize, shape.mask, mask=PersonMask(steady=False))
    return photo.with_image(arrange_output(stylize, shape)(frame).image, alpha)


def _video_hint(path: Path) -> str:
    return f"realtime-nst video {path} OUT.mp4 --style STYLE"
