"""A sink that discards all frames, to measure the stages before it."""

from realtime_nst.closing import Closing
from realtime_nst.frame import Frame, StreamInfo


class NullSink(Closing):
    """Discards frames.

    Args:
        info: properties of the frames, which are ignored.
    """

    notes: tuple[str, ...] = ()

    def __init__(self, info: StreamInfo) -> None:
        """Accept the arguments of every sink."""

    def write(self, frame: Frame) -> None:
        """Discard a frame."""
