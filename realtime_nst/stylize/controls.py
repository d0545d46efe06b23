"""Controls of a style: strength, colors, palette and stroke size, the same in every command."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Literal

from realtime_nst.errors import ImageError
from realtime_nst.frame import Frame, Image
from realtime_nst.image_ops import blend, keep_colors, resize
from realtime_nst.stylize.guided_filter import enlarge_strokes, exchange_palette

AUTO: Literal["auto"] = "auto"
AUTO_SIDE = 480
"""Shorter side, in pixels, of the frames that automatic strokes look as on."""
MAX_STROKE_SIZE = 4.0
"""Largest strokes, relative to those of the network."""

StrokeSize = float | Literal["auto"]
"""Size of the strokes, relative to the network's; ``"auto"`` follows the size of the frame."""


@dataclass(frozen=True, slots=True)
class StyleControls:
    """How a style is applied. The defaults leave what the network painted as it is.

    Raises:
        ImageError: a value is out of its range.
    """

    strength: float = 1.0
    """Share of the stylized frame in the result, from 0 to 1; the rest is the frame."""
    keep_colors: bool = False
    """Whether only the luminance is stylized."""
    palette: float = 1.0
    """Share of the style's colors under the strokes, from 0 to 1; the rest are the frame's."""
    stroke_size: StrokeSize = 1.0
    """Size of the strokes, from 1 to ``MAX_STROKE_SIZE``, or ``"auto"``."""

    def __post_init__(self) -> None:
        """Check every value."""
        _check("strength", self.strength, 0, 1)
        _check("palette", self.palette, 0, 1)
        if self.stroke_size != AUTO:
            _check("stroke size", self.stroke_size, 1, MAX_STROKE_SIZE)

    @property
    def changed(self) -> dict[str, str]:
        """Return the values that are not the defaults, to be stored in results."""
        values, names = asdict(self), {field.name: field.default for field in fields(self)}
        return {
            name.replace("_", "-"): _text(values[name])
            for name, default in names.items()
            if values[name] != default
        }


def _check(name: str, value: object, low: float, high: float) -> None:
    if not isinstance(value, int | float) or not low <= value <= high:
        shown = f"{value:g}" if isinstance(value, int | float) else repr(value)
        auto = ", or auto" if high == MAX_STROKE_SIZE else ""
        hint = f"give a {name} from {low:g} to {high:g}{auto}"
        raise ImageError(f"cannot use the {name} {shown}: it is out of range", hint)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def stroke_scale(size: StrokeSize, width: int, height: int) -> float:
    """Return how much larger than the network's own the strokes on a frame are."""
    if size == AUTO:
        return min(max(1.0, min(width, height) / AUTO_SIDE), MAX_STROKE_SIZE)
    return size


def reduced_size(width: int, height: int, scale: float) -> tuple[int, int]:
    """Return the width and height that a network works at, for strokes of a scale."""
    return max(1, round(width / scale)), max(1, round(height / scale))


def apply_controls(
    before: Image, after: Image, controls: StyleControls, scale: float = 1.0
) -> Image:
    """Return a stylized frame with the palette, colors and strength of the controls.

    To be called after the stabilizer, which needs to see what the network painted.

    Args:
        before: the frame, (height, width, 3) uint8 BGR.
        after: the stylized frame, of the same size.
        controls: what to apply; the stroke size has been.
        scale: size of the strokes in ``after``, relative to those of a network.
    """
    if controls.strength == 0:
        return before
    after = exchange_palette(before, after, controls.palette, scale)
    if controls.keep_colors:
        after = keep_colors(before, after)
    return blend(before, after, controls.strength)


FrameFunction = Callable[[Frame], Frame]


def with_stroke_size(stylize: FrameFunction, size: StrokeSize) -> FrameFunction:
    """Return a stylizer with larger strokes: it works on reduced frames."""
    if size == 1:
        return stylize

    def enlarged(frame: Frame) -> Frame:
        height, width = frame.image.shape[:2]
        scale = stroke_scale(size, width, height)
        small = resize(frame.image, *reduced_size(width, height, scale))
        after = stylize(frame.with_image(small)).image
        return frame.with_image(enlarge_strokes(frame.image, small, after))

    return enlarged


def with_controls(
    stylize: FrameFunction, controls: StyleControls, render_scale: float = 1.0
) -> FrameFunction:
    """Return a stylizer with palette, colors and strength of the controls.

    Args:
        stylize: stylizes frames, with the stroke size already.
        controls: what to apply.
        render_scale: size that ``stylize`` works at, relative to the frame's.
    """
    if controls == StyleControls(stroke_size=controls.stroke_size):
        return stylize

    def controlled(frame: Frame) -> Frame:
        height, width = frame.image.shape[:2]
        inner = round(width * render_scale), round(height * render_scale)
        scale = stroke_scale(controls.stroke_size, *inner) / render_scale
        after = stylize(frame).image
        return frame.with_image(apply_controls(frame.image, after, controls, scale))

    return controlled
