"""Download the video of a web page with yt-dlp."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from realtime_nst.errors import MissingExtraError, SourceError
from realtime_nst.extras import install_command
from realtime_nst.urls import redact

MERGED, SINGLE = "bestvideo*+bestaudio/best", "best"
"""yt-dlp's name of the best formats, and of the best one in a single file: without the program
ffmpeg, yt-dlp cannot merge two."""


TIMEOUT = 30
"""Seconds without any data after which a server is given up."""


class _Silent:
    """A logger that prints nothing: errors are raised."""

    def debug(self, message: str) -> None:
        """Ignore a message."""

    def warning(self, message: str) -> None:
        """Ignore a warning."""

    def error(self, message: str) -> None:
        """Ignore an error, which is raised as well."""


def save_from_site(url: str, folder: Path, on_bytes: Callable[[int, int | None], object]) -> Path:
    """Write the video of a web page to a file.

    Raises:
        SourceError: the page has no video, or it cannot be downloaded.
        MissingExtraError: yt-dlp is not installed.
    """
    try:
        import yt_dlp
    except ImportError as error:
        message = f"cannot download {redact(url)}: a web page needs yt-dlp"
        raise MissingExtraError(message, install_command("sites")) from error
    try:
        with yt_dlp.YoutubeDL(_options(folder, on_bytes)) as downloader:
            found = downloader.extract_info(url) or {}
    except yt_dlp.utils.YoutubeDLError as error:
        raise _failed(url, str(error).removeprefix("ERROR: ")) from None
    video = next(iter(found.get("entries") or [found]))
    files = [each["filepath"] for each in video.get("requested_downloads") or ()]
    if not files:
        raise _failed(url, "it has no video that ends")
    return Path(files[0])


def _failed(url: str, reason: str) -> SourceError:
    hidden = re.sub(r"\w+://[^\s'\"]+", lambda found: redact(found[0]), reason)
    message = f"cannot download {redact(url)}: {hidden}"
    return SourceError(message, "check the URL, or update: pip install --upgrade yt-dlp")


def _refuse_live(info: Mapping[str, Any], *_more: Any, **_others: Any) -> str | None:
    """Return why yt-dlp should skip a video; None to take it."""
    return "it is a live stream" if info.get("is_live") else None


def _options(folder: Path, on_bytes: Callable[[int, int | None], object]) -> dict[str, Any]:
    def show(status: Mapping[str, Any]) -> None:
        on_bytes(status.get("downloaded_bytes") or 0, status.get("total_bytes"))

    return {
        "paths": {"home": str(folder)},
        "outtmpl": "%(title).80B.%(ext)s",
        "socket_timeout": TIMEOUT,
        "match_filter": _refuse_live,
        "format": MERGED if shutil.which("ffmpeg") else SINGLE,
        "noplaylist": True,
        "playlist_items": "1",
        "restrictfilenames": True,
        "cachedir": False,
        "quiet": True,
        "noprogress": True,
        "logger": _Silent(),
        "progress_hooks": [show],
    }
