"""Image files with all that comes with their pixels."""

import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from realtime_nst.errors import SourceError
from realtime_nst.image_io.decode import decode_photo, read_photo
from realtime_nst.image_io.formats import is_animated, png_chunks
from realtime_nst.image_io.photo import Photo, orientation, upright, upright_xmp
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_photo

ARTIST = b"A. Photographer\0"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="1"/></x:xmpmeta>'
EXIF, ICC, XMP_KIND = (
    cv2.IMAGE_METADATA_EXIF,
    cv2.IMAGE_METADATA_ICCP,
    cv2.IMAGE_METADATA_XMP,
)


def icc(space: bytes = b"RGB ", size: int = 600) -> bytes:
    """Return the start of a color profile, which is all that is read of it."""
    header = struct.pack(">I", size) + b"lcms\x04@\0\0mntr" + space + b"XYZ " + bytes(12) + b"acsp"
    illuminant = struct.pack(">III", 0xF6D6, 0x10000, 0xD32D)  # libpng refuses any but D50
    known = (header.ljust(68, b"\0") + illuminant).ljust(132, b"\0")
    return known + np.random.default_rng(0).bytes(size - len(known))


def exif(number: int = 1, order: str = "<", thumbnail: bytes = b"") -> bytes:
    """An EXIF block with the artist, an orientation, and a second directory with a thumbnail."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order]
    text = 8 + 2 + 2 * 12 + 4
    second = text + len(ARTIST) if thumbnail else 0
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, number, 0)
    entries += struct.pack(f"{order}HHII", 0x013B, 2, len(ARTIST), text)
    first = struct.pack(f"{order}IH", 8, 2) + entries + struct.pack(f"{order}I", second)
    return head + first + ARTIST + (bytes(6) + thumbnail if thumbnail else b"")


def coded(
    suffix: str, image: NDArray[Any], blocks: dict[int, bytes] | None = None, dpi: int = 0
) -> bytes:
    """Return a file like those of cameras and image editors."""
    blocks = blocks or {}
    prefix = b"http://ns.adobe.com/xap/1.0/\0" if suffix == ".jpg" else b""
    ends = b"\0" if suffix == ".png" else b""
    xmp = prefix + blocks.get(XMP_KIND, b"") + ends
    values = [xmp if kind == XMP_KIND else block for kind, block in blocks.items()]
    arrays = [np.frombuffer(value, np.uint8) for value in values]
    _, buffer = cv2.imencodeWithMetadata(suffix, image, list(blocks), arrays)
    file: bytes = buffer.tobytes()
    return file[:13] + struct.pack(">BHH", 1, dpi, dpi) + file[18:] if dpi else file


def picture(channels: int = 3) -> NDArray[np.uint8]:
    """Smooth enough for JPEG, and different at every corner."""
    y, x = np.mgrid[:40, :60]
    layers = [4 * x, 6 * y, 2 * (x + y), np.where(x < 30, 0, 255)]
    return np.stack(layers[:channels], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("given", [".jpg", ".png", ".webp", ".avif"])
@pytest.mark.parametrize("made", [".jpg", ".png", ".webp", ".avif"])
def test_metadata_is_kept(tmp_path: Path, given: str, made: str) -> None:
    if ".avif" in (given, made):
        pytest.importorskip("PIL", reason="metadata of AVIF is not tested")
    blocks = {EXIF: exif(), XMP_KIND: XMP, ICC: icc()}
    photo = decode_photo(coded(given, picture(), blocks), f"photo{given}")
    assert (photo.exif, photo.xmp.rstrip(b"\0"), photo.icc) == (exif(), XMP, icc())
    assert photo.notes == ()
    assert write_photo(tmp_path / f"made{made}", photo) == []
    again = read_photo(tmp_path / f"made{made}")
    assert (again.exif, again.xmp.rstrip(b"\0"), again.icc) == (exif(), XMP, icc())


@pytest.mark.parametrize("made", [".jpg", ".png"])
def test_resolution_is_kept(tmp_path: Path, made: str) -> None:
    photo = decode_photo(coded(".jpg", picture(), dpi=300), "photo.jpg")
    assert photo.dpi == (300, 300)
    path = tmp_path / f"made{made}"
    assert write_photo(path, photo) == []
    assert read_photo(path).dpi == (300, 300)
    assert read_image(path).shape == photo.image.shape
    assert write_photo(tmp_path / "made.webp", photo) == ["300 dpi are not kept in .webp"]


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg"])
def test_orientation_is_applied_and_reset(tmp_path: Path, suffix: str, number: int) -> None:
    image = picture(3 if suffix == ".jpg" else 4)
    plain = decode_photo(coded(suffix, image, {EXIF: exif(1)}), suffix)
    turned = decode_photo(coded(suffix, image, {EXIF: exif(number)}), suffix)
    assert turned.image.shape[:2] == ((60, 40) if number >= 5 else (40, 60))
    assert turned.exif == exif(1)
    if suffix != ".jpg":
        assert plain.alpha is not None
        assert turned.alpha is not None
        # Where it is transparent it is white, so both were turned alike.
        assert (turned.image[turned.alpha == 0] == 255).all()
        assert (turned.alpha == 0).sum() == (plain.alpha == 0).sum()
        assert np.array_equal(turned.alpha, plain.alpha) == (number in (1, 4))


@pytest.mark.parametrize("order", ["<", ">"])
def test_upright_drops_the_thumbnail(order: str) -> None:
    with_thumbnail = exif(6, order, thumbnail=b"\xff\xd8 as it was")
    assert orientation(with_thumbnail) == 6
    block = upright(with_thumbnail)
    assert orientation(block) == 1
    assert block.startswith(exif(1, order))  # whose only directory is the last one


@pytest.mark.parametrize("block", [b"", b"II*\0", exif()[:20], b"no EXIF at all"])
def test_cut_off_exif_is_no_error(block: bytes) -> None:
    assert orientation(block) == 1
    assert orientation(upright(block)) == 1


def test_upright_xmp() -> None:
    assert upright_xmp(XMP.replace(b'"1"', b'"6"')) == XMP
    element = b"<tiff:Orientation>8</tiff:Orientation>"
    assert upright_xmp(element) == b"<tiff:Orientation>1</tiff:Orientation>"


@pytest.mark.parametrize("suffix", [".png", ".webp", ".avif"])
def test_transparency_is_kept(tmp_path: Path, suffix: str) -> None:
    photo = decode_photo(coded(".png", picture(4)), "photo.png")
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, picture(4)[..., 3])
    assert write_photo(tmp_path / f"made{suffix}", photo) == []
    again = read_photo(tmp_path / f"made{suffix}")
    assert again.alpha is not None
    assert np.array_equal(again.alpha, photo.alpha)
    notes = write_photo(tmp_path / "made.jpg", photo)
    assert notes == ["transparency is not kept in .jpg"]


def test_opaque_alpha_is_no_transparency() -> None:
    image = picture(4)
    image[..., 3] = 255
    photo = decode_photo(coded(".png", image), "photo.png")
    assert photo.alpha is None
    assert np.array_equal(photo.image, image[..., :3])


@pytest.mark.parametrize(
    ("file", "note"),
    [
        (coded(".png", picture().astype(np.uint16) * 257), "16 bits per channel become 8"),
        (coded(".tif", picture()), "tags and color profile of this format are not kept"),
        (coded(".jpg", picture(), {ICC: icc(b"CMYK")}), "the CMYK color profile is not kept"),
    ],
)
def test_what_is_not_kept_is_noted(file: bytes, note: str) -> None:
    photo = decode_photo(file, "photo")
    assert photo.notes == (note,)
    assert photo.icc == b""


def test_metadata_too_large_for_jpeg(tmp_path: Path) -> None:
    photo = Photo(picture(), exif=exif() + bytes(70_000), icc=icc(size=200_000))
    notes = write_photo(tmp_path / "made.jpg", photo)
    assert notes == [f"EXIF of {len(photo.exif)} bytes does not fit into .jpg"]
    assert read_photo(tmp_path / "made.jpg").icc == photo.icc  # in four segments
    assert write_photo(tmp_path / "made.png", photo) == []
    assert read_photo(tmp_path / "made.png").exif == photo.exif


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tif", ".avif"])
def test_cut_off_image_is_damaged(suffix: str) -> None:
    file = coded(suffix, picture())
    with pytest.raises(SourceError, match="damaged or truncated") as caught:
        decode_photo(file[: len(file) // 2], f"photo{suffix}")
    assert caught.value.hint == "copy the file again"


def test_other_file_is_not_an_image() -> None:
    with pytest.raises(SourceError, match="not a supported image") as caught:
        decode_photo(b"Not what it says it is.", "photo.jpg")
    assert caught.value.hint.startswith("supported formats: .avif, ")


@pytest.mark.parametrize(
    ("suffix", "frames"), [(".gif", 2), (".png", 2), (".webp", 2), (".png", 1)]
)
def test_is_animated(suffix: str, frames: int) -> None:
    animation = cv2.Animation()
    animation.frames = [picture() // (step + 1) for step in range(frames)]
    animation.durations = frames * [100]
    done, file = cv2.imencodeanimation(suffix, animation)
    assert done
    assert is_animated(file.tobytes()) == (frames > 1)
    assert not is_animated(coded(suffix, picture()))


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_facts_of_a_cut_off_file(cut: int) -> None:
    for suffix in (".png", ".jpg", ".webp", ".gif"):
        file = coded(suffix, picture())[:cut]
        assert not is_animated(file)
        assert len(list(png_chunks(file))) < 4
