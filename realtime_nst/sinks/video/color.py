"""Convert BGR images to an encoder's pixel format, with the right color tags."""

from collections.abc import Callable
from fractions import Fraction

from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from realtime_nst.frame import UNSPECIFIED, ColorSpec, Image

RGB = 0
"""H.273's matrix number of RGB files."""
HD = 720
"""Rows from which players assume BT.709 for a file without color tags; below it is BT.601."""
BT709, BT601 = ColorSpec(1, 1, 1), ColorSpec(6, 6, 6)
SWSCALE = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9}
"""swscale's numbers of the H.273 matrices that it supports."""
EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
"""swscale flags; without the latter one it is a level off."""


def fill_unspecified(colors: ColorSpec, height: int) -> ColorSpec:
    """Return the input's color tags, with missing ones assumed by the number of rows."""
    usual = BT709 if height >= HD else BT601

    def known(value: int, otherwise: int) -> int:
        return otherwise if value in (0, UNSPECIFIED) else value

    return ColorSpec(
        colors.matrix if colors.matrix in SWSCALE else usual.matrix,
        known(colors.primaries, usual.primaries),
        known(colors.transfer, usual.transfer),
        colors.full,
    )


FrameFactory = Callable[[Image], VideoFrame]
"""Converts an image to a frame for one encoder; the caller sets its timestamp."""


def frame_factory(context: VideoCodecContext, colors: ColorSpec) -> FrameFactory:
    """Return a converter to an encoder's pixel format, and set the encoder's color tags."""
    if context.pix_fmt == "pal8":
        return Palette(context)
    rgb = VideoFormat(context.pix_fmt or "yuv420p").is_rgb
    return Rgb(context) if rgb else Yuv(context, colors)


class Rgb:
    """Converts images to RGB formats, which only reorders bytes."""

    def __init__(self, context: VideoCodecContext) -> None:
        self._format = context.pix_fmt
        context.color_range, context.colorspace = ColorRange.JPEG, RGB
        self._reformatter = VideoReformatter()

    def __call__(self, image: Image) -> VideoFrame:
        """Convert an image, (height, width, 3) uint8 BGR, to a frame."""
        frame = VideoFrame.from_ndarray(image, "bgr24")
        return self._reformatter.reformat(frame, format=self._format)


class Palette:
    """Converts images to 256 colors, chosen for each of them."""

    def __init__(self, context: VideoCodecContext) -> None:
        self._graph = Graph()
        source = self._graph.add_buffer(
            width=context.width,
            height=context.height,
            format=VideoFormat("bgr24"),
            time_base=Fraction(1, 100),
        )
        split = self._graph.add("split")
        # One palette for the whole video would need the whole video in memory.
        palette = self._graph.add("palettegen", "stats_mode=single")
        # Error diffusion flickers from frame to frame; a fixed pattern is stable and compresses.
        use = self._graph.add("paletteuse", "new=1:dither=bayer:bayer_scale=4")
        source.link_to(split)
        split.link_to(use)
        split.link_to(palette, 1)
        palette.link_to(use, 0, 1)
        use.link_to(self._graph.add("buffersink"))
        self._graph.configure()
        self._count = 0

    def __call__(self, image: Image) -> VideoFrame:
        """Convert an image, (height, width, 3) uint8 BGR, to a frame."""
        frame = VideoFrame.from_ndarray(image, "bgr24")
        frame.pts, frame.time_base = self._count, Fraction(1, 100)
        self._count += 1
        self._graph.vpush(frame)
        return self._graph.vpull()


class Yuv:
    """Converts images to YUV formats."""

    def __init__(self, context: VideoCodecContext, colors: ColorSpec) -> None:
        self._context, self._colors = context, colors
        self._reformatter = VideoReformatter()
        context.color_range = ColorRange.JPEG if colors.full else ColorRange.MPEG
        context.colorspace = colors.matrix
        context.color_primaries = colors.primaries
        context.color_trc = colors.transfer

    def __call__(self, image: Image) -> VideoFrame:
        """Convert an image, (height, width, 3) uint8 BGR, to a frame."""
        return self._reformatter.reformat(
            VideoFrame.from_ndarray(image, "bgr24"),
            format=self._context.pix_fmt,
            dst_colorspace=SWSCALE[self._colors.matrix],
            dst_color_range=self._context.color_range,
            interpolation=EXACT,
        )
