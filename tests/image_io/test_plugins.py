"""HEIC, AVIF and JPEG XL, and what other programs read of the results."""

import io
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from realtime_nst.errors import SourceError
from realtime_nst.image_io.decode import decode_photo
from realtime_nst.image_io.write import write_photo
from tests.image_io.test_metadata import XMP, exif, icc, picture

PACKAGES = {"HEIF": "pillow_heif", "AVIF": "PIL", "JXL": "pillow_jxl", "JPEG": "PIL", "PNG": "PIL"}
SUFFIXES = {"HEIF": ".heic", "AVIF": ".avif", "JXL": ".jxl", "JPEG": ".jpg", "PNG": ".png"}


def image_of(kind: str, channels: int, **options: Any) -> bytes:
    """Return a file of another program: Pillow, or a plugin of it."""
    package = pytest.importorskip(PACKAGES[kind], reason=f"{kind} is not tested")
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    if kind == "HEIF":
        package.register_heif_opener()
    if "exif" in options:
        options["exif"] = b"Exif\0\0" + options["exif"]
    if kind == "PNG" and "xmp" in options:
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", options["xmp"].decode())
    pixels = picture(channels)[..., [2, 1, 0, 3][:channels]]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, quality=95, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("given", ["HEIF", "AVIF", "JXL", "JPEG", "PNG"])
@pytest.mark.parametrize("made", [".jpg", ".png", ".webp", ".avif"])
def test_other_programs_read_the_metadata(tmp_path: Path, given: str, made: str) -> None:
    file = image_of(given, 3, exif=exif(6), xmp=XMP, icc_profile=icc())
    photo = decode_photo(file, f"photo{SUFFIXES[given]}")
    notes = write_photo(tmp_path / f"made{made}", photo)
    from PIL import Image

    assert notes == []
    with Image.open(tmp_path / f"made{made}") as result:
        assert result.getexif()[0x013B] == "A. Photographer"
        assert result.getexif().get(0x0112, 1) == 1
        turned = given != "JXL"  # there the orientation of EXIF does not count
        assert result.size == ((40, 60) if turned else (60, 40))
        if given != "JXL":  # its encoder replaces the profile, and XMP is not read
            assert result.info["icc_profile"] == icc()
            assert XMP in (tmp_path / f"made{made}").read_bytes()


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "JPEG"])
def test_rotation_is_that_of_other_programs(kind: str, number: int) -> None:
    file = image_of(kind, 3, exif=exif(number))
    photo = decode_photo(file, f"photo{SUFFIXES[kind]}")
    upright = decode_photo(image_of(kind, 3), f"photo{SUFFIXES[kind]}").image
    expected = decode_photo(image_of("PNG", 3, exif=exif(number)), "photo.png").image
    assert photo.image.shape == expected.shape
    assert np.abs(photo.image.astype(int) - expected).mean() < 6
    assert (photo.image.shape == upright.shape) == (number < 5)


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "JXL"])
def test_transparency_is_read(kind: str) -> None:
    photo = decode_photo(image_of(kind, 4), f"photo{SUFFIXES[kind]}")
    assert photo.alpha is not None
    assert np.abs(photo.alpha.astype(int) - picture(4)[..., 3]).mean() < 6
    assert (photo.image[photo.alpha == 0] == 255).all()
    assert photo.notes == ()


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "JXL"])
def test_cut_off_file_is_damaged(kind: str) -> None:
    file = image_of(kind, 3)
    with pytest.raises(SourceError, match="damaged or truncated") as caught:
        decode_photo(file[: len(file) // 2], f"photo{SUFFIXES[kind]}")
    assert caught.value.hint == "copy the file again"


def test_repacked_jpeg_is_rotated() -> None:
    plugin = pytest.importorskip("pillow_jxl", reason="JXL is not tested")
    jpeg = image_of("JPEG", 3, exif=exif(6))
    file = plugin.Encoder("RGB", lossless=True)(jpeg, 60, 40, jpeg_encode=True)
    photo = decode_photo(file, "photo.jxl")
    assert np.array_equal(photo.image, decode_photo(jpeg, "photo.jpg").image)
    assert photo.exif == exif(1)


def test_deep_jxl_becomes_8_bits() -> None:
    pytest.importorskip("pillow_jxl", reason="JXL is not tested")
    from PIL import Image

    gray = np.linspace(0, 65535, 64, dtype=np.uint16).reshape(8, 8)
    buffer = io.BytesIO()
    Image.fromarray(gray).save(buffer, "JXL", lossless=True)
    photo = decode_photo(buffer.getvalue(), "photo.jxl")
    assert "more than 8 bits per channel become 8" in photo.notes
    assert np.abs(photo.image[..., 1].astype(int) - (gray // 257)).max() <= 1


def test_deep_avif_is_noted() -> None:
    deep = picture().astype(np.uint16) * 4
    options = [cv2.IMWRITE_AVIF_DEPTH, 10]
    file = cv2.imencode(".avif", deep, options)[1].tobytes()
    assert "more than 8 bits per channel become 8" in decode_photo(file, "photo.avif").notes


@pytest.mark.parametrize(
    ("package", "file", "message", "extra"),
    [
        ("pillow_heif", b"\0\0\0\x18ftypheic", r"photo: HEIC needs pillow_heif", "[heic]"),
        ("pillow_jxl", b"\xff\x0a", "photo: JPEG XL needs pillow_jxl", "[jxl]"),
        ("PIL", b"\0\0\0\x1cftypavif....irot", "photo: a rotated AVIF needs PIL", "[avif]"),
    ],
)
def test_missing_package(
    monkeypatch: pytest.MonkeyPatch, package: str, file: bytes, message: str, extra: str
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SourceError, match=message) as caught:
        decode_photo(file + bytes(100), "photo")
    assert extra in caught.value.hint


def test_avif_without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["PIL", *(name for name in sys.modules if name.startswith("PIL."))]:
        monkeypatch.setitem(sys.modules, name, None)
    file = cv2.imencode(".avif", picture())[1].tobytes()
    (note,) = decode_photo(file, "photo.avif").notes
    assert "need Pillow" in note
