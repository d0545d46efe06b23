"""Crossfade from one style to the next."""

from collections.abc import Mapping

FADE_SECONDS = 0.5
"""Seconds that a fade takes: visible as one, and over before the next key is pressed."""

Amounts = Mapping[int, float]
"""Share of each style, by its position; shares add up to 1."""


class Crossfade:
    """The shares of the styles, which follow the wanted ones. Called once per frame.

    Args:
        seconds: length of a fade; 0 switches at once.
    """

    def __init__(self, seconds: float = FADE_SECONDS) -> None:
        self._seconds = seconds
        self._from: Amounts = {}
        self._to: Amounts = {}
        self._started = self._last = 0.0

    def step(self, wanted: Amounts, now: float) -> Amounts:
        """Return the shares at a time; those of the first call are not faded in.

        A fade begins at the time of the frame before, so that the frame that first asks for it
        already shows it. A fade that interrupts another begins at the shares shown.

        Args:
            wanted: shares to reach.
            now: time of the frame in seconds.
        """
        if wanted != self._to:
            self._from = self._at(self._last) if self._to else wanted
            self._to, self._started = wanted, self._last
        self._last = now
        return self._at(now)

    def _at(self, now: float) -> Amounts:
        share = (now - self._started) / self._seconds if self._seconds else 1.0
        if share >= 1 or self._from == self._to:
            return self._to
        styles = {**self._from, **self._to}
        mixed = {
            style: (1 - share) * self._from.get(style, 0.0) + share * self._to.get(style, 0.0)
            for style in styles
        }
        return {style: amount for style, amount in mixed.items() if amount > 0}
