"""Download a file by HTTP, and check that it is complete."""

import base64
import errno
import mimetypes
import re
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, InvalidURL
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from realtime_nst import __version__
from realtime_nst.errors import SourceError
from realtime_nst.urls import redact

TIMEOUT = 30
"""Seconds without any data after which a server is given up."""
BLOCK = 1 << 18
"""Bytes that are read at once."""
MAX_NAME = 100
"""Longest name of a file, in characters."""
REFUSED = {
    401: "it needs a user name and password",
    403: "access is denied",
    404: "there is no such file",
    410: "the file was removed",
}
"""What an HTTP status means."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer, after redirects; its content is not read yet."""

    url: str
    response: HTTPResponse
    name: str
    """Name for the file."""
    media_type: str
    length: int | None
    """Number of bytes that the server announces."""


class _Redirects(HTTPRedirectHandler):
    """Follows redirects; other hosts, and unencrypted connections, do not get the password."""

    def redirect_request(self, req: Request, *answer: Any) -> Request | None:
        """Return the next request."""
        following = super().redirect_request(req, *answer)
        authorization = req.unredirected_hdrs.get("Authorization")
        if following and authorization:
            as_safe = following.type == "https" or req.type == "http"
            if following.host == req.host and as_safe:
                following.add_unredirected_header("Authorization", authorization)
        return following


@contextmanager
def request(url: str) -> Iterator[Answer]:
    """Request a URL.

    Raises:
        SourceError: the server cannot be reached, or refuses.
    """
    with _errors(url):
        bare, authorization = _split_credentials(url)
        asked = Request(bare, headers={"User-Agent": f"realtime-nst/{__version__}"})
    if authorization:
        asked.add_unredirected_header("Authorization", authorization)
    with _errors(url):
        response = build_opener(_Redirects).open(asked, timeout=TIMEOUT)
    with response:
        kind = response.headers.get_content_type()
        length = response.headers.get("Content-Length", "")
        yield Answer(
            url,
            response,
            name_of(response.geturl(), kind),
            kind,
            int(length) if length.isdecimal() else None,
        )


def save(answer: Answer, folder: Path, on_bytes: Callable[[int, int | None], object]) -> Path:
    """Write the content of an answer to a file.

    Raises:
        SourceError: the connection breaks, or the disk is full; no file is left.
    """
    path = folder / answer.name
    try:
        with _errors(answer.url), path.open("wb") as file:
            done = 0
            while block := answer.response.read(BLOCK):
                file.write(block)
                done += len(block)
                on_bytes(done, answer.length)
            if answer.length is not None and done < answer.length:
                raise _cut_off(answer.url, done, answer.length)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def name_of(url: str, media_type: str = "") -> str:
    """Return the name of a file from the last part of a URL's path.

    >>> name_of("https://host/films/a%20b.mp4?token=1")
    'a b.mp4'
    >>> name_of("https://host/", "video/webm")
    'video.webm'
    """
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    name = Path(re.sub(r'[\x00-\x1f<>:"/\\|?*%]', "_", last).strip(". ") or "video")
    guessed = mimetypes.guess_extension(media_type) or ".mp4"
    return f"{name.stem[:MAX_NAME]}{name.suffix[:10] or guessed}"


def _split_credentials(url: str) -> tuple[str, str]:
    """Return a URL without user name and password, and the header that holds them."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    coded = base64.b64encode(unquote(user).encode()).decode()
    bare = quote(urlunsplit(parts._replace(netloc=host)), safe=string.punctuation)
    return bare, f"Basic {coded}" if at else ""


@contextmanager
def _errors(url: str) -> Iterator[None]:
    """Raise errors of the network and of the disk in the user's words, without credentials."""
    try:
        yield
    except SourceError:
        raise
    except HTTPError as error:
        error.close()
        raise _refused(url, error.code) from None
    except (ValueError, InvalidURL):  # their texts hold parts of the URL
        raise SourceError(f"cannot download {redact(url)}: not a valid URL", "check it") from None
    except HTTPException as error:  # its text may hold the URL
        reason = "the connection was cut" if "Incomplete" in type(error).__name__ else "bad answer"
        raise _failed(url, reason) from None
    except OSError as error:
        cause = error.reason if isinstance(error, URLError) else error
        if isinstance(cause, TimeoutError):
            raise _failed(url, f"no data for {TIMEOUT} s") from None
        if getattr(cause, "errno", None) == errno.ENOSPC:
            message = f"cannot download {redact(url)}: no space is left in the temporary folder"
            raise SourceError(message, "set TMPDIR to a folder on a larger disk") from None
        reason = getattr(cause, "strerror", None) or type(cause).__name__
        raise _failed(url, str(reason)) from None


def _refused(url: str, code: int) -> SourceError:
    reason = f"{REFUSED.get(code, 'the server refuses')} (HTTP {code})"
    hint = "check the URL"
    if code == 401:
        hint = "put them into the URL: https://USER:PASSWORD@host/..."
    return SourceError(f"cannot download {redact(url)}: {reason}", hint)


def _failed(url: str, reason: str) -> SourceError:
    return SourceError(f"cannot download {redact(url)}: {reason}", "check the URL, or try again")


def _cut_off(url: str, done: int, length: int) -> SourceError:
    sizes = f"after {done / 1e6:.1f} of {length / 1e6:.1f} MB"
    return _failed(url, f"the connection was cut {sizes}")
