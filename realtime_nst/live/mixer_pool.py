"""Palettes for every size to work at, opened beside the painting so that it never stands still.

Engines make a model ready for one size at a time, which takes some tenths of a second. Until the
size asked for is ready, the one before goes on.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from realtime_nst.frame import Image
from realtime_nst.image_ops import tiles
from realtime_nst.live.adaptive_resolution import Size

Paint = Callable[[Image, Mapping[int, float]], Image]
"""Paints a picture in styles by their amounts; a ``Palette``, for example."""
KEPT = 4
"""Palettes that stay open, those used last."""


@dataclass(frozen=True, slots=True)
class RenderConfig:
    """How a frame is painted."""

    size: Size
    tiles: int = 0
    """Styles that have a tile each; 0 for one picture."""

    def sizes(self) -> set[Size]:
        """Width and height of the pictures a model gets."""
        if not self.tiles:
            return {self.size}
        places = tiles(*self.size, self.tiles)[: self.tiles]
        return {(column.stop - column.start, row.stop - row.start) for row, column in places}


class MixerPool:
    """Opens palettes on a thread of its own. Asked on one other thread; closed on any.

    Args:
        open_for: opens one; called for one work at a time.
    """

    def __init__(self, open_for: Callable[[RenderConfig], Paint]) -> None:
        self._open_for = open_for
        self._ready: OrderedDict[RenderConfig, Paint] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, "studio")
        self._coming: tuple[RenderConfig, Future[Paint]] | None = None

    def add(self, work: RenderConfig, paint: Paint) -> None:
        """Have one that is open already."""
        self._ready[work] = paint
        while len(self._ready) > KEPT:
            self._ready.popitem(last=False)

    def get(self, work: RenderConfig) -> Paint | None:
        """The palette for a work; None while it is being opened. Never waits.

        Raises:
            NstError: one that was asked for before cannot be opened.
        """
        self._take()
        if work in self._ready:
            self._ready.move_to_end(work)
            return self._ready[work]
        if self._coming is None:
            self._coming = work, self._thread.submit(self._open_for, work)
        return None

    def _take(self) -> None:
        if self._coming and self._coming[1].done():
            work, opened = self._coming
            self._coming = None
            self.add(work, opened.result())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait for the one that is being opened, if any: that cannot be stopped."""
        self._thread.shutdown(cancel_futures=True)
