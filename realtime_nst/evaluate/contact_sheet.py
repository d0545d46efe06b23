"""Contact sheet: labeled images on one sheet."""

from collections.abc import Sequence
from math import ceil, log

from realtime_nst.evaluate.scenes import fitted
from realtime_nst.frame import Image
from realtime_nst.plotting import INK, blank, write

GAP, LABEL = 8, 26
"""Pixels between tiles, and for the label below a tile."""


def contact_sheet(tiles: Sequence[tuple[str, Image]], columns: int | None = None) -> Image:
    """Return a sheet of labeled images, row by row, on white.

    Args:
        tiles: labels and images of one size.
        columns: number of columns; None chooses it.
    """
    across = columns or best_columns(len(tiles), tiles[0][1].shape[:2])
    down = ceil(len(tiles) / across)
    height, width = tiles[0][1].shape[:2]
    paper = blank(GAP + down * (height + LABEL + GAP), GAP + across * (width + GAP))
    for place, (name, tile) in enumerate(tiles):
        row, column = divmod(place, across)
        top, left = GAP + row * (height + LABEL + GAP), GAP + column * (width + GAP)
        paper[top : top + height, left : left + width] = tile
        write(paper, name, (left, top + height + 18), INK, 0.5, width=width)
    return paper


def tile_of(photo: Image, width: int) -> Image:
    """Reduce a photo to the width of a tile; smaller photos are returned as they are."""
    height = round(photo.shape[0] * width / photo.shape[1])
    return fitted(photo, width * height)


def best_columns(count: int, size: tuple[int, int]) -> int:
    """Return the number of columns for a sheet about twice as wide as high, with full rows.

    Args:
        count: number of tiles.
        size: height and width of a tile.
    """
    height, width = size

    def cost(columns: int) -> float:
        rows = ceil(count / columns)
        shape = columns * (width + GAP) / (rows * (height + LABEL + GAP))
        return abs(log(shape / 1.8)) + 0.75 * (rows * columns - count) / count

    return min(range(1, count + 1), key=cost)
