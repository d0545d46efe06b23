"""Who may use the HTTP interface: this machine, its own page, and holders of the token."""

from email.message import Message
from secrets import compare_digest
from urllib.parse import urlsplit

from realtime_nst.http_server import host_of, is_loopback

JSON = "application/json"
OWN_SITES = ("same-origin", "none")
"""Values of ``Sec-Fetch-Site`` of the control page itself, and of an address that was typed."""


def refusal(headers: Message, client: str, token: str) -> tuple[int, str] | None:
    """Return the status and the reason if a client must not read or change anything.

    Args:
        headers: headers of the request.
        client: address that the request comes from.
        token: token of clients on other machines; empty if there cannot be any.
    """
    # A web page whose own name resolves to this machine (DNS rebinding) sends that name.
    if is_loopback(client) and is_loopback(host_of(headers.get("Host", ""))):
        return None
    if not token:
        return 403, "requested by another site"
    given = headers.get("Authorization", "").removeprefix("Bearer ")
    is_right = compare_digest(given.encode(), token.encode())
    return None if is_right else (401, "the token is missing or wrong")


def change_refusal(headers: Message) -> tuple[int, str] | None:
    """Return the status and the reason if a change may come from a page of another site.

    Browsers send JSON to other sites only if these agree, which this one never does.
    """
    if headers.get("Content-Type", "").split(";")[0].strip().lower() != JSON:
        return 415, f"the Content-Type must be {JSON}"
    origin = headers.get("Origin")
    is_own = origin is None or urlsplit(origin).netloc == headers.get("Host")
    if not is_own or headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
        return 403, "requested by another site"
    return None
