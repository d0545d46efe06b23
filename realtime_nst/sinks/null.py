"""A sink that keeps nothing, to measure what comes before it."""

from realtime_nst.closing import Closing
from realtime_nst.frame import Frame, StreamInfo


class NullSink(Closing):
    """Takes frames and forgets them."""

    notes: tuple[str, ...] = ()

    def __init__(self, info: StreamInfo) -> None:
        """Every sink is told what will come; this one does not care."""

    def write(self, frame: Frame) -> None:
        """Forget the frame."""
