"""A decoded frame as an upright BGR picture, and what a person should know about it."""

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
"""Without the latter two swscale is up to 3 of 255 off and a whole level too dark on average."""
DEEP = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
"""To 16 bit; with FULL_CHR_H_INT swscale mixes the channels up there."""
HD = 720
"""Lines from which a file that does not say is BT.709, as players take it; below it is BT.601."""
BT709 = ColorSpec(1, 1, 1)
RGB = 0
"""The matrix of files that hold no YUV."""
KNOWN = frozenset((RGB, UNSPECIFIED, 1, 4, 5, 6, 7, 9))
"""Matrices that swscale converts from; of BT.2020's two the usual one."""

Turn = tuple[int, int, int, int]
"""The signs of a display matrix (a, b, c, d): where the file's x and y go on the screen."""
TURNS: dict[Turn, Callable[[Any], NDArray[Any]]] = {
    (0, 1, -1, 0): lambda image: cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE),
    (-1, 0, 0, -1): lambda image: cv2.rotate(image, cv2.ROTATE_180),
    (0, -1, 1, 0): lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE),
    (-1, 0, 0, 1): lambda image: cv2.flip(image, 1),
    (1, 0, 0, -1): lambda image: cv2.flip(image, 0),
    (0, 1, 1, 0): cv2.transpose,
    (0, -1, -1, 0): lambda image: cv2.flip(cv2.transpose(image), -1),
}
"""How to do what a phone notes beside the pixels."""


WHITE = 255


class FrameConverter:
    """Turns decoded frames into pictures, all of them as large as the first one.

    Args:
        first: the first frame.
        pixel_aspect: width of its pixels by their height.
        on_note: receives what changes on the way, each kind of change once.
    """

    def __init__(
        self,
        first: VideoFrame,
        pixel_aspect: Fraction = Fraction(1),
        on_note: Callable[[str], None] = no_op,
    ) -> None:
        self._on_note, self._noted = on_note, set[str]()
        self._turn = turn_of(first)
        self.turned = self._turn[0] == 0
        """Whether width and height change places."""
        self._size, self._aspect = (first.width, first.height), pixel_aspect
        # One for all frames: it keeps swscale's tables, which take long to build.
        self._reformatter = VideoReformatter()
        self._transfer = first.color_trc
        self._tone_maps: dict[int, ToneMap] = {}
        self.colours = BT709 if first.color_trc in CURVES else colours_of(first)

    def __call__(self, decoded: VideoFrame, pixel_aspect: Fraction, seconds: float) -> Image:
        """Convert a frame.

        Args:
            decoded: the frame.
            pixel_aspect: width of its pixels by their height.
            seconds: its time, for notes.
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
            src_colorspace=_matrix(decoded),
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
        """Return the largest size in which a frame keeps its shape within that of the first."""
        width, height = self._size
        if (decoded.width, decoded.height, pixel_aspect) == (width, height, self._aspect):
            return self._size
        shape = decoded.width * pixel_aspect / (decoded.height * self._aspect)
        return min(width, round(height * shape)) or 1, min(height, round(width / shape)) or 1

    def _note_changes(self, decoded: VideoFrame, pixel_aspect: Fraction, seconds: float) -> None:
        (width, height), when = self._size, f"from {seconds:.1f} s on"
        if (decoded.width, decoded.height) != self._size:
            size = f"{decoded.width}x{decoded.height}"
            self._note("size", f"the input is {size} {when}; it is fitted into {width}x{height}")
        elif pixel_aspect != self._aspect:
            text = f"the input's pixels are {float(pixel_aspect):.4g} times as wide as high {when}"
            self._note("aspect", f"{text}; it is fitted into the shape it began with")
        names = [NAMES.get(transfer, "SDR") for transfer in (self._transfer, decoded.color_trc)]
        if names[0] != names[1]:
            text = f"the input changes from {names[0]} to {names[1]} {when}"
            self._note("transfer", f"{text}; the result is all BT.709")

    def _note(self, kind: str, text: str) -> None:
        if kind not in self._noted:
            self._noted.add(kind)
            self._on_note(text)


def has_alpha(frame: VideoFrame) -> bool:
    """Return whether a frame's format has a channel for transparency."""
    return any(component.is_alpha for component in frame.format.components)


