"""Download the videos of URLs, so that they are converted like files: seekable, and complete."""

from collections.abc import Callable
from pathlib import Path

from realtime_nst.errors import SourceError
from realtime_nst.sources.download.http import Answer, request, save
from realtime_nst.sources.download.playlist import save_playlist
from realtime_nst.sources.download.site import save_from_site
from realtime_nst.urls import is_url, redact

SCHEMES = ("http", "https")
PLAYLIST_TYPES = ("mpegurl", "dash+xml")
"""Parts of the media types of HLS and DASH playlists."""
PLAYLISTS = (".m3u8", ".mpd")
PAGE_TYPES = ("text/html", "application/xhtml")

OnBytes = Callable[[int, int | None], object]
"""Called with the number of bytes so far, and of all bytes if known."""


def _nothing(_done: int, _total: int | None) -> None:
    """Do nothing: the default for a download that nobody watches."""


def is_downloadable(address: str) -> bool:
    """Return whether an address is a URL, rather than the name of a file."""
    return is_url(address) and not Path(address).exists()


def download(url: str, folder: Path, on_bytes: OnBytes = _nothing) -> Path:
    """Download a video into a folder.

    A web page is handed to yt-dlp, a playlist (HLS, DASH) to FFmpeg; anything else is a file.

    Args:
        url: ``http://`` or ``https://``; a user name and password may stand before the host.
        folder: an existing folder.
        on_bytes: called during the download.

    Returns:
        The file, named after the URL. After an error there is none.

    Raises:
        SourceError: the URL cannot be downloaded completely, or is a live stream.
        MissingExtraError: it is a web page, and yt-dlp is not installed.
    """
    if url.partition(":")[0].lower() not in SCHEMES:
        message = f"cannot download {redact(url)}: only http and https are supported"
        hint = "for a live stream: realtime-nst webcam --source URL --sink OUT.mp4"
        raise SourceError(message, hint)
    with request(url) as answer:
        if not (_is_page(answer) or _is_playlist(answer)):
            return save(answer, folder, on_bytes)
    if _is_playlist(answer):
        return save_playlist(url, folder, answer.name, on_bytes)
    return save_from_site(url, folder, on_bytes)


def _is_page(answer: Answer) -> bool:
    return answer.media_type.startswith(PAGE_TYPES)


def _is_playlist(answer: Answer) -> bool:
    return answer.name.lower().endswith(PLAYLISTS) or any(
        kind in answer.media_type for kind in PLAYLIST_TYPES
    )
