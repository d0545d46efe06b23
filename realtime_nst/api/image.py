"""The function ``stylize_image``: one image, in a file or in memory."""

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, overload

from realtime_nst.api.stylizer import Stylizer
from realtime_nst.convert.photos import read_still, stylize_photo
from realtime_nst.convert.styles import shape_settings
from realtime_nst.convert.transforms import OutputShape
from realtime_nst.frame import Image
from realtime_nst.image_io.photo import Photo
from realtime_nst.image_io.write import check_picture, write_photo
from realtime_nst.stylize.controls import StrokeSize, StyleControls
from realtime_nst.stylize.image_types import AnyArray, check_order, like, to_bgr
from realtime_nst.stylize.masked import check_area

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

PathInput = str | PathLike[str]
"""The path of a file."""


@overload
def stylize_image(
    image: PathInput | AnyArray,
    result: PathInput | None = None,
    *,
    style: str | Stylizer,
    size: tuple[int, int] | None = None,
    strength: float = 1.0,
    keep_colors: bool = False,
    palette: float = 1.0,
    stroke_size: StrokeSize = 1.0,
    mask: str | None = None,
    color: str = "bgr",
) -> Image: ...
@overload
def stylize_image(
    image: "PillowImage",
    result: PathInput | None = None,
    *,
    style: str | Stylizer,
    size: tuple[int, int] | None = None,
    strength: float = 1.0,
    keep_colors: bool = False,
    palette: float = 1.0,
    stroke_size: StrokeSize = 1.0,
    mask: str | None = None,
    color: str = "bgr",
) -> "PillowImage": ...
def stylize_image(
    image: "PathInput | AnyArray | PillowImage",
    result: PathInput | None = None,
    *,
    style: str | Stylizer,
    size: tuple[int, int] | None = None,
    strength: float = 1.0,
    keep_colors: bool = False,
    palette: float = 1.0,
    stroke_size: StrokeSize = 1.0,
    mask: str | None = None,
    color: str = "bgr",
) -> "Image | PillowImage":
    """Stylize one image.

    From a file to a file, transparency, EXIF, XMP, resolution and color profile are kept.

    Args:
        image: the path of an image file, a (H, W, 3) uint8 array, or a Pillow image of mode RGB.
        result: the path of the image file to write: ``.png``, ``.jpg``, ``.webp`` or ``.avif``;
            None writes none.
        style: a style name as for ``Stylizer``, or an opened stylizer: for several images, or to
            choose tier, device or precision.
        size: width and height of the result; 0 for one of them keeps the aspect ratio.
        strength: see ``Stylizer.__call__``; so are the next three.
        keep_colors: whether only the luminance is stylized.
        palette: share of the style's colors.
        stroke_size: size of the strokes.
        mask: area to stylize, ``"person"`` or ``"background"``; None stylizes all of the image.
        color: channel order of arrays, ``"bgr"`` or ``"rgb"``.

    Returns:
        The stylized image: a Pillow image for one of Pillow, else a (H, W, 3) uint8 array.

    Raises:
        SourceError: the file cannot be read.
        SinkError: the result cannot be written.
        ImageError: the image has another type, shape or mode, or there is no such area.
        ModelError: the style does not exist.

    Example:
        >>> stylize_image("photo.jpg", "stylized.png", style="the-scream")
    """
    controls = StyleControls(strength, keep_colors, palette, stroke_size)
    check_area(mask)
    check_order(color)
    path = Path(fspath(image)) if isinstance(image, str | PathLike) else None
    photo = read_still(path) if path else Photo(to_bgr(image, color))
    target = None if result is None else Path(fspath(result))
    if target:
        check_picture(target, [path] if path else [])
    stylizer = Stylizer(style) if isinstance(style, str) else style
    shape = OutputShape(size, mask=mask, controls=controls)
    done = stylize_photo(photo, stylizer.stylize_frame, shape)
    if target:
        write_photo(target, done.with_settings({**stylizer.settings, **shape_settings(shape)}))
    return like(image, done.image, color)
