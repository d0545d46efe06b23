"""Open style mixers in the background, so that stylization never pauses.

Engines prepare a model for one size at a time, which takes some tenths of a second. Until the
requested size is ready, the session continues with the previous one.
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
"""Stylizes an image, given the share of each style; a ``StyleMixer``, for example."""
MAX_OPEN_MIXERS = 4
"""Number of mixers that stay open, the most recently used: each holds all models in memory."""


@dataclass(frozen=True, slots=True)
class RenderConfig:
    """Size and tiles that a mixer is opened for."""

    size: Size
    """Width and height of the whole frame in pixels."""
    tiles: int = 0
    """Number of styles that have a tile each; 0 for a single image."""

    def sizes(self) -> set[Size]:
        """Return the widths and heights of the images passed to a model."""
        if not self.tiles:
            return {self.size}
        places = tiles(*self.size, self.tiles)[: self.tiles]
        return {(column.stop - column.start, row.stop - row.start) for row, column in places}


class MixerPool:
    """Opens mixers on a thread of its own.

    ``get`` and ``add`` are called on one other thread; the pool may be closed on any.

    Args:
        open_for: opens a mixer; called for one configuration at a time.
    """

    def __init__(self, open_for: Callable[[RenderConfig], Paint]) -> None:
        self._open_for = open_for
        self._ready: OrderedDict[RenderConfig, Paint] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, "mixer-pool")
        self._opening: tuple[RenderConfig, Future[Paint]] | None = None

    def add(self, config: RenderConfig, paint: Paint) -> None:
        """Add a mixer that is already open."""
        self._ready[config] = paint
        while len(self._ready) > MAX_OPEN_MIXERS:
            self._ready.popitem(last=False)

    def get(self, config: RenderConfig) -> Paint | None:
        """Return the mixer for a configuration, or None while it is being opened. Never waits.

        Raises:
            NstError: a mixer requested earlier cannot be opened.
        """
        self._collect()
        if config in self._ready:
            self._ready.move_to_end(config)
            return self._ready[config]
        if self._opening is None:
            self._opening = config, self._thread.submit(self._open_for, config)
        return None

    def _collect(self) -> None:
        if self._opening and self._opening[1].done():
            config, opened = self._opening
            self._opening = None
            self.add(config, opened.result())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait for the mixer that is being opened, if any: this cannot be canceled."""
        self._thread.shutdown(cancel_futures=True)
