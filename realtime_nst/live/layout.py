"""Where each image of a composed frame is: tiles of styles, and the camera side by side."""

from collections.abc import Sequence

import numpy as np

from realtime_nst.frame import Cell, Image
from realtime_nst.image_ops import crop_to_fill, tiles


def cells(width: int, height: int, styles: int, side_by_side: bool) -> Sequence[Cell]:
    """Return the parts of a composed frame.

    Args:
        width: width of the frame in pixels.
        height: its height.
        styles: number of styles in tiles; 0 shows one image.
        side_by_side: whether the camera is shown to the left.

    Returns:
        The parts; side by side the camera's comes first. Empty if the frame is one image.
    """
    if not side_by_side:
        return tiles(width, height, styles) if styles else ()
    half = width // 2
    right = tiles(width - half, height, max(1, styles))
    moved = [(rows, slice(at.start + half, at.stop + half)) for rows, at in right]
    return ((slice(0, height), slice(0, half)), *moved)


def side_by_side(camera: Image, stylized: Image, styles: int) -> Image:
    """Return the middle of the camera's image next to the middle of each stylized one.

    Args:
        camera: (height, width, 3) uint8 BGR.
        stylized: the stylized image of that size, or tiles of it.
        styles: number of styles in tiles; 0: one image.

    Returns:
        An image of the same size.
    """
    height, width = stylized.shape[:2]
    places = cells(width, height, styles, side_by_side=True)
    images = [camera, *(stylized[tile] for tile in tiles(width, height, max(1, styles)))]
    result = np.empty_like(stylized)
    for place, image in zip(places, images, strict=True):
        rows, columns, _ = result[place].shape
        result[place] = crop_to_fill(image, columns, rows)
    return result
