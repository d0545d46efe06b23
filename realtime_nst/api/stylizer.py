"""The class ``Stylizer``: a trained network as a function of images."""

from fractions import Fraction
from typing import TYPE_CHECKING, overload

from realtime_nst.convert.styles import describe_style
from realtime_nst.frame import Frame, Image
from realtime_nst.inference.engines import RuntimeInfo
from realtime_nst.inference.options import AUTO, InferenceOptions
from realtime_nst.people.person_mask import PersonMask
from realtime_nst.stylize.controls import (
    StrokeSize,
    StyleControls,
    with_controls,
    with_stroke_size,
)
from realtime_nst.stylize.image_types import AnyArray, check_order, like, to_bgr
from realtime_nst.stylize.loading import open_style
from realtime_nst.stylize.masked import check_area, composite

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage


class Stylizer:
    """Stylizes images with a trained network.

    Opening one loads the model and measures the devices, which takes up to a few seconds; keep it
    and call it for every image. Call it on one thread at a time.

    Args:
        style: a style name, a blend ``"a:0.6,b:0.4"``, or the path of a ``.onnx`` model.
        tier: ``"fast"`` or ``"quality"``; None prefers ``"fast"``.
        device: ``"auto"``, ``"cpu"``, ``"openvino"``, ``"cuda"``, ...
        precision: ``"auto"``, ``"fp32"``, ``"fp16"``, ``"bf16"`` or ``"int8"``.
        threads: number of CPU threads; None uses all physical cores.
        size: expected width and height of the images. Other sizes work, but the first image of
            each size takes longer.
        color: channel order of arrays, ``"bgr"`` (OpenCV) or ``"rgb"`` (imageio, Matplotlib).

    Raises:
        ModelError: the style does not exist.
        DeviceError: the device does not run.

    Example:
        >>> stylizer = Stylizer("starry-night")
        >>> stylized = stylizer(cv2.imread("photo.jpg"))
    """

    def __init__(
        self,
        style: str,
        *,
        tier: str | None = None,
        device: str = AUTO,
        precision: str = AUTO,
        threads: int | None = None,
        size: tuple[int, int] | None = None,
        color: str = "bgr",
    ) -> None:
        check_order(color)
        options = InferenceOptions(tier, device, precision, threads)
        expected = (size[1], size[0]) if size else None
        self._style = open_style(style, options, size=expected)
        self._color = color
        self._people = PersonMask(steady=False)

    @overload
    def __call__(
        self,
        image: AnyArray,
        *,
        strength: float = 1.0,
        keep_colors: bool = False,
        palette: float = 1.0,
        stroke_size: StrokeSize = 1.0,
        mask: str | None = None,
    ) -> Image: ...
    @overload
    def __call__(
        self,
        image: "PillowImage",
        *,
        strength: float = 1.0,
        keep_colors: bool = False,
        palette: float = 1.0,
        stroke_size: StrokeSize = 1.0,
        mask: str | None = None,
    ) -> "PillowImage": ...
    def __call__(
        self,
        image: "AnyArray | PillowImage",
        *,
        strength: float = 1.0,
        keep_colors: bool = False,
        palette: float = 1.0,
        stroke_size: StrokeSize = 1.0,
        mask: str | None = None,
    ) -> "Image | PillowImage":
        """Return the stylized image, of the size and type of the given one.

        Args:
            image: a (H, W, 3) uint8 array in the channel order of the stylizer, or a Pillow image
                of mode RGB.
            strength: share of the stylized image in the result, from 0 to 1; the rest is the
                given image.
            keep_colors: whether only the luminance is stylized.
            palette: share of the style's colors, from 0 to 1; at 0 the strokes stand over the
                colors of the image.
            stroke_size: size of the strokes, from 1 to 4; ``"auto"`` follows the size of the image.
            mask: area to stylize, ``"person"`` or ``"background"``; None stylizes all of the image.

        Raises:
            ImageError: the image has another type, shape or mode, a value is out of range, or
                there is no such area.
        """
        controls = StyleControls(strength, keep_colors, palette, stroke_size)
        check_area(mask)
        before = to_bgr(image, self._color)
        stylize = with_stroke_size(self.stylize_frame, stroke_size)
        frame = Frame(before, 0, Fraction(0), 0.0)
        after = with_controls(stylize, controls)(frame).image
        if mask:
            after = composite(before, after, self._people(before), mask)
        return like(image, after, self._color)

    def stylize_frame(self, frame: Frame) -> Frame:
        """Return the stylized frame; pass this method to ``run``.

        Args:
            frame: its image is BGR, whatever the channel order of the stylizer is.

        Raises:
            ImageError: its image is no (H, W, 3) uint8 array.
        """
        return frame.with_image(self._style.session.run(frame.image))

    @property
    def settings(self) -> dict[str, str]:
        """Return the program's version, the style and its model, as stored in written files."""
        return describe_style(self._style)

    @property
    def runtime(self) -> RuntimeInfo:
        """Return the device, the precision and the placement that the model runs with."""
        return self._style.session.runtime_info
