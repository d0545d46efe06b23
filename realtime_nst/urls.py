"""URLs of network streams: recognize them, and hide what must not be shown."""

from urllib.parse import SplitResult, urlsplit

HIDDEN = "***"
"""Shown in place of a user name and password."""


def is_url(address: str) -> bool:
    """Return whether an address is a URL, such as ``rtsp://camera/1``."""
    return "://" in address


def redact(address: str) -> str:
    """Return an address that can be shown: only scheme, host and port of a URL.

    User names and passwords stand before the host, and some cameras and servers want them, or a
    stream key, in the path or in the query. An address that is not a URL is returned unchanged.

    >>> redact("rtsp://admin:hunter2@camera:554/live?token=1")
    'rtsp://***@camera:554/...'
    """
    if not is_url(address):
        return address
    scheme, _, rest = address.partition("://")
    try:
        parts = urlsplit(f"//{rest}")
    except ValueError:  # a bracket without its partner
        return f"{scheme}://{HIDDEN}"
    user, at, host = parts.netloc.rpartition("@")
    return f"{scheme}://{HIDDEN if user else ''}{at}{host}" + ("/..." if _has_more(parts) else "")


def _has_more(parts: SplitResult) -> bool:
    return parts.path not in ("", "/") or bool(parts.query or parts.fragment)
