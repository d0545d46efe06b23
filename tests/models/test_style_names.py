"""Names of styles are compared regardless of case, spaces and underscores."""

import pytest

from realtime_nst.models.style_names import known_name

KNOWN = ["starry-night", "udnie", "My_Style", "my-style"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Starry Night", "starry-night"),
        ("STARRY_NIGHT", "starry-night"),
        (" starry - night ", "starry-night"),
        ("My_Style", "My_Style"),
        ("my-style", "my-style"),
        ("MY STYLE", "My_Style"),
        ("starrynight", "starrynight"),
        ("", ""),
    ],
)
def test_known_name(name: str, expected: str) -> None:
    assert known_name(name, KNOWN) == expected
