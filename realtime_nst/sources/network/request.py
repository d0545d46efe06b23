"""HTTP requests to cameras, with user name and password from the URL."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException, HTTPResponse
from typing import IO, cast
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from urllib.request import (
    BaseHandler,
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPSHandler,
    Request,
    build_opener,
)

from realtime_nst.errors import SourceError
from realtime_nst.urls import redact

TIMEOUT = 5.0
"""Seconds to wait for a connection, and for each piece of the answer."""
HINTS = {
    401: "give user name and password, as http://USER:PASSWORD@host/...",
    403: "check the user name and password, and what the camera allows that user",
    404: "check the path: cameras differ; their manual names it",
}
"""Hints by HTTP status."""


def request(url: str) -> HTTPResponse:
    """Send a GET request, with basic or digest authentication if the URL has a user name.

    Certificates are not verified, as by FFmpeg for all other protocols: cameras sign their own.

    Args:
        url: an ``http`` or ``https`` URL.

    Returns:
        The answer, with its body still to be read.

    Raises:
        SourceError: there is no answer, or it is an error.
    """
    with errors_of(url):
        parts = urlsplit(url)
        plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
        opener = build_opener(HTTPSHandler(context=_any_certificate()), *_logins(parts, plain))
        return cast(HTTPResponse, opener.open(plain, timeout=TIMEOUT))


def disconnect(response: HTTPResponse) -> None:
    """End the connection of an answer, which ends a read that another thread waits in."""
    with suppress(OSError, ValueError, AttributeError):  # it has ended already
        connection = socket.socket(fileno=response.fileno())
        try:
            connection.shutdown(socket.SHUT_RDWR)
        finally:
            connection.detach()


def _logins(parts: SplitResult, plain: str) -> list[BaseHandler]:
    if parts.username is None:
        return []
    known = HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, plain, unquote(parts.username), unquote(parts.password or ""))
    return [_CloseRefusal(), HTTPBasicAuthHandler(known), HTTPDigestAuthHandler(known)]


class _CloseRefusal(BaseHandler):
    """Closes the answer that asks for a password: the other handlers need its headers only."""

    handler_order = 100  # before theirs

    def http_error_401(self, request: Request, answer: IO[bytes], *_details: object) -> None:  # noqa: ARG002
        answer.close()


def _any_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def errors_of(url: str) -> Iterator[None]:
    """Translate exceptions of a connection; without their cause, which contains the whole URL."""
    hint = "check that the address opens in a browser or player"
    try:
        yield
    except HTTPError as error:
        error.close()
        reason = f"{error.code} {error.reason}"
        hint = HINTS.get(error.code, hint)
    except URLError as error:
        reason = getattr(error.reason, "strerror", None) or str(error.reason)
    except TimeoutError:
        reason = f"no answer for {TIMEOUT:.0f} s"
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
    else:
        return
    raise SourceError(f"cannot read {redact(url)}: {reason}", hint) from None
