"""PNG files that carry what they were made of: text chunks of the PNG specification, 11.3.4."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2

from realtime_nst.errors import SourceError
from realtime_nst.files import write_atomic
from realtime_nst.frame import Image
from realtime_nst.image_io.write import refuse_ending, write_image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_END = 8 + 25
"""Where the first chunk, IHDR, ends."""


def write_with_text(path: Path, image: Image, text: Mapping[str, str]) -> None:
    """Write a picture, whole or not at all; its texts too if it is a PNG.

    Raises:
        SinkError: it cannot be written.
    """
    refuse_ending(path)
    if path.suffix.lower() != ".png":
        write_image(path, image)
        return
    _, coded = cv2.imencode(".png", image)
    data = coded.tobytes()
    chunks = b"".join(_text_chunk(key, value) for key, value in text.items())
    write_atomic(path, data[:HEADER_END] + chunks + data[HEADER_END:])


def read_text(path: Path) -> dict[str, str]:
    """The international texts of a PNG file.

    Raises:
        SourceError: it cannot be read, or is no PNG.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}", "check the path") from error
    if not data.startswith(SIGNATURE):
        raise SourceError(f"{path} is no PNG", "only PNG files carry their settings")
    found = {}
    for kind, body in _chunks(data):
        if kind == b"iTXt":
            key, _, rest = body.partition(b"\0")
            found[key.decode("latin-1")] = rest[2:].split(b"\0", 2)[2].decode()
    return found


def _text_chunk(key: str, value: str) -> bytes:
    """Uncompressed, no language."""
    body = key.encode("latin-1") + b"\0\0\0\0\0" + value.encode()
    return (
        struct.pack(">I", len(body))
        + b"iTXt"
        + body
        + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length
