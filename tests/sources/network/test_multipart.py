"""Parts of multipart streams, as different cameras send them."""

from io import BytesIO

import pytest

from realtime_nst.sources.network import multipart
from realtime_nst.sources.network.multipart import parts

BINARY = bytes(range(256)) + b"\r\n--other\r\n\n"


def sent(*bodies: bytes, boundary: bytes = b"--frame", length: bool = True) -> BytesIO:
    """Return the stream of a camera."""
    whole = b""
    for body in bodies:
        announced = b"Content-Length: %d\r\n" % len(body) if length else b""
        whole += boundary + b"\r\nContent-Type: image/jpeg\r\n" + announced + b"\r\n" + body
        whole += b"\r\n"
    return BytesIO(whole + boundary + b"\r\n")


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("boundary", ["frame", "--frame", '"frame"'])
def test_parts_are_found_however_the_boundary_is_named(boundary: str, length: bool) -> None:
    assert list(parts(sent(BINARY, b"x", BINARY, length=length), boundary)) == [
        BINARY,
        b"x",
        BINARY,
    ]


def test_an_announced_length_needs_no_boundary() -> None:
    assert list(parts(sent(BINARY, b"x", boundary=b"--wrong"), "frame")) == [BINARY, b"x"]


@pytest.mark.parametrize("length", [True, False])
def test_a_part_that_is_cut_off_is_left_out(length: bool) -> None:
    stream = sent(BINARY, BINARY, length=length)
    cut = BytesIO(stream.getvalue()[: -len(BINARY) // 2])
    assert list(parts(cut, "frame")) == [BINARY]


@pytest.mark.parametrize("length", [True, False])
def test_a_part_without_end_is_refused(monkeypatch: pytest.MonkeyPatch, length: bool) -> None:
    monkeypatch.setattr(multipart, "MAX_PART", 100)
    with pytest.raises(ValueError, match="too large"):
        list(parts(sent(b"\n" * 101, length=length), "frame"))


def test_an_empty_stream_has_no_parts() -> None:
    assert list(parts(BytesIO(), "frame")) == []
