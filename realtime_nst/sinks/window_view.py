"""What a window shows of a frame: mirrored, with black bars or cropped."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from realtime_nst.frame import Cell, Image
from realtime_nst.image_ops import mirror


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How a window shows frames."""

    fullscreen: bool = False
    """Whether the window fills the screen."""
    mirrored: bool = False
    """Whether every image is mirrored, as people expect to see themselves."""
    crop: bool = False
    """Whether frames of another shape than the window are cropped, instead of black bars."""


def mirrored(image: Image, cells: Sequence[Cell]) -> Image:
    """Mirror an image, or each part of a composed one, which stay where they are."""
    if not cells:
        return mirror(image)
    result = image.copy()
    for cell in cells:
        result[cell] = image[cell][:, ::-1]
    return result


def cell_at(cells: Sequence[Cell], x: int, y: int) -> int | None:
    """Return the number of the part of a composed image that has a pixel; None outside of all."""
    for number, (rows, columns) in enumerate(cells):
        if rows.start <= y < rows.stop and columns.start <= x < columns.stop:
            return number
    return None


def bars(image: Image, framed: Image) -> tuple[int, int]:
    """Return the width of the left and the height of the upper black bar of a framed image."""
    return (framed.shape[1] - image.shape[1]) // 2, (framed.shape[0] - image.shape[0]) // 2


def cropped(image: Image, width: int, height: int) -> Image:
    """Return the center of an image in the shape of a window of that size."""
    rows, columns = image.shape[:2]
    high, wide = (
        min(rows, round(columns * height / width)),
        min(columns, round(rows * width / height)),
    )
    top, left = (rows - high) // 2, (columns - wide) // 2
    return np.ascontiguousarray(image[top : top + max(high, 1), left : left + max(wide, 1)])


def padded(image: Image, width: int, height: int) -> Image:
    """Return an image with black bars that give it the shape of a window of that size."""
    rows, columns = image.shape[:2]
    down, across = (
        max(0, round(columns * height / width) - rows),
        max(0, round(rows * width / height) - columns),
    )
    if max(down, across) <= 1:  # the window's size is rounded, too
        return image
    edges = down // 2, down - down // 2, across // 2, across - across // 2
    framed = cv2.copyMakeBorder(image, *edges, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    return np.asarray(framed, np.uint8)
