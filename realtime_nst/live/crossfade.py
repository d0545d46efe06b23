"""From one style to the next without a jump."""

from collections.abc import Mapping

SECONDS = 0.5
"""A fade takes so long."""

Amounts = Mapping[int, float]
"""How much of which style; they add up to 1."""


class Crossfade:
    """The amounts of the styles on their way to those wanted. Called frame by frame."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._from: Amounts = {}
        self._to: Amounts = {}
        self._began = self._last = 0.0

    def step(self, wanted: Amounts, now: float) -> Amounts:
        """The amounts at this moment. The first ones are there at once.

        A fade begins at the frame before the one that first asks for it, so that this one shows
        it already; one that comes amid another goes on from what is shown.
        """
        if wanted != self._to:
            self._from = self._at(self._last) if self._to else wanted
            self._to, self._began = wanted, self._last
        self._last = now
        return self._at(now)

    def _at(self, now: float) -> Amounts:
        share = (now - self._began) / self._seconds if self._seconds else 1.0
        if share >= 1 or self._from == self._to:
            return self._to
        styles = {**self._from, **self._to}
        mixed = {
            style: (1 - share) * self._from.get(style, 0.0) + share * self._to.get(style, 0.0)
            for style in styles
        }
        return {style: amount for style, amount in mixed.items() if amount > 0}
