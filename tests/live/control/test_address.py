"""Addresses to listen at."""

import pytest

from realtime_nst.errors import ControlError
from realtime_nst.live.control.address import parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9000", ("127.0.0.1", 9000)),
        ("9000", ("127.0.0.1", 9000)),
        (":9000", ("127.0.0.1", 9000)),
        ("0.0.0.0", ("0.0.0.0", 8081)),
        ("[::1]:9000", ("::1", 9000)),
        ("[::1]", ("::1", 8081)),
        ("", ("127.0.0.1", 8081)),
    ],
)
def test_parse_address(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text, "127.0.0.1", 8081, "--control") == address


@pytest.mark.parametrize("text", ["a:b", "127.0.0.1:70000", "http://127.0.0.1:80", "99999"])
def test_parse_address_refuses(text: str) -> None:
    with pytest.raises(ControlError, match="cannot read --control"):
        parse_address(text, "127.0.0.1", 8081, "--control")
