"""Painting that can be changed while it runs."""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from realtime_nst import image_ops
from realtime_nst.frame import Frame, Image
from realtime_nst.live.adaptive_resolution import AdaptiveResolution
from realtime_nst.live.crossfade import Amounts, Crossfade
from realtime_nst.live.mixer_pool import Paint, RenderConfig
from realtime_nst.live.settings import LiveSettings
from realtime_nst.stylize.stabilizer import Stabilizer

Palettes = Callable[[RenderConfig], Paint | None]
"""What paints a work; None while that is being prepared, but never for the first one."""


class LiveStylizer:
    """Paints each frame as the settings say at the moment it comes. Called on one thread.

    Whatever is switched on, a frame keeps its size: only the network works at another one.

    Args:
        palettes: what paints in any of the styles; ``Studio.at``, for example.
        styles: how many there are.
        settings: read once a frame.
        resolution: the size to paint at; told how long frames take.
        clock: seconds.
    """

    def __init__(
        self,
        palettes: Palettes,
        styles: int,
        settings: Callable[[], LiveSettings],
        resolution: AdaptiveResolution,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._palettes, self._styles = palettes, styles
        self._settings, self._resolution, self._clock = settings, resolution, clock
        self._fade, self._stabiliser = Crossfade(), Stabilizer()
        self.work = self._wanted(settings())
        """What is done at present; what is wanted may not be ready yet."""
        self._paint: Paint = _unprepared
        self._still: Image | None = None

    def __call__(self, frame: Frame) -> Frame:
        """The same moment, painted; while frozen, the picture of the last moment before."""
        settings = self._settings()
        still = self._still if settings.frozen and self._still is not None else frame.image
        self._still = still
        image = image_ops.mirror(still) if settings.mirror else still
        self._prepare(settings)
        before = _in_tiles(image, self.work.tiles) if self.work.tiles else image
        after = self._after(before, settings, frame.captured_at)
        return frame.with_image(
            image_ops.side_by_side(image, after) if settings.side_by_side else after
        )

    def _prepare(self, settings: LiveSettings) -> None:
        """Go over to what is wanted as soon as it is ready."""
        work = self._wanted(settings)
        if paint := self._palettes(work):
            self.work, self._paint = work, paint

    def _wanted(self, settings: LiveSettings) -> RenderConfig:
        return RenderConfig(self._resolution.size, self._styles if settings.tiled else 0)

    def _after(self, before: Image, settings: LiveSettings, now: float) -> Image:
        """The painting, as strong and as colourful as wished."""
        if settings.strength == 0:
            return before
        after = self._timed(before, settings, now)
        if settings.keep_colours:
            after = image_ops.keep_colors(before, after)
        return image_ops.blend(before, after, settings.strength)

    def _timed(self, before: Image, settings: LiveSettings, now: float) -> Image:
        began = self._clock()
        wanted = _amounts(settings, self._styles)
        amounts = self._fade.step(wanted, now)
        after = self._painted(before, amounts, settings.stabilise)
        ended = self._clock()
        # A fade between two models takes twice the time, and so may a frame while others open.
        if amounts == wanted and self.work == self._wanted(settings):
            self._resolution.record(ended - began, ended)
        return after

    def _painted(self, before: Image, amounts: Amounts, calm: float) -> Image:
        height, width = before.shape[:2]
        small = image_ops.resize(before, *self.work.size)
        after = self._each_tile(small) if self.work.tiles else self._paint(small, amounts)
        # A fade passes through the stabiliser: only another arrangement is another picture to it.
        calmed = self._stabiliser(small, after, calm, self.work.tiles)
        return image_ops.resize(calmed, width, height)

    def _each_tile(self, image: Image) -> Image:
        """Every tile in its style; those that are left over stay as they are."""
        height, width = image.shape[:2]
        result = image.copy()
        places = image_ops.tiles(width, height, self.work.tiles)
        for style, place in enumerate(places[: self.work.tiles]):
            result[place] = self._paint(np.ascontiguousarray(image[place]), {style: 1.0})
        return result


def _in_tiles(image: Image, count: int) -> Image:
    """The picture as often as there are styles, or once more where that fills a line."""
    height, width = image.shape[:2]
    result = np.empty_like(image)
    for place in image_ops.tiles(width, height, count):
        rows, columns, _ = result[place].shape
        result[place] = image_ops.crop_to_fill(image, columns, rows)
    return result


def _amounts(settings: LiveSettings, styles: int) -> Amounts:
    if not settings.morph:
        return {settings.style: 1.0}
    following = (settings.style + 1) % styles
    return {settings.style: 1 - settings.morph, following: settings.morph}


def _unprepared(image: Image, amounts: Amounts) -> Image:
    raise ValueError("the first palette must be ready before the first frame")
