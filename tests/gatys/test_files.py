"""Settings stored in PNG files, and the plot of the losses."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime_nst.errors import SinkError, SourceError
from realtime_nst.gatys.loss_plot import COLORS, draw_curves
from realtime_nst.gatys.png_metadata import read_text, write_with_text
from realtime_nst.image_io.read import read_image
from tests.helpers.recipes import photo


def test_write_with_text_round_trip(tmp_path: Path) -> None:
    path, image = tmp_path / "a.png", photo(1)
    write_with_text(path, image, {"realtime-nst": '{"künstler": "Гончарова"}', "b": "c"})
    assert read_text(path) == {"realtime-nst": '{"künstler": "Гончарова"}', "b": "c"}
    assert np.array_equal(read_image(path), image)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_write_with_text_follows_the_png_specification(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_with_text(path, photo(1), {"key": "value"})
    data, at, kinds = path.read_bytes(), len(b"\x89PNG\r\n\x1a\n"), []
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 4 : at + 8 + length]
        assert zlib.crc32(body) == struct.unpack_from(">I", data, at + 8 + length)[0]
        kinds.append(kind)
        at += 12 + length
    assert kinds[:2] == [b"IHDR", b"iTXt"]
    assert kinds[-1] == b"IEND"


def test_write_with_text_writes_other_formats_without_text(tmp_path: Path) -> None:
    write_with_text(tmp_path / "a.jpg", photo(1), {"key": "value"})
    assert read_image(tmp_path / "a.jpg").shape == photo(1).shape
    with pytest.raises(SourceError, match="not a PNG"):
        read_text(tmp_path / "a.jpg")
    with pytest.raises(SinkError, match="unknown file extension"):
        write_with_text(tmp_path / "a.xyz", photo(1), {})
    with pytest.raises(SinkError, match="cannot create"):
        write_with_text(tmp_path / "a.jpg" / "a.png", photo(1), {})
    with pytest.raises(SourceError, match="cannot read"):
        read_text(tmp_path / "missing.png")


def record(iteration: int, style: float) -> dict[str, float]:
    return {"iteration": iteration, "content": 1.0, "style": style, "tv": 0.0, "total": style + 1}


def test_draw_curves_draws_losses_above_zero() -> None:
    drawn = draw_curves([record(n, 1e4 / n**2) for n in range(1, 50)])
    for name, color in COLORS.items():
        ink = (drawn == np.array(color, np.uint8)).all(axis=2).sum()
        assert (ink > 50) == (name != "tv"), name


@pytest.mark.parametrize("records", [[record(1, 3.0)], [record(1, 0.0), record(2, 0.0)]])
def test_draw_curves_accepts_one_record_and_zeros(records: list[dict[str, float]]) -> None:
    assert draw_curves(records).shape == (480, 720, 3)


def test_draw_curves_draws_small_values_below_large_ones() -> None:
    drawn = draw_curves([record(n, 10.0 ** (4 - n)) for n in range(1, 5)])
    style = (drawn == np.array(COLORS["style"], np.uint8)).all(axis=2)
    rows = np.nonzero(style[:, 100])[0], np.nonzero(style[:, 600])[0]
    assert rows[0].mean() < rows[1].mean()
    assert cv2.imencode(".png", drawn)[0]
