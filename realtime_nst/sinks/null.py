"""A sink that keeps nothing, to measure what comes before it."""

from typing import Self

from realtime_nst.frame import Frame, StreamInfo


class NullSink:
    """Takes frames and forgets them."""

    notes: tuple[str, ...] = ()

    def __init__(self, info: StreamInfo) -> None:
        """Every sink is told what will come; this one does not care."""

    def write(self, frame: Frame) -> None:
        """Forget the frame."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing to close."""
