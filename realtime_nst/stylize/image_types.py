"""Convert between images as Python programs hold them and the BGR arrays of this package."""

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

import cv2
import numpy as np
from numpy.typing import NDArray

from realtime_nst.errors import ImageError
from realtime_nst.frame import Image
from realtime_nst.inference.inputs import check_image

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

AnyArray = NDArray[Any]
"""An array of the caller, checked at run time: OpenCV declares its images without a dtype."""
ORDERS = ("bgr", "rgb")
"""Channel orders of arrays: OpenCV's, and that of Pillow, imageio and Matplotlib."""


def check_order(color: str) -> None:
    """Check the name of a channel order.

    Raises:
        ImageError: it is neither ``bgr`` nor ``rgb``.
    """
    if color not in ORDERS:
        raise ImageError(f"cannot use the channel order {color!r}", f"one of: {', '.join(ORDERS)}")


def is_pillow(image: object) -> "TypeGuard[PillowImage]":
    """Return whether an object is an image of Pillow, without importing Pillow."""
    pillow: Any = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(image, pillow.Image)


def to_bgr(image: object, color: str = "bgr") -> Image:
    """Return an array or a Pillow image as a C-contiguous (H, W, 3) uint8 BGR array.

    Args:
        image: a (H, W, 3) uint8 array, or a Pillow image of mode RGB.
        color: channel order of an array.

    Raises:
        ImageError: the image has another type, shape or mode.
    """
    if is_pillow(image):
        if image.mode != "RGB":
            message = f"cannot stylize a Pillow image of mode {image.mode}: RGB is needed"
            raise ImageError(message, 'convert it first: image.convert("RGB")')
        return swap_channels(np.asarray(image))
    check_image(image)
    array = np.ascontiguousarray(image, np.uint8)
    return swap_channels(array) if color == "rgb" else array


def like(image: object, stylized: Image, color: str = "bgr") -> "Image | PillowImage":
    """Return a BGR array as the type of another image: Pillow's, or an array.

    Args:
        image: the image whose type is wanted.
        stylized: (H, W, 3) uint8 BGR.
        color: channel order of an array that is returned.
    """
    if is_pillow(image):
        from PIL.Image import fromarray

        return fromarray(swap_channels(stylized))
    return swap_channels(stylized) if color == "rgb" else stylized


def swap_channels(image: Image) -> Image:
    """Return an image with its first and last channel swapped: BGR from RGB and vice versa."""
    return np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
