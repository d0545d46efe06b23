"""Settings stored in PNG files: ``iTXt`` chunks of the PNG specification, 11.3.4."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import cv2
from PIL import Image as PillowImage
from PIL.PngImagePlugin import PngImageFile, PngInfo, iTXt

from realtime_nst.errors import SourceError
from realtime_nst.files import write_atomic
from realtime_nst.frame import Image
from realtime_nst.image_io.write import refuse_ending, write_image

COMPRESSION = 3
"""zlib level: stylized images hardly get smaller above it, and 6, Pillow's own, takes twice as
long."""


def write_with_text(path: Path, image: Image, text: Mapping[str, str]) -> None:
    """Write an image atomically; a PNG also gets text.

    Args:
        path: its suffix chooses the format.
        image: (height, width, 3) uint8 BGR.
        text: keyword -> value. Keywords are Latin-1, at most 79 characters.

    Raises:
        SinkError: the file cannot be written.
    """
    refuse_ending(path)
    if path.suffix.lower() != ".png":
        write_image(path, image)
        return
    info = PngInfo()
    for key, value in text.items():
        info.add_itxt(key, value)
    data = BytesIO()
    pixels = PillowImage.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    pixels.save(data, "PNG", pnginfo=info, compress_level=COMPRESSION)
    write_atomic(path, data.getvalue())


def read_text(path: Path) -> dict[str, str]:
    """Return the international text (``iTXt``) of a PNG file by keyword.

    Raises:
        SourceError: the file cannot be read, or is not a PNG.
    """
    try:
        # Not PIL.Image.open, which refuses images above a size.
        with PngImageFile(path) as file:
            text = {key: str(value) for key, value in file.text.items() if isinstance(value, iTXt)}
    except OSError as error:
        reason = error.strerror or str(error)
        raise SourceError(f"cannot read {path}: {reason}", "check the path") from error
    except SyntaxError as error:  # raised by Pillow for other formats
        message = f"cannot read {path}: it is not a PNG"
        raise SourceError(message, "settings are stored in PNG files only") from error
    return text
