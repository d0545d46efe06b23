"""Check input images, and pad those too small for a network."""

import numpy as np

from realtime_nst.errors import ImageError
from realtime_nst.frame import Image
from realtime_nst.image_ops import pad_to

SMALLEST = 32
"""Minimum height and width of a network's input in pixels."""
LAYOUT = "(height, width, 3) uint8 BGR"
"""Description of a valid image, for messages."""


def check_image(image: object) -> None:
    """Check that an image is a (height, width, 3) uint8 array.

    Raises:
        ImageError: the image has another type or shape.
    """
    if not isinstance(image, np.ndarray):
        hint = "convert it first: np.asarray(image)[..., ::-1] for an RGB image of Pillow"
        raise ImageError(f"cannot stylize a {type(image).__name__}: {LAYOUT} is needed", hint)
    found = f"{image.shape} {image.dtype}"
    if image.dtype != np.uint8:
        hint = "scale it to 0..255 and convert it: image.astype(np.uint8)"
    elif image.ndim == 3 and image.shape[2] == 4:
        hint = "drop alpha first: cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)"
    elif image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 1):
        hint = "give it three channels: cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)"
    elif image.ndim != 3 or image.shape[2] != 3 or not image.size:
        hint = "pass one image per call: image[0] of a batch"
    else:
        return
    raise ImageError(f"cannot stylize {found}: {LAYOUT} is needed", hint)


def padded(image: Image) -> Image:
    """Pad an image too small for a network on the right and bottom by replicating its edge."""
    height, width = image.shape[:2]
    return image if min(height, width) >= SMALLEST else pad_to(image, SMALLEST, SMALLEST)
