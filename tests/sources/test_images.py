"""Images of every kind are read as BGR bytes and written under the right names."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from realtime_nst.errors import SinkError, SourceError
from realtime_nst.frame import Frame
from realtime_nst.image_io.read import read_image
from realtime_nst.image_io.write import write_image
from realtime_nst.inference.session import open_session
from realtime_nst.sinks import open_sink
from realtime_nst.sources import open_source
from realtime_nst.sources.images import ImageSource
from realtime_nst.sources.options import ReadOptions
from realtime_nst.stylize.stylizer import SessionStylizer
from tests.helpers import onnx_models


def encode(path: Path, image: NDArray[Any]) -> Path:
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return path


@pytest.mark.parametrize("given", ["%03d.png", ""])
def test_numbered_images_are_not_overwritten(tmp_path: Path, given: str) -> None:
    for number in (1, 2):
        encode(tmp_path / f"{number:03d}.png", np.full((4, 5, 3), number, np.uint8))
    pictures = open_source(tmp_path / given)
    with pytest.raises(SinkError, match="it is the input"):
        open_sink(tmp_path / "%03d.png", pictures.info)
    assert read_image(tmp_path / "001.png")[0, 0, 0] == 1


def test_image_sequence_with_missing_numbers(tmp_path: Path) -> None:
    for number in (1, 2, 4):
        encode(tmp_path / f"{number}.png", np.full((4, 5, 3), number, np.uint8))
    (tmp_path / "2.png").write_text("no picture")
    told: list[str] = []
    reading = ReadOptions(skip_broken=True, on_skip=told.append, rate=Fraction(25))
    pictures = open_source(tmp_path / "%d.png", reading)
    assert [frame.index for frame in pictures] == [0, 2]
    assert "2.png: not a supported image" in told[0]
    assert pictures.info.notes[0].endswith("lacks 1 numbers; the images follow without a gap")
    with pytest.raises(SourceError, match=r"2\.png: not a supported image"):
        list(open_source(tmp_path / "%d.png", ReadOptions(rate=Fraction(25))))


def test_grey_and_16_bit_and_alpha(tmp_path: Path) -> None:
    grey = encode(tmp_path / "grey.png", np.full((4, 5), 100, np.uint8))
    assert (read_image(grey) == np.full((4, 5, 3), 100)).all()
    deep = encode(tmp_path / "deep.png", np.full((4, 5, 3), 100 * 257, np.uint16))
    assert (read_image(deep) == np.full((4, 5, 3), 100)).all()
    clear = np.zeros((4, 5, 4), np.uint8)
    clear[0, 0] = (10, 20, 30, 255)
    image = read_image(encode(tmp_path / "alpha.png", clear))
    assert image[0, 0].tolist() == [10, 20, 30]
    assert (image[1:] == 255).all()


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    path = encode(tmp_path / "phone.jpg", np.zeros((20, 40, 3), np.uint8))
    data = path.read_bytes()
    # An EXIF block with one entry: tag 0x112 (orientation), a short, 6: turn it clockwise.
    tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    block = b"\xff\xe1" + (len(tiff) + 8).to_bytes(2, "big") + b"Exif\0\0" + tiff
    path.write_bytes(data[:2] + block + data[2:])
    assert read_image(path).shape == (40, 20, 3)


def test_names_of_several_images(tmp_path: Path) -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    paths = [encode(tmp_path / name, image) for name in ("a.png", "b.jpg", "c.bmp")]
    source = ImageSource(paths)
    with open_sink(tmp_path / "out", source.info) as sink:
        for frame in source:
            sink.write(frame)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.jpg", "c.png"]


def test_images_never_overwrite_each_other(tmp_path: Path) -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    first = encode(tmp_path / "a.png", image)
    (tmp_path / "sub").mkdir()
    second = encode(tmp_path / "sub" / "a.png", image)
    with pytest.raises(SinkError, match="2 images would all be written to"):
        open_sink(tmp_path / "out", ImageSource([first, second]).info)
    with pytest.raises(SinkError, match="it is the input"):
        open_sink(tmp_path, ImageSource([first]).info)
    with pytest.raises(SinkError, match="it is the input"):
        open_sink(first, ImageSource([first]).info)
    with pytest.raises(SinkError, match="holds one image only"):
        open_sink(tmp_path / "one.png", open_source("synthetic").info)


def test_a_name_with_any_letters(tmp_path: Path) -> None:
    path = tmp_path / "Grüße 図.png"
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    write_image(path, image)
    assert (read_image(path) == image).all()


@given(height=st.integers(1, 40), width=st.integers(1, 40))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_stylizer_takes_any_size(tmp_path: Path, height: int, width: int) -> None:
    stylizer = SessionStylizer(open_session(onnx_models.invert(tmp_path / "model.onnx"), "cpu"))
    image = np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)
    stylized = stylizer(Frame(image, 3, open_source("synthetic").info.start, 1.5))
    assert (stylized.image == 255 - image).all()
    assert (stylized.index, stylized.captured_at) == (3, 1.5)
