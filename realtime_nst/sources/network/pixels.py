"""Convert decoded frames to BGR, as fast as live video needs it."""

from typing import Any, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from realtime_nst.frame import Image
from realtime_nst.sources.video.conversion import matrix_of


class PixelConverter:
    """Converts frames with swscale's fast method: a few levels off, in a tenth of the time."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> Image:
        """Return (height, width, 3) uint8 BGR."""
        pixels = self._reformatter.reformat(
            frame,
            format="bgr24",
            src_colorspace=matrix_of(frame),
            interpolation=Interpolation.FAST_BILINEAR,
        )
        return np.ascontiguousarray(cast(Any, pixels).to_ndarray(), np.uint8)
