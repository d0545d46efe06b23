"""Convert decoded frames to upright BGR images, and describe what changes."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, cast

import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from realtime_nst.frame import UNSPECIFIED, ColorSpec, Image
from realtime_nst.sources.video.hdr import CURVES, NAMES, ToneMap
from realtime_nst.stages import no_op

EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
"""swscale flags for 8 bit: without the latter two it is up to 3 of 255 off, and a level too dark on
average."""
DEEP = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
"""swscale flags for 16 bit, where FULL_CHR_H_INT would mix the channels."""
HD = 720
"""Rows from which a file without color tags is BT.709, as in players; below it is BT.601."""
BT709 = ColorSpec(1, 1, 1)
RGB = 0
"""H.273's matrix number of RGB files."""
KNOWN = frozenset((RGB, UNSPECIFIED, 1, 4, 5, 6, 7, 9))
"""Matrix numbers that swscale supports; of BT.2020's two the usual one."""

Turn = tuple[int, int, int, int]
"""Signs of a display matrix (a, b, c, d), which maps the file's x and y to the screen's."""
TURNS: dict[Turn, Callable[[Any], NDArray[Any]]] = {
    (0, 1, -1, 0): lambda image: cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE),
    (-1, 0, 0, -1): lambda image: cv2.rotate(image, cv2.ROTATE_180),
    (0, -1, 1, 0): lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE),
    (-1, 0, 0, 1): lambda image: cv2.flip(image, 1),
    (1, 0, 0, -1): lambda image: cv2.flip(image, 0),
    (0, 1, 1, 0): cv2.transpose,
    (0, -1, -1, 0): lambda image: cv2.flip(cv2.transpose(image), -1),
}
"""Function that applies each rotation or mirroring, by display matrix."""


WHITE = 255


class FrameConverter:
    """Converts decoded frames to BGR images, all in the size of the first one.

    Args:
        first: the first frame.
        pixel_aspect: its pixel aspect ratio (width / height).
        on_note: called with each kind of change in the stream once.
    """

    def __init__(
        self,
        first: VideoFrame,
        pixel_aspect: Fraction = Fraction(1),
        on_note: Callable[[str], None] = no_op,
    ) -> None:
        self._on_note, self._noted = on_note, set[str]()
        self._turn = _turn_of(first)
        self.is_transposed = self._turn[0] == 0
        """Whether width and height are swapped."""
        self._size, self._aspect = (first.width, first.height), pixel_aspect
        # One for all frames: it caches swscale's tables, which take long to build.
        self._reformatter = VideoReformatter()
        self._transfer = first.color_trc
        self._tone_maps: dict[int, ToneMap] = {}
        self.colors = BT709 if first.color_trc in CURVES else _colors_of(first)

    def __call__(self, decoded: VideoFrame, pixel_aspect: Fraction, seconds: float) -> Image:
        """Convert a frame.

        Args:
            decoded: the frame.
            pixel_aspect: its pixel aspect ratio (width / height).
            seconds: its time, for notes.

        Returns:
            (height, width, 3) uint8 BGR.
        """
        self._note_changes(decoded, pixel_aspect, seconds)
        size = self._fitting(decoded, pixel_aspect)
        bgr = _with_bars(self._converted(decoded, size), self._size)
        turn = TURNS.get(self._turn)
        return np.ascontiguousarray(turn(bgr) if turn else bgr, np.uint8)

    def _converted(self, decoded: VideoFrame, size: tuple[int, int]) -> NDArray[Any]:
        tone_map, alpha = self._tone_map(decoded.color_trc), has_alpha(decoded)
        pixels = self._reformatter.reformat(
            decoded,
            *size,
            format="rgb48le" if tone_map else "bgra" if alpha else "bgr24",
            src_colorspace=matrix_of(decoded),
            interpolation=DEEP if tone_map else EXACT,
        ).to_ndarray()
        if tone_map:
            return tone_map(pixels.astype(np.uint16, copy=False))
        return on_white(pixels) if alpha else pixels

    def _tone_map(self, transfer: int) -> ToneMap | None:
        if transfer in CURVES and transfer not in self._tone_maps:
            self._tone_maps[transfer] = ToneMap(transfer)
        return self._tone_maps.get(transfer)

    def _fitting(self, decoded: VideoFrame, pixel_aspect: Fraction) -> tuple[int, int]:
        """Return the largest size within the first frame's at which a frame keeps its shape."""
        width, height = self._size
        if (decoded.width, decoded.height, pixel_aspect) == (width, height, self._aspect):
            return self._size
        shape = decoded.width * pixel_aspect / (decoded.height * self._aspect)
        return min(width, round(height * shape)) or 1, min(height, round(width / shape)) or 1

    def _note_changes(self, decoded: VideoFrame, pixel_aspect: Fraction, seconds: float) -> None:
        (width, height), when = self._size, f"from {seconds:.1f} s on"
        if (decoded.width, decoded.height) != self._size:
            size = f"{decoded.width}x{decoded.height}"
            self._note("size", f"the input is {size} {when}; it is scaled to fit {width}x{height}")
        elif pixel_aspect != self._aspect:
            text = f"the input's pixel aspect ratio is {float(pixel_aspect):.4g} {when}"
            self._note("aspect", f"{text}; it is scaled to fit the original shape")
        names = [NAMES.get(transfer, "SDR") for transfer in (self._transfer, decoded.color_trc)]
        if names[0] != names[1]:
            text = f"the input changes from {names[0]} to {names[1]} {when}"
            self._note("transfer", f"{text}; the output is BT.709 throughout")

    def _note(self, kind: str, text: str) -> None:
        if kind not in self._noted:
            self._noted.add(kind)
            self._on_note(text)


