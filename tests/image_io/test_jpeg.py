"""Segments of JPEG files that OpenCV does not know."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.image_io.decode import decode_photo, read_photo
from realtime_nst.image_io.jpeg import iptc_of, iptc_segment, profile_segments, with_segments
from realtime_nst.image_io.photo import Photo
from realtime_nst.image_io.write import write_photo

CAPTION = b"\x1c\x02\x78\0\x05Waves"
"""An IPTC record with a caption, of odd length."""
PICTURE = np.full((8, 8, 3), 90, np.uint8)


def jpeg(*added: bytes) -> bytes:
    return with_segments(cv2.imencode(".jpg", PICTURE)[1].tobytes(), added)


def photoshop(*resources: tuple[int, bytes]) -> bytes:
    """Return a segment as image editors write it."""
    block = b"".join(
        struct.pack(">4sHBxI", b"8BIM", number, 0, len(content)) + content + bytes(len(content) % 2)
        for number, content in resources
    )
    return struct.pack(">BBH", 0xFF, 0xED, 16 + len(block)) + b"Photoshop 3.0\0" + block


def test_iptc_is_kept_in_jpeg(tmp_path: Path) -> None:
    photo = decode_photo(jpeg(photoshop((0x040C, b"thumbnail"), (0x0404, CAPTION))), "photo.jpg")
    assert photo.iptc == CAPTION
    assert write_photo(tmp_path / "made.jpg", photo) == []
    assert read_photo(tmp_path / "made.jpg").iptc == CAPTION
    assert b"thumbnail" not in (tmp_path / "made.jpg").read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".webp", ".avif"])
def test_iptc_in_other_formats_is_noted(tmp_path: Path, suffix: str) -> None:
    notes = write_photo(tmp_path / f"made{suffix}", Photo(PICTURE, iptc=CAPTION))
    assert notes == [f"IPTC is not kept in {suffix}"]


def test_iptc_too_large_is_noted(tmp_path: Path) -> None:
    notes = write_photo(tmp_path / "made.jpg", Photo(PICTURE, iptc=bytes(70_000)))
    assert notes == ["IPTC of 70000 bytes does not fit into a JPEG"]


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_iptc_of_cut_off_file(cut: int) -> None:
    assert iptc_of(jpeg(iptc_segment(CAPTION))[:cut]) in (b"", CAPTION)


def test_iptc_by_pillow() -> None:
    image = pytest.importorskip("PIL.Image", reason="not compared with Pillow")
    iptc = pytest.importorskip("PIL.IptcImagePlugin")
    import io

    file = image.open(io.BytesIO(jpeg(iptc_segment(CAPTION))))
    assert iptc.getiptcinfo(file) == {(2, 0x78): b"Waves"}


def test_profile_in_several_segments_by_pillow() -> None:
    image = pytest.importorskip("PIL.Image", reason="not compared with Pillow")
    import io

    profile = np.random.default_rng(0).bytes(150_000)
    file = image.open(io.BytesIO(jpeg(*profile_segments(profile))))
    assert file.info["icc_profile"] == profile
