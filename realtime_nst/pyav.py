"""Open media files the same way with every supported version of PyAV."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from av.container import InputContainer


def file_url(path: Path) -> str:
    """Return how FFmpeg is told that a name is a file's, whatever colons are in it."""
    return f"file:{path}"


def open_input(url: str, **options: Any) -> "InputContainer":
    """Open a media file or pipe for reading.

    Args:
        url: ``file_url(path)``, or an address with a protocol that FFmpeg knows.
        options: further arguments of ``av.open``.
    """
    import av  # here, since OpenCV's windows hang if PyAV is imported first (PyAV#978)

    if int(av.__version__.split(".", 1)[0]) < 19:
        # Newer ones keep undecodable bytes of metadata themselves, as surrogates.
        options["metadata_errors"] = "replace"
    return cast("InputContainer", av.open(url, **options))


def readable(text: str) -> str:
    """Return a text of metadata that can be printed and encoded.

    Old AVI files have titles in whatever encoding their makers used.
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