def has_alpha(frame: VideoFrame) -> bool:
    """Return whether a frame's format has an alpha channel."""
    return any(component.is_alpha for component in frame.format.components)


def on_white(bgra: NDArray[Any]) -> Image:
    """Return an image blended with white, since transparent pixels often contain arbitrary colors.

    Args:
        bgra: (height, width, 4), uint8 or uint16.
    """
    if bgra.dtype == np.uint8 and bgra[..., 3].min() == WHITE:
        return np.ascontiguousarray(bgra[..., :3])
    light = bgra.astype(np.float32) / np.iinfo(bgra.dtype).max
    colors, alpha = light[..., :3], light[..., 3:]
    return np.rint(WHITE * (colors * alpha + 1 - alpha)).astype(np.uint8)


def _with_bars(image: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Return an image centered in a larger black one."""
    (width, height), (inner_height, inner_width) = size, image.shape[:2]
    if (inner_width, inner_height) == size:
        return image
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    right, bottom = width - inner_width - left, height - inner_height - top
    return cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(0, 0, 0))


def _turn_of(frame: VideoFrame) -> Turn:
    """Return a frame's rotation or mirroring, rounded to the nearest right angle."""
    # PyAV's type hints lack the lookup of side data by its Type.
    found = cast(Any, frame.side_data).get(Type.DISPLAYMATRIX)
    if found is None:
        return (1, 0, 0, 1)
    matrix = np.frombuffer(bytes(found), "<i4").astype(float)
    a, b, c, d = matrix[[0, 1, 3, 4]]
    largest = max(abs(a), abs(b)) or 1
    signs = [int(np.rint(value / largest)) for value in (a, b, c, d)]
    turn = (signs[0], signs[1], signs[2], signs[3])
    return turn if turn in TURNS else (1, 0, 0, 1)


def _colors_of(frame: VideoFrame) -> ColorSpec:
    """Return the color tags of a file; those of RGB files do not apply to YUV."""
    tagged = int(frame.colorspace)
    matrix = tagged if tagged in KNOWN and tagged != RGB else UNSPECIFIED
    full = frame.color_range == 2 and frame.colorspace != RGB
    return ColorSpec(matrix, int(frame.color_primaries), int(frame.color_trc), full)


def notes_of(frame: VideoFrame) -> Iterator[str]:
    """Yield notes on properties of the input that are not kept."""
    bits = max(component.bits for component in frame.format.components)
    if frame.color_trc in NAMES:
        name = NAMES[frame.color_trc]
        yield f"the input is HDR ({name}, {bits} bit); it is tone-mapped to 8 bit BT.709"
    elif bits > 8:
        yield f"the input has {bits} bit; it is processed in 8 bit"
    if has_alpha(frame) and frame.to_ndarray(format="bgra")[..., 3].min() < WHITE:
        yield "the input is transparent; it is blended with white"
    if int(frame.colorspace) not in KNOWN:
        name = "BT.709" if frame.height >= HD else "BT.601"
        yield f"the input's color matrix {int(frame.colorspace)} is unsupported; {name} is assumed"
    if frame.interlaced_frame:
        yield "the input is interlaced; both fields are stylized as one frame"
    yield from _lost_with_the_pixels(frame)


def _lost_with_the_pixels(frame: VideoFrame) -> Iterator[str]:
    """Yield notes on side data of frames or of their stream."""
    # PyAV's type hints lack the lookup of side data by its Type.
    side_data = cast(Any, frame.side_data)
    if side_data.get(Type.A53_CC) is not None:
        yield "the closed captions inside the frames (CEA-608 or 708) are dropped"
    if side_data.get(Type.SPHERICAL) is not None:
        yield "the input is a 360 degree video; players will show the result flat"
    stereo = side_data.get(Type.STEREO3D)
    if stereo is not None and any(bytes(stereo)[:4]):  # 0: not stereoscopic
        yield "the input is stereoscopic; players will show the result flat"


def matrix_of(decoded: VideoFrame) -> int | None:
    """Return the matrix to convert a frame with; None lets swscale use the frame's own."""
    if decoded.colorspace not in KNOWN:
        decoded.colorspace = UNSPECIFIED  # otherwise swscale rejects the frame
    guess = decoded.colorspace == UNSPECIFIED and decoded.height >= HD
    return Colorspace.ITU709 if guess else None
