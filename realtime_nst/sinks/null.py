"""A sink that keeps nothing, to measure what comes before it."""

from types import TracebackType
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close."""