def on_white(bgra: NDArray[Any]) -> Image:
    """Return what shows on white paper; what is transparent often hides any color."""
    if bgra.dtype == np.uint8 and bgra[..., 3].min() == WHITE:
        return np.ascontiguousarray(bgra[..., :3])
    light = bgra.astype(np.float32) / np.iinfo(bgra.dtype).max
    colors, alpha = light[..., :3], light[..., 3:]
    return np.rint(WHITE * (colors * alpha + 1 - alpha)).astype(np.uint8)


def _with_bars(image: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Return an image in the middle of a larger black one."""
    (width, height), (inner_height, inner_width) = size, image.shape[:2]
    if (inner_width, inner_height) == size:
        return image
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    right, bottom = width - inner_width - left, height - inner_height - top
    return cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(0, 0, 0))


def turn_of(frame: VideoFrame) -> Turn:
    """How the file wants the picture turned or mirrored; the nearest right angle."""
    # PyAV's own types do not know that side data is found by its Type.
    found = cast(Any, frame.side_data).get(Type.DISPLAYMATRIX)
    if found is None:
        return (1, 0, 0, 1)
    matrix = np.frombuffer(bytes(found), "<i4").astype(float)
    a, b, c, d = matrix[[0, 1, 3, 4]]
    largest = max(abs(a), abs(b)) or 1
    signs = [int(np.rint(value / largest)) for value in (a, b, c, d)]
    turn = (signs[0], signs[1], signs[2], signs[3])
    return turn if turn in TURNS else (1, 0, 0, 1)


def colours_of(frame: VideoFrame) -> ColorSpec:
    """What the file says about its colours; files that hold RGB say nothing about YUV."""
    said = int(frame.colorspace)
    matrix = said if said in KNOWN and said != RGB else UNSPECIFIED
    full = frame.color_range == 2 and frame.colorspace != RGB
    return ColorSpec(matrix, int(frame.color_primaries), int(frame.color_trc), full)


def notes_of(frame: VideoFrame) -> Iterator[str]:
    """What will not be as it was."""
    bits = max(component.bits for component in frame.format.components)
    if frame.color_trc in NAMES:
        name = NAMES[frame.color_trc]
        yield f"the input is HDR ({name}, {bits} bit); it is tone-mapped to 8 bit BT.709"
    elif bits > 8:
        yield f"the input has {bits} bit; it is painted in 8"
    if has_alpha(frame) and frame.to_ndarray(format="bgra")[..., 3].min() < WHITE:
        yield "the input is transparent; it is shown on white"
    if int(frame.colorspace) not in KNOWN:
        name = "BT.709" if frame.height >= HD else "BT.601"
        yield f"the input's colours (matrix {int(frame.colorspace)}) are taken for {name}"
    if frame.interlaced_frame:
        yield "the input is interlaced; both fields are painted as one picture"
    yield from _lost_with_the_pixels(frame)


def _lost_with_the_pixels(frame: VideoFrame) -> Iterator[str]:
    """Yield what is attached to frames, or to the description of their stream."""
    # PyAV's own types do not know that side data is found by its Type.
    side_data = cast(Any, frame.side_data)
    if side_data.get(Type.A53_CC) is not None:
        yield "the closed captions inside the frames (CEA-608 or 708) are left out"
    if side_data.get(Type.SPHERICAL) is not None:
        yield "the input is a 360 degree video; players will show the result flat"
    stereo = side_data.get(Type.STEREO3D)
    if stereo is not None and any(bytes(stereo)[:4]):  # 0: not stereoscopic
        yield "the input is stereoscopic; players will show the result flat"


def _matrix(decoded: VideoFrame) -> int | None:
    """What to take a frame's colours for; None: swscale knows from the frame itself."""
    if decoded.colorspace not in KNOWN:
        decoded.colorspace = UNSPECIFIED  # or swscale refuses the frame
    guess = decoded.colorspace == UNSPECIFIED and decoded.height >= HD
    return Colorspace.ITU709 if guess else None
