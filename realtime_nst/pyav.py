"""Open media files the same way with every supported version of PyAV."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from av.container import InputContainer


def file_url(path: Path) -> str:
    """Return the URL that makes FFmpeg open a path as a file, whatever colons its name contains."""
    return f"file:{path}"


def open_input(url: Any, **options: Any) -> "InputContainer":
    """Open a media file, pipe or stream for reading.

    Args:
        url: ``file_url(path)``, an address with a protocol that FFmpeg supports, or an object
            with a method ``read(size)``.
        options: further arguments of ``av.open``.
    """
    import av  # here, since OpenCV's windows hang if PyAV is imported first (PyAV#978)

    if int(av.__version__.split(".", 1)[0]) < 19:
        # Newer versions keep undecodable bytes of metadata as surrogates.
        options["metadata_errors"] = "replace"
    return cast("InputContainer", av.open(url, **options))


def readable(text: str) -> str:
    """Return metadata text that can be printed and encoded.

    Old AVI files contain titles in arbitrary encodings.
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
