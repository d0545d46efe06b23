"""Show mode: take another style every few seconds."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from time import perf_counter

from realtime_nst.live.settings import LiveControls, LiveSettings


class Show:
    """Changes the style when its time is over, in turn or at random.

    At random every style comes once before one comes again. A style chosen by hand stays as long
    as any other; tiles and a frozen frame wait.

    Args:
        controls: the settings, with the seconds and the order.
        styles: number of styles.
        clock: returns the time in seconds.
        random: draws the order.
    """

    def __init__(
        self,
        controls: LiveControls,
        styles: int,
        clock: Callable[[], float] = perf_counter,
        random: Random | None = None,
    ) -> None:
        self._controls, self._styles, self._clock = controls, styles, clock
        self._random = random or Random()
        self._waiting: list[int] = []
        self._look = _look(controls.settings)
        self._since = clock()

    def step(self) -> None:
        """Change the style if it is time; call it often."""
        settings, now = self._controls.settings, self._clock()
        if not settings.show or settings.tiled or settings.frozen or self._has_changed(settings):
            self._look, self._since = _look(settings), now
        elif now - self._since >= settings.show:
            self._change(settings)
            self._look, self._since = _look(self._controls.settings), now

    def _has_changed(self, settings: LiveSettings) -> bool:
        return _look(settings) != self._look

    def _change(self, settings: LiveSettings) -> None:
        style = self._draw(settings.style) if settings.show_random else settings.style + 1
        self._controls.change(lambda s: replace(s, style=style, morph=0.0))

    def _draw(self, present: int) -> int:
        waiting = [style for style in self._waiting if style != present]
        if not waiting:
            waiting = [style for style in range(self._styles) if style != present]
            self._random.shuffle(waiting)
        *self._waiting, style = waiting or [present]
        return style


def _look(settings: LiveSettings) -> tuple[object, ...]:
    return settings.style, settings.morph, settings.show, settings.tiled, settings.frozen
