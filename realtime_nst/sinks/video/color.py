"""From BGR to a file's YUV, tagged as what it is."""

from collections.abc import Callable
from fractions import Fraction

from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from realtime_nst.frame import UNSPECIFIED, ColorSpec, Image

RGB = 0
"""H.273's matrix of files that hold no YUV."""
HD = 720
"""From so many lines on players take a file that says nothing for BT.709, below for BT.601."""
BT709, BT601 = ColorSpec(1, 1, 1), ColorSpec(6, 6, 6)
SWSCALE = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9}
"""H.273's matrices as swscale numbers them; it knows no others."""
EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
"""Rounds right; without the latter swscale is a level off."""


def fill_unspecified(colours: ColorSpec, height: int) -> ColorSpec:
    """What to tag a file as: as the input, and where that says nothing by its size."""
    usual = BT709 if height >= HD else BT601

    def known(value: int, otherwise: int) -> int:
        return otherwise if value in (0, UNSPECIFIED) else value

    return ColorSpec(
        colours.matrix if colours.matrix in SWSCALE else usual.matrix,
        known(colours.primaries, usual.primaries),
        known(colours.transfer, usual.transfer),
        colours.full,
    )


FrameFactory = Callable[[Image], VideoFrame]
"""Turns a picture into a frame for one encoder; its time is still to be set."""


def frame_factory(context: VideoCodecContext, colours: ColorSpec) -> FrameFactory:
    """What fits an encoder's pixels; tags the encoder with what it gets."""
    if context.pix_fmt == "pal8":
        return Palette(context)
    rgb = VideoFormat(context.pix_fmt or "yuv420p").is_rgb
    return Rgb(context) if rgb else Yuv(context, colours)


class Rgb:
    """Pictures as they are, with the bytes in another order."""

    def __init__(self, context: VideoCodecContext) -> None:
        self._format = context.pix_fmt
        context.color_range, context.colorspace = ColorRange.JPEG, RGB
        self._reformatter = VideoReformatter()

    def __call__(self, image: Image) -> VideoFrame:
        """The frame of a picture."""
        frame = VideoFrame.from_ndarray(image, "bgr24")
        return self._reformatter.reformat(frame, format=self._format)


class Palette:
    """Pictures in the 256 colours that suit each of them best."""

    def __init__(self, context: VideoCodecContext) -> None:
        self._graph = Graph()
        source = self._graph.add_buffer(
            width=context.width,
            height=context.height,
            format=VideoFormat("bgr24"),
            time_base=Fraction(1, 100),
        )
        split = self._graph.add("split")
        # A palette for the whole film would need the whole film in memory.
        palette = self._graph.add("palettegen", "stats_mode=single")
        # Error diffusion crawls from frame to frame; a fixed pattern stays and compresses.
        use = self._graph.add("paletteuse", "new=1:dither=bayer:bayer_scale=4")
        source.link_to(split)
        split.link_to(use)
        split.link_to(palette, 1)
        palette.link_to(use, 0, 1)
        use.link_to(self._graph.add("buffersink"))
        self._graph.configure()
        self._count = 0

    def __call__(self, image: Image) -> VideoFrame:
        """The frame of a picture."""
        frame = VideoFrame.from_ndarray(image, "bgr24")
        frame.pts, frame.time_base = self._count, Fraction(1, 100)
        self._count += 1
        self._graph.vpush(frame)
        return self._graph.vpull()


class Yuv:
    """Pictures in the colours of film."""

    def __init__(self, context: VideoCodecContext, colours: ColorSpec) -> None:
        self._context, self._colours = context, colours
        self._reformatter = VideoReformatter()
        context.color_range = ColorRange.JPEG if colours.full else ColorRange.MPEG
        context.colorspace = colours.matrix
        context.color_primaries = colours.primaries
        context.color_trc = colours.transfer

    def __call__(self, image: Image) -> VideoFrame:
        """The frame of a picture."""
        return self._reformatter.reformat(
            VideoFrame.from_ndarray(image, "bgr24"),
            format=self._context.pix_fmt,
            dst_colorspace=SWSCALE[self._colours.matrix],
            dst_color_range=self._context.color_range,
            interpolation=EXACT,
        )
