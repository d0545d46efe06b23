"""Split a multipart HTTP stream into its parts (RFC 2046, as cameras send it)."""

from collections.abc import Iterator
from typing import Protocol

MAX_PART = 1 << 26
"""Bytes of a part from which a stream is refused."""
LINE = 1 << 16
"""Bytes to read at once where a part does not announce its length."""


class Readable(Protocol):
    """A binary stream."""

    def readline(self, limit: int, /) -> bytes:
        """Return bytes up to the next line feed, at most ``limit``."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return so many bytes; fewer at the end."""
        ...


def parts(stream: Readable, boundary: str) -> Iterator[bytes]:
    """Yield the body of each part; a part that is cut off is left out.

    Cameras disagree on whether the dashes before a boundary belong to its name; where a part
    announces its length, the boundary is not even looked at.

    Args:
        stream: the body of the answer.
        boundary: name of the boundary, with or without dashes.

    Raises:
        ValueError: a part is larger than ``MAX_PART``.
    """
    name = boundary.strip('"').strip("-").encode("latin-1", "replace")
    while (length := _length(stream)) is not None:
        if length > MAX_PART:
            raise ValueError("a part is too large")
        body = stream.read(length) if length else _until(stream, name)
        if body is None or len(body) < length:
            return
        yield body


def _length(stream: Readable) -> int | None:
    """Read the headers of a part; return its length, 0 if not announced, None at the end."""
    length, seen = 0, False
    while line := stream.readline(LINE):
        key, colon, value = line.partition(b":")
        if colon:
            seen = True
            if key.strip().lower() == b"content-length" and value.strip().isdigit():
                length = int(value)
        elif seen and not line.strip():
            return length
    return None


def _until(stream: Readable, name: bytes) -> bytes | None:
    """Read up to the next boundary; None if the stream ends before it."""
    lines: list[bytes] = []
    size = 0
    while line := stream.readline(LINE):
        if line.startswith(b"--") and line.strip().strip(b"-") == name:
            body = b"".join(lines)
            return body[:-2] if body.endswith(b"\r\n") else body.removesuffix(b"\n")
        lines.append(line)
        size += len(line)
        if size > MAX_PART:
            raise ValueError("a part is too large")
    return None
