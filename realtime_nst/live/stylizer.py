"""Stylize frames with settings that may change at any time."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np

from realtime_nst import image_ops
from realtime_nst.frame import Frame, Image
from realtime_nst.live import layout
from realtime_nst.live.adaptive_resolution import AdaptiveResolution
from realtime_nst.live.crossfade import Amounts, Crossfade
from realtime_nst.live.model_pool import Paint
from realtime_nst.live.render_config import RenderConfig
from realtime_nst.live.settings import LiveSettings
from realtime_nst.people.person_mask import Mask, PersonMask
from realtime_nst.stylize.controls import apply_controls, reduced_size
from realtime_nst.stylize.guided_filter import enlarge_strokes
from realtime_nst.stylize.masked import stylize_area
from realtime_nst.stylize.stabilizer import Stabilizer

Mixers = Callable[[RenderConfig], Paint | None]
"""Returns the mixer for a configuration; None while it is being prepared, except for the first."""


class LiveStylizer:
    """Stylizes each frame with the settings at its arrival. Called on one thread.

    Frames keep their size: only the network works at another resolution.

    Args:
        mixers: returns the mixer for a configuration; ``ModelPool.get``, for example.
        styles: number of styles in each mixer.
        settings: returns the present settings; called once per frame.
        resolution: provides the processing resolution, and receives the time per frame.
        shown: returns how many frames have reached the outputs; None while the machine has
            something else to do, so that measurements would mislead.
        clock: returns the time in seconds.
    """

    def __init__(
        self,
        mixers: Mixers,
        styles: int,
        settings: Callable[[], LiveSettings],
        resolution: AdaptiveResolution,
        shown: Callable[[], int | None] | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._mixers, self._styles = mixers, styles
        self._settings, self._resolution, self._clock = settings, resolution, clock
        self._count_shown = shown
        self._fade, self._stabilizer = Crossfade(), Stabilizer()
        self._amounts = self._shown = _amounts(settings(), styles)
        self.config = self._wanted(settings())
        """Present configuration; the one that the settings ask for may not be ready yet."""
        self._people = PersonMask(steady=True)
        self._is_ready, self._is_measurable = False, True
        self._paint: Paint = _not_open
        self._still: Image | None = None

    def __call__(self, frame: Frame) -> Frame:
        """Return the stylized frame; while frozen, that of the last frame before."""
        settings = self._settings()
        still = self._still if settings.frozen and self._still is not None else frame.image
        self._still = still
        image = image_ops.mirror(still) if settings.flip else still
        self._prepare(settings)
        self._observe(frame)
        before = _in_tiles(image, self.config.tiles) if self.config.tiles else image
        after = self._masked(image, before, settings, frame.captured_at)
        return self._composed(frame, image, after, settings.side_by_side)

    def _composed(self, frame: Frame, image: Image, after: Image, side_by_side: bool) -> Frame:
        """Return the frame with the stylized image, next to the camera's if requested."""
        height, width = after.shape[:2]
        styles = self.config.tiles
        shown = layout.side_by_side(image, after, styles) if side_by_side else after
        return replace(
            frame, image=shown, cells=tuple(layout.cells(width, height, styles, side_by_side))
        )

    def _observe(self, frame: Frame) -> None:
        """Pass on how many frames have arrived and were shown."""
        if self._count_shown is None:
            return
        shown = self._count_shown()
        self._is_measurable = shown is not None
        if shown is not None:
            self._resolution.observe(frame.index, shown, self._clock())

    def _prepare(self, settings: LiveSettings) -> None:
        """Switch to the wanted configuration and styles as soon as they are ready."""
        wanted = self._wanted(settings)
        paint = self._mixers(wanted)
        self._is_ready = paint is not None
        if paint:
            self.config, self._paint = wanted, paint
            self._amounts = _amounts(settings, self._styles)
        elif self._paint is _not_open:  # the settings have changed before the first frame
            self._paint = self._mixers(self.config) or _not_open

    def _wanted(self, settings: LiveSettings) -> RenderConfig:
        size = reduced_size(*self._resolution.size, settings.stroke_size)
        if settings.tiled:
            return RenderConfig(size, self._styles, frozenset(range(self._styles)))
        # While styles fade, the previous one is still needed, perhaps at another size.
        needed = frozenset({*_amounts(settings, self._styles), *self._shown})
        return RenderConfig(size, 0, needed)

    def _masked(self, image: Image, before: Image, settings: LiveSettings, now: float) -> Image:
        """Return the stylized image, the camera's outside the masked area."""
        if settings.mask is None or settings.strength == 0:
            return self._after(before, settings, now)
        tiles = self.config.tiles

        def find_people() -> Mask:
            mask = self._people(image)  # in tiles they would be too small
            return _mask_in_tiles(mask, tiles) if tiles else mask

        return stylize_area(
            before, lambda: self._after(before, settings, now), find_people, settings.mask
        )

    def _after(self, before: Image, settings: LiveSettings, now: float) -> Image:
        """Return the stylized image with the strength, colors and palette of the settings."""
        if settings.strength == 0:
            return before
        after = self._timed(before, settings, now)
        scale = before.shape[1] / self.config.size[0]
        return apply_controls(before, after, settings.style_controls, scale)

    def _timed(self, before: Image, settings: LiveSettings, now: float) -> Image:
        started = self._clock()
        self._shown = self._fade.step(self._amounts, now)
        after = self._stylized(before, self._shown, settings)
        ended = self._clock()
        # A fade between two models takes twice the time; so may a frame while one is prepared.
        if self._shown == self._amounts and self._is_ready and self._is_measurable:
            self._resolution.record(ended - started, ended)
        return after

    def _stylized(self, before: Image, amounts: Amounts, settings: LiveSettings) -> Image:
        height, width = before.shape[:2]
        small = image_ops.resize(before, *self.config.size)
        after = self._each_tile(small) if self.config.tiles else self._paint(small, amounts)
        # A fade passes through the stabilizer; only another number of tiles resets it.
        stable = self._stabilizer(small, after, settings.stabilize, self.config.tiles)
        if settings.stroke_size > 1:
            return enlarge_strokes(before, small, stable)
        return image_ops.resize(stable, width, height)

    def _each_tile(self, image: Image) -> Image:
        """Stylize each tile in its style; tiles left over stay unchanged."""
        height, width = image.shape[:2]
        result = image.copy()
        places = image_ops.tiles(width, height, self.config.tiles)
        for style, place in enumerate(places[: self.config.tiles]):
            tile = image[place]
            # All tiles have one size for the models, each of which is prepared for one only.
            large = image_ops.pad_to(tile, *self.config.model_size)
            result[place] = self._paint(large, {style: 1.0})[: tile.shape[0], : tile.shape[1]]
        return result


def _in_tiles(image: Image, count: int) -> Image:
    """Repeat the image once per style, and more often where that completes a row."""
    height, width = image.shape[:2]
    result = np.empty_like(image)
    for place in image_ops.tiles(width, height, count):
        rows, columns, _ = result[place].shape
        result[place] = image_ops.crop_to_fill(image, columns, rows)
    return result


def _mask_in_tiles(mask: Mask, count: int) -> Mask:
    gray = np.rint(255 * mask).astype(np.uint8)
    tiled = _in_tiles(np.dstack([gray, gray, gray]), count)[..., 0]
    return tiled.astype(np.float32) * np.float32(1 / 255)


def _amounts(settings: LiveSettings, styles: int) -> Amounts:
    if not settings.morph:
        return {settings.style: 1.0}
    following = (settings.style + 1) % styles
    return {settings.style: 1 - settings.morph, following: settings.morph}


def _not_open(_image: Image, _amounts: Amounts) -> Image:
    raise ValueError("the first mixer must be open before the first frame")
