"""From BGR to a file's YUV, tagged as what it is."""

from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from realtime_nst.frame import UNSPECIFIED, Colours, Image

HD = 720
"""From so many lines on players take a file that says nothing for BT.709, below for BT.601."""
BT709, BT601 = Colours(1, 1, 1), Colours(6, 6, 6)
SWSCALE = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9}
"""H.273's matrices as swscale numbers them; it knows no others."""
EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
"""Rounds right; without the latter swscale is a level off."""


def complete(colours: Colours, height: int) -> Colours:
    """What to tag a file as: as the input, and where that says nothing by its size."""
    usual = BT709 if height >= HD else BT601

    def known(value: int, otherwise: int) -> int:
        return otherwise if value in (0, UNSPECIFIED) else value

    return Colours(
        colours.matrix if colours.matrix in SWSCALE else usual.matrix,
        known(colours.primaries, usual.primaries),
        known(colours.transfer, usual.transfer),
        colours.full,
    )


class Painter:
    """Turns pictures into frames for one encoder."""

    def __init__(self, context: VideoCodecContext, colours: Colours) -> None:
        self._context, self._colours = context, colours
        self._reformatter = VideoReformatter()
        context.color_range = ColorRange.JPEG if colours.full else ColorRange.MPEG
        context.colorspace = colours.matrix
        context.color_primaries = colours.primaries
        context.color_trc = colours.transfer

    def __call__(self, image: Image) -> VideoFrame:
        """The frame of a picture; its time is still to be set."""
        return self._reformatter.reformat(
            VideoFrame.from_ndarray(image, "bgr24"),
            format=self._context.pix_fmt,
            dst_colorspace=SWSCALE[self._colours.matrix],
            dst_color_range=self._context.color_range,
            interpolation=EXACT,
        )
