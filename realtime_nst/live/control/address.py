"""Addresses to listen at: a port, a host, or both."""

from realtime_nst.errors import ControlError


def parse_address(text: str, host: str, port: int, option: str) -> tuple[str, int]:
    """Return host and port of ``127.0.0.1:8081``, ``8081``, ``:8081`` or ``[::1]:8081``.

    Args:
        text: the address.
        host: used if the address has none.
        port: used if the address has none.
        option: named in the error.

    Raises:
        ControlError: it is none of these.
    """
    before, colon, after = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon and text.isdecimal():
        before, after = "", text
    elif not colon:
        before, after = text, ""
    if (after and not after.isdecimal()) or int(after or port) > 65535 or "/" in text:
        raise ControlError(f"cannot read {option} {text}", f"e.g. {option} {host}:{port}")
    return before.strip("[]") or host, int(after or port)
