"""Open the right kind of source for a URL."""

from collections.abc import Callable
from http.client import HTTPResponse

from realtime_nst.sources import Source
from realtime_nst.sources.network.image import WebImageSource
from realtime_nst.sources.network.mjpeg import MjpegSource
from realtime_nst.sources.network.request import request
from realtime_nst.sources.network.stream import StreamSource
from realtime_nst.sources.paced import PacedSource

PLAYLIST_TYPES = frozenset(
    ("application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl")
)
"""MIME types of HLS playlists, whose segments FFmpeg finds by the playlist's URL."""


def open_url(url: str, *, loop: bool = True) -> Source:
    """Open a network stream; or a video or an image on the web, which is played in real time.

    Args:
        url: a URL, or the path of an ``.sdp`` file.
        loop: whether a video starts over at its end; an image is read again every second.

    Raises:
        SourceError: it cannot be opened.
    """
    if url.partition("://")[0].lower() not in ("http", "https"):
        return _stream(url, loop)
    response = request(url)
    kind = response.headers.get_content_type()
    if kind == "multipart/x-mixed-replace":
        return MjpegSource(url, response)
    if kind.startswith("image/"):
        return PacedSource(_first(WebImageSource(url, response), lambda: WebImageSource(url)))
    if _is_endless(response, kind):
        return _stream(url, loop, response)
    response.close()
    return _stream(url, loop)


def _is_endless(response: HTTPResponse, kind: str) -> bool:
    """Return whether an answer is a live stream; its length is not known then."""
    is_playlist = kind in PLAYLIST_TYPES or ".m3u8" in (response.url or "").lower()
    return response.length is None and not is_playlist


def _stream(url: str, loop: bool, response: HTTPResponse | None = None) -> Source:
    stream = StreamSource(url, response)
    if stream.live:
        return stream
    return PacedSource(_first(stream, lambda: StreamSource(url)), loop=loop and stream.has_end)


def _first(opened: Source, reopen: Callable[[], Source]) -> Callable[[], Source]:
    """Return a function that returns the source which is open, and then opens it again."""
    waiting = [opened]
    return lambda: waiting.pop() if waiting else reopen()
