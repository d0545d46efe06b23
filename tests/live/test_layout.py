"""Parts of a composed frame: tiles, and the camera side by side."""

import numpy as np
import pytest

from realtime_nst.frame import Image
from realtime_nst.live.layout import cells, side_by_side


def ramp(width: int = 60, height: int = 40) -> Image:
    """Return an image with the column number as its values."""
    columns = np.arange(width, dtype=np.uint8)[None, :, None]
    return np.ascontiguousarray(np.broadcast_to(columns, (height, width, 3)))


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("styles", range(10))
def test_cells_cover_every_pixel_once(styles: int, beside: bool) -> None:
    covered = np.zeros((41, 61), int)
    for cell in cells(61, 41, styles, beside):
        covered[cell] += 1
    assert (covered == bool(styles or beside)).all()


def test_side_by_side_shows_the_middle_of_both() -> None:
    camera = ramp()
    both = side_by_side(camera, 255 - camera, 0)
    assert np.array_equal(both[:, :30], camera[:, 15:45])
    assert np.array_equal(both[:, 30:], 255 - camera[:, 15:45])


def test_side_by_side_shows_every_tile() -> None:
    tiled = ramp()
    for style, cell in enumerate(cells(60, 40, 4, side_by_side=False)):
        tiled[cell] = 100 + style
    both = side_by_side(ramp(), tiled, 4)
    camera, *places = cells(60, 40, 4, side_by_side=True)
    assert np.array_equal(both[camera], ramp()[:, 15:45])
    assert [np.unique(both[place]).tolist() for place in places] == [[100], [101], [102], [103]]
